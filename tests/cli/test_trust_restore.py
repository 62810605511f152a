"""``pc-matrix trust restore``: how the key is asked for, and what a wrong one leaves behind."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.cli.app import run

MISTYPED = "EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4e"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(["--home", str(tmp_path), "init", "--yes"]) == 0
    capsys.readouterr()
    return tmp_path


def _session(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "59999" / "session").iterdir())


def test_one_line_on_standard_input(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _session(home)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{MISTYPED}\nnever read\n"))
    assert run(["--home", str(home), "trust", "restore"]) == 4
    said = capsys.readouterr()
    assert "faute de frappe" in said.err
    assert "UE4e" not in said.err + said.out
    assert _session(home) == before


def test_a_person_is_asked_and_sees_no_echo(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(_question: str, **how: Any) -> str:
        asked.append(how)
        return MISTYPED

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("typer.prompt", prompt)
    assert run(["--home", str(home), "trust", "restore"]) == 4
    assert asked == [{"hide_input": True, "err": True}]


def test_the_key_is_never_an_argument(home: Path) -> None:
    assert run(["--home", str(home), "trust", "restore", MISTYPED]) == 2


def test_without_an_identity_there_is_no_new_key(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _session(home)
    assert run(["--home", str(home), "trust", "recovery-key"]) == 8
    assert "pas encore d'identité" in capsys.readouterr().err
    assert _session(home) == before


def test_a_new_identity_is_only_made_after_a_yes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _session(home)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(["--home", str(home), "trust", "new-identity"]) == 1
    assert _session(home) == before
