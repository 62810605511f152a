"""Incidents in words for a town hall."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pc_matrix import wiring
from pc_matrix.cli.app import run
from pc_matrix.cli.incident_words import words
from pc_matrix.watch import MANY
from policies.incidents import IncidentKind


@pytest.mark.parametrize("kind", IncidentKind)
def test_every_incident_says_what_happened_and_what_to_do(kind: IncidentKind) -> None:
    said = words(kind)
    assert said.what.endswith(".")
    assert said.remedy.endswith((".", "?"))
    assert kind.value not in said.what


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    assert run(["init", "--yes", "--home", str(made)]) == 0
    return made


def test_nothing_happened(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["trust", "incidents", "--home", str(home)]) == 0
    assert "Aucun incident" in capsys.readouterr().out


def test_incidents_are_listed_the_newest_first(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with wiring.open_house(home, None) as house:
        code = house.settings.commune.code
        noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
        house.registry.audit(code, noon, "session.olm", MANY)
        house.registry.audit(code, noon, "session.replayed", "!r", "@eve:x", "$1")
        house.registry.audit(code, noon, "identity.pinned", "@ann:x")
        house.registry.audit(code, noon, "session.withheld", "!r", "@bob:x", "m.unverified")
    capsys.readouterr()
    assert run(["trust", "incidents", "--home", str(home), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["user_id"]) for one in listed] == [
        ("withheld", "@bob:x"),
        ("replayed", "@eve:x"),
        ("olm", ""),
    ]
    assert run(["trust", "incidents", "--home", str(home)]) == 0
    shown = capsys.readouterr().out
    assert "@eve:x" in shown
    assert "23/11/2026" in shown
    assert "d'autres encore" in shown
