"""A deadline that the commune's file sets for another charter than the program's is told."""

from __future__ import annotations

import typer

from pc_matrix.settings import Settings
from policies.terms import CHARTER_VERSION


def charter_warning(settings: Settings) -> tuple[str, ...]:
    """Sentences about a ``[charter]`` that counts for nothing; empty when all is well."""
    version = settings.other_charter
    if not version:
        return ()
    return (
        f"Attention : dans communes/{settings.commune.code}.toml, « version » sous [charter] vaut "
        f"« {version} », mais la charte de ce programme est la version « {CHARTER_VERSION} ». La "
        "date limite « deadline » ne s'applique donc pas, et personne n'est retiré pour elle.",
        f"Si cette date vaut pour la charte d'aujourd'hui, écrivez version = "
        f'"{CHARTER_VERSION}" ; si elle est d\'une charte plus récente, mettez pc-matrix à jour ; '
        "sinon, retirez [charter] du fichier.",
    )


def warn_of_charter(settings: Settings) -> None:
    """Say so on standard error, which no program reads a plan from."""
    for line in charter_warning(settings):
        typer.echo(line, err=True)
