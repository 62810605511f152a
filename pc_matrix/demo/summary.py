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


def table(checks: Sequence[Check]) -> Table:
    """Who saw what, in the order of the tour, one section a scene."""
    found = Table(title="Qui a vu quoi", title_style="bold", show_lines=False, expand=False)
    for heading in ("", "Qui", "Rôle", "Salon", "Ce qui est vérifié", "Comment"):
        found.add_column(heading, overflow="fold")
    for scene, group in groupby(checks, key=lambda check: check.scene):
        found.add_section()
        found.add_row("", Text(scene, style="bold"), "", "", "", "")
        for check in group:
            found.add_row(mark(check), *map(Text, _cells(check)))
    return found


def _cells(check: Check) -> tuple[str, ...]:
    return check.who, check.role, check.room, check.what, check.how


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
