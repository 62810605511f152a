"""What the tour showed, for people as a table and for programs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pc_matrix.demo.witness import Check

_WIDTH = 150


def tables(checks: Sequence[Check]) -> list[Table]:
    """Who saw what: one table a scene, in the order of the tour, headings above the first."""
    scenes = groupby(checks, key=lambda check: check.scene)
    return [_table(scene, list(group), n == 0) for n, (scene, group) in enumerate(scenes)]


def _table(scene: str, checks: Sequence[Check], has_headings: bool) -> Table:
    found = Table(title=scene, title_justify="left", expand=True, show_header=has_headings)
    found.title_style = "bold"
    found.add_column("")
    for heading, ratio in _COLUMNS.items():
        found.add_column(heading, overflow="fold", ratio=ratio)
    for check in checks:
        cells = (check.who, check.role, check.room, check.what, check.how)
        found.add_row(mark(check), *map(Text, cells))
    return found


_COLUMNS = {"Qui": 18, "Rôle": 18, "Salon": 20, "Ce qui est vérifié": 38, "Comment": 32}
"""The headings, with the share of the width that each has: the same in every scene."""


def mark(check: Check) -> Text:
    """✔ or ✘, in the colour that goes with it."""
    return Text("✔", style="green") if check.passed else Text("✘", style="bold red")


def line(check: Check) -> Text:
    """One check as it is made."""
    where = f" [{check.room}]" if check.room else ""
    text = Text.assemble("  ", mark(check), f" {check.who}{where} : {check.what}")
    return text.append(f" — {check.how}", style="dim" if check.passed else "red")


def console(*, stderr: bool = False) -> Console:
    """A console that folds nothing where there is no terminal to ask for its width."""
    found = Console(stderr=stderr, highlight=False, soft_wrap=stderr)
    return found if found.is_terminal else Console(stderr=stderr, width=_WIDTH, highlight=False)


def verdict(checks: Sequence[Check], seconds: float) -> str:
    """The last line: how many checks held, and how long it took."""
    failed = sum(not check.passed for check in checks)
    time = f"{seconds:.0f} s"
    if not checks:
        return f"La visite n'a rien pu montrer ({time})."
    if failed:
        return f"{failed} vérification(s) sur {len(checks)} ont échoué ({time})."
    return f"Les {len(checks)} vérifications ont réussi ({time})."


def as_json(checks: Sequence[Check], seconds: float, home: str) -> dict[str, Any]:
    """The same for a program."""
    fields = ("scene", "who", "role", "room", "what", "how", "passed")
    return {
        "passed": bool(checks) and all(check.passed for check in checks),
        "seconds": round(seconds, 1),
        "home": home,
        "checks": [{name: getattr(check, name) for name in fields} for check in checks],
    }


def accounts(users: Sequence[dict[str, Any]]) -> Table:
    """The accounts for Element, with their passwords: they exist for this demonstration alone."""
    found = Table("Nom", "Rôle", "Secteur ou autorité", "Identifiant", "Mot de passe")
    for user in users:
        if not user["opened"]:
            place = user["sector"] or user["authority"]
            cells = (user["name"], _ROLES[user["role"]], place, user["user_id"], user["password"])
            found.add_row(*map(Text, cells))
    return found


_ROLES = {
    "resident": "habitant",
    "referent": "référent",
    "elected": "élu référent",
    "mayor": "maire",
    "officer": "agent",
}
