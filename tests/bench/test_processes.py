"""Fresh processes, timed: what they answer, and how a failure is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pc_matrix.bench.processes import timed
from pc_matrix.errors import IncompleteError

ECHO = """
import json, sys
given = json.load(sys.stdin)
print(json.dumps({"first": given["word"]}), flush=True)
sys.stderr.write("bavardage " * 20_000)
print(json.dumps({"second": given["word"] * 2, "words": sys.argv[1:]}))
"""
FAULTY = """
import sys
print("{}", flush=True)
sys.exit("la panne")
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_all_lines_make_one_answer_and_the_job_is_no_argument(here: Path) -> None:
    (here / "echoing.py").write_text(ECHO)
    ended = timed("echoing", {"word": "oui"})
    assert ended.answer == {"first": "oui", "second": "ouioui", "words": []}
    assert ended.seconds > 0


@pytest.mark.parametrize("source", [FAULTY, 'import sys; sys.exit("la panne")'])
def test_a_process_that_fails_makes_no_figure(here: Path, source: str) -> None:
    (here / "failing.py").write_text(source)
    with pytest.raises(IncompleteError) as error:
        timed("failing", {})
    assert "failing" in error.value.why
    assert "la panne" in error.value.why


def test_the_bare_start_imports_nothing_of_ours(here: Path) -> None:
    probe = (
        "import json, sys, pc_matrix.homeserver.bare.first_sync;"
        "print(json.dumps({'found': sorted(m for m in sys.modules if m.startswith('pc_matrix'))}))"
    )
    (here / "probe.py").write_text(probe)
    assert timed("probe", {}).answer["found"] == [
        "pc_matrix",
        "pc_matrix.homeserver",
        "pc_matrix.homeserver.bare",
        "pc_matrix.homeserver.bare.first_sync",
    ]
