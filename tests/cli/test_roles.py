"""``registry roles``: the table of ``policies.roles``, whole, in French and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pc_matrix.cli.app import run
from pc_matrix.cli.registry_view import ROLES
from policies.roles import GIFTS
from policies.terms import Role

README = Path(__file__).parents[2] / "policies" / "README.md"


Show = Callable[..., str]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Show:
    def show(*options: str) -> str:
        assert run([*options, "registry", "roles"]) == 0
        return capsys.readouterr().out

    return show


def test_programs_get_the_table_itself(shown: Show) -> None:
    told = {row["role"]: row for row in json.loads(shown("--json"))}
    assert told.keys() == {role.value for role in Role}
    for role, gifts in GIFTS.items():
        rooms = [{"kind": g.kind.value, "power": g.power} for g in gifts]
        assert told[role.value]["rooms"] == rooms
        assert told[role.value]["charter"] is role.is_of_a_sector


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_row_in_french(shown: Show, role: Role) -> None:
    assert ROLES[role] in shown()


def test_the_table_says_who_moderates_and_who_needs_the_charter(shown: Show) -> None:
    told = shown()
    assert "le salon de son secteur (modère)" in told
    assert "!quitter" in told


def test_the_documentation_has_every_role() -> None:
    text = README.read_text(encoding="utf-8")
    assert all(name in text for name in ROLES.values())
