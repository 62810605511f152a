"""Questions that take French answers."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from pc_matrix.cli import french


def asked(answer: str) -> tuple[int, str]:
    app = typer.Typer()

    @app.command()
    def main() -> None:
        french.confirm("Continuer ?")
        typer.echo("fait")

    result = CliRunner().invoke(app, [], input=answer)
    return result.exit_code, result.stdout


@pytest.mark.parametrize("answer", ["o\n", "oui\n", " OUI \n", "y\n", "yes\n"])
def test_yes_goes_on(answer: str) -> None:
    status, told = asked(answer)
    assert status == 0
    assert told.startswith("Continuer ? [oui/non]")
    assert told.endswith("fait\n")


@pytest.mark.parametrize("answer", ["n\n", "non\n", "\n", ""])
def test_no_and_silence_do_not(answer: str) -> None:
    status, told = asked(answer)
    assert status == 1
    assert "fait" not in told


def test_anything_else_is_asked_again() -> None:
    status, told = asked("peut-être\noui\n")
    assert status == 0
    assert told.count("Continuer ?") == 2
    assert "Répondez « oui » ou « non »." in told
