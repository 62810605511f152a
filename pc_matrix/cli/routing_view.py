"""What a town hall should know of where its reports go, before one is lost."""

from __future__ import annotations

import typer

from bridges.wording.relay import category_name
from policies.routing import unroutable
from policies.terms import Commune


def warnings(commune: Commune) -> tuple[str, ...]:
    """Sentences on categories that nobody receives; empty when all is well."""
    lost = unroutable(commune)
    if not lost:
        return ()
    names = ", ".join(f"« {category_name('fr', category)} »" for category in lost)
    return (
        f"Attention : aucune autorité ne reçoit {names}. Un tel signalement ne part pas ;"
        " le référent est prié d'appeler.",
        "Que faire : ajoutez-le aux « categories » d'une autorité, dans"
        f" communes/{commune.code}.toml.",
    )


def warn(commune: Commune) -> None:
    """Say so on standard error, which no program reads a plan from."""
    for line in warnings(commune):
        typer.echo(line, err=True)
