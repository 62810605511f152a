"""The recovery key as it is shown, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey

_WHAT_FOR = """
Recopiez-la sur papier et gardez-la au coffre de la mairie : elle n'est écrite nulle part en clair.
Elle rend au bot la même identité sur une autre machine (« pc-matrix trust restore »), ou dans
Element. Qui la détient peut se faire passer pour le bot : ne l'envoyez à personne."""


def show(key: RecoveryKey) -> None:
    """Print the key and what it is for; it is written down nowhere."""
    typer.echo("\nClé de secours du bot, montrée une seule fois :\n")
    typer.echo(f"    {key.text}")
    typer.echo(_WHAT_FOR)
