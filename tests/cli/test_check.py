"""``pc-matrix check``: one message explained, or a stream of them; without home or settings."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from pc_matrix.cli.app import run
from pc_matrix.cli.check import answers
from pc_matrix.errors import InputError

VICTIM = "Mme Kaddouri a été abordée par deux faux employés du gaz."
SLANDER = "Fabien Gillet vole des vélos."


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PC_MATRIX_HOME", str(tmp_path / "missing"))


def test_a_masked_message_shows_what_would_leave(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", VICTIM]) == 0
    shown = capsys.readouterr().out
    assert "Mme [personne] a été abordée" in shown
    assert "« Kaddouri »" in shown


def test_a_denunciation_shows_its_reasons_and_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", SLANDER]) == 0
    shown = capsys.readouterr().out
    assert "« Fabien Gillet »" in shown
    assert "[personne]" not in shown


def test_danger_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "Mon voisin bat sa femme."]) == 0
    shown = capsys.readouterr().out
    assert shown.index("17") < shown.index("Mon voisin")


def test_a_message_is_read_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(VICTIM + "\n"))
    assert run(["--json", "check", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["decision"] == "redact"
    assert [f["quote"] for f in answer["findings"]] == ["Kaddouri"]


def test_a_stream_is_answered_line_by_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps({"id": i, "text": t}) for i, t in enumerate((VICTIM, SLANDER, ""))]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n\n"))
    assert run(["check", "--jsonl"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(a["id"], a["decision"]) for a in found] == [(0, "redact"), (1, "return"), (2, "relay")]
    assert found[1]["text"] == ""
    assert found[1]["rules"]


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"id": 1}', '{"id": 1, "text": 2}'])
def test_a_faulty_line_is_named(line: str) -> None:
    good = json.dumps({"id": 1, "text": "bonjour"})
    with pytest.raises(InputError) as caught:
        list(answers([good, line]))
    assert "2" in caught.value.what


def test_no_message_is_a_fault_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == InputError.exit_status
    assert "entre guillemets" in capsys.readouterr().err
