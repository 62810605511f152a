"""The command line's frame: options, list of commands, and how it ends."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from pc_matrix import __version__
from pc_matrix.cli import app, endings
from pc_matrix.errors import BrakeError, PcError, SettingsError

HEAVY = ("nio", "vodozemac", "sqlmodel", "sqlalchemy", "aiohttp", "synapse", "cryptography")


def test_global_options_may_stand_anywhere() -> None:
    assert app.global_options_first(["plan", "--json", "--home", "x", "--commune=59999"]) == [
        *("--json", "--home", "x", "--commune=59999", "plan"),
    ]
    assert app.global_options_first(["check", "--", "--json"]) == ["check", "--", "--json"]
    assert app.global_options_first(["plan", "--home"]) == ["--home", "plan"]


@pytest.mark.parametrize("verb", app.VERBS)
def test_every_listed_command_is_there(verb: str) -> None:
    command = typer.main.get_command(app.build([verb]))
    assert verb in getattr(command, "commands", {})


def test_every_command_is_listed() -> None:
    for module in {verb.module for verb in app.VERBS.values()}:
        typer_app = typer.Typer()
        typer_app.callback()(lambda: None)
        import_module(f"pc_matrix.cli.{module}").register(typer_app)
        assert set(typer.main.get_command(typer_app).commands) <= set(app.VERBS)  # type: ignore[attr-defined]


def test_help_is_french_and_light(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--help"]) == 0
    said = capsys.readouterr().out
    for word in ("Commandes", "Montre cette aide", *app.VERBS):
        assert word in said
    code = (
        "import sys; from pc_matrix.cli.app import run; run(['--help']);"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("verb", app.VERBS)
def test_help_names_no_type_of_python(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    groups = getattr(typer.main.get_command(app.build([verb])), "commands", {})
    below = getattr(groups[verb], "commands", {})
    for line in [[verb], *([verb, name] for name in below)]:
        assert app.run([*line, "--help"]) == 0
        said = capsys.readouterr().out
        assert not re.search(r"<(bool|str|list|path|int|float)|Input should", said), line
        assert "Montre cette aide" in said


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--version"]) == 0
    assert capsys.readouterr().out == f"pc-matrix {__version__}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["nope"], "La commande 'nope' n'existe pas"),
        (["init", "--nope"], "L'option --nope n'existe pas"),
        (["init", "--name"], "'--name' attend une valeur"),
        (["homeserver", "up", "de-trop"], "De trop : de-trop"),
        (
            ["apply", "--allow-removals", "deux"],
            "'--allow-removals' : un nombre entier est attendu.",
        ),
        (["apply", "--allow-removals", "-1"], "'--allow-removals' : 0 au moins."),
        (["trust", "incidents", "--limit", "20000"], "'--limit' : 10000 au plus."),
        (["trust", "verify", "--wait", "deux"], "'--wait' : un nombre est attendu."),
        (["check", "--set", "x", "-"], "« x » n'en est pas une ; possibles : 'core'"),
    ],
)
def test_a_wrong_command_line_is_told_in_french(
    line: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(line) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Que faire" in shown
    assert app.run([*line, "--json"]) == 2 or line == ["init", "--name"]


def _raising(error: BaseException) -> int:
    raise error


def _end(error: BaseException, *, as_json: bool = False) -> int:
    return endings.status_of(lambda: _raising(error), as_json=as_json)


def test_a_fault_is_told_in_three_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert _end(SettingsError("Quoi [x]", "Parce que", "Faites")) == 3
    assert capsys.readouterr().err == (
        "Erreur : Quoi [x]\nPourquoi : Parce que\nQue faire : Faites\n"
    )


def test_a_fault_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert _end(BrakeError("Quoi", "Pourquoi", "Que faire"), as_json=True) == 10
    assert json.loads(capsys.readouterr().err) == {
        "error": {
            "kind": "BrakeError",
            "what": "Quoi",
            "why": "Pourquoi",
            "remedy": "Que faire",
            "exit_status": 10,
        }
    }


def test_a_bug_shows_places_and_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert _end(ValueError("le texte d'un habitant")) == 1
    shown = capsys.readouterr().err
    assert "ValueError" in shown
    assert "test_app.py" in shown
    assert "habitant" not in shown


def test_a_full_disk_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert _end(OSError(errno.ENOSPC, "No space left on device", "secrets.toml")) == 8
    assert "Le disque est plein (secrets.toml)" in capsys.readouterr().err


def test_a_group_of_our_faults_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert _end(ExceptionGroup("tasks", [SettingsError("Quoi")])) == 3
    assert _end(ExceptionGroup("tasks", [PcError("Quoi"), KeyError("x")])) == 1
    assert "KeyError" not in capsys.readouterr().out


def test_interruption_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert _end(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


def test_no_commune_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--home", str(tmp_path), "homeserver", "status"]) == 3
    assert "pc-matrix init" in capsys.readouterr().err
