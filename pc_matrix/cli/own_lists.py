"""The lists of the commune that the command line means, and the filter that knows them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pc_matrix.cli.app import Context
    from pc_matrix.language import French


def filter_of(context: Context | None) -> French:
    """The filter with the commune's lists; without them where there is no home or no commune.

    Raises ``SettingsError`` when the lists have faults, or ``--commune`` names none of this home.
    """
    from pc_matrix.language import load, load_with

    path = _lists_file(context) if context else None
    return load_with(path) if path else load()


def _lists_file(context: Context) -> Path | None:
    from pc_matrix import settings

    known = settings.communes(context.home)
    if not known:
        return None
    if context.commune is None and len(known) > 1:
        typer.echo(
            "Plusieurs communes ici : sans --commune, leurs listes ne comptent pas.", err=True
        )
        return None
    return settings.own_lists(context.home, settings.chosen(context.home, context.commune))
