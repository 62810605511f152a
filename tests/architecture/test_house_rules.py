"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    p for name in ("policies", "bridges", "pc_matrix") for p in (ROOT / name).rglob("*.py")
)
LONGEST = 300
MACHINE_PATH = re.compile(r"(?<![\w.~$}/])/(?:home|root|Users|work|opt/pypi|opt/wheels)/[\w.-]+")
"""A path that only one machine has."""
INDEX = re.compile(r"^--|://", re.MULTILINE)


def _committable() -> list[Path]:
    """The files that git keeps or would keep; all but the ignored, without a git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file()]


def _relative(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_module_is_long() -> None:
    long = [p for p in SOURCES if len(p.read_text(encoding="utf-8").splitlines()) > LONGEST]
    assert _relative(long) == []


def test_every_file_is_named_after_its_idea() -> None:
    vague = re.compile(r"(?:^|_)(?:utils?|helpers?|managers?|misc|common)(?:_|$)")
    assert _relative([p for p in SOURCES if vague.search(p.stem)]) == []


def test_policies_neither_open_files_nor_ask_the_time() -> None:
    impure = re.compile(r"\bopen\(|\.now\(|\.today\(|\.utcnow\(|\bprint\(|\binput\(")
    asking = [p for p in SOURCES if p.is_relative_to(ROOT / "policies")]
    assert _relative([p for p in asking if impure.search(p.read_text(encoding="utf-8"))]) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found = []
    for path in _committable():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {m[0]}" for m in MACHINE_PATH.finditer(text)]
    assert found == []


def test_lock_files_are_pinned_by_hash_and_name_no_registry() -> None:
    for path in sorted(ROOT.glob("requirements*.lock")):
        text = path.read_text(encoding="utf-8")
        assert INDEX.search(text) is None, path.name
        pins = re.findall(r"^[a-z0-9].*", text, re.MULTILINE)
        assert pins
        assert all(re.match(r"[a-z0-9._-]+==\S+ .*\\$", pin) for pin in pins), path.name
        assert text.count("--hash=sha256:") >= len(pins)


def test_the_node_lock_names_no_registry() -> None:
    lock = ROOT / "tests/live/element/package-lock.json"
    assert '"resolved"' not in lock.read_text(encoding="utf-8")


def test_scripts_can_be_run() -> None:
    programs = ["compare", "demo", "lock", "setup", "test", "train-roles"]
    for name in (*(f"scripts/{program}" for program in programs), ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111, name


def test_ci_runs_what_we_run() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'exec "$(dirname "$0")/../scripts/test"'
    ]
