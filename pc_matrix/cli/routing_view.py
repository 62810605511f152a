"""What a town hall should know of where its reports go, before one is lost."""

from __future__ import annotations

import typer

from bridges.wording import routing as wording
from policies.routing import unroutable, without_photos
from policies.terms import Commune

_LANGUAGE = "fr"


def warnings(commune: Commune) -> tuple[str, ...]:
    """Sentences on categories, and on photos, that nobody receives; empty when all is well."""
    lost, unseen = unroutable(commune), without_photos(commune)
    said = wording.nobody_receives(_LANGUAGE, lost, commune.code) if lost else ()
    return (*said, *(wording.photos_nowhere(_LANGUAGE, unseen, commune.code) if unseen else ()))


def warn(commune: Commune) -> None:
    """Say so on standard error, which no program reads a plan from."""
    for line in warnings(commune):
        typer.echo(line, err=True)
