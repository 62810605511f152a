"""The guard in a server's configuration, and what to say when it is not there or not read yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import typer

from pc_matrix.errors import StoreError

if TYPE_CHECKING:
    from pc_matrix.homeserver.embedded.guard_block import GuardLines
    from pc_matrix.homeserver.embedded.server import Embedded
    from pc_matrix.settings import Settings

_UNREAD = (
    "Attention : homeserver.yaml a changé depuis le démarrage du serveur. Pour qu'il le lise : "
    "« pc-matrix homeserver down », puis « pc-matrix homeserver up »."
)
_NO_PLACE = """\
Attention : le gardien n'est pas installé. homeserver.yaml a déjà une liste « modules » ;
ajoutez-y ces lignes, puis arrêtez et redémarrez le serveur :
{lines}"""
_CLOSED = "Attention : les lignes du gardien n'ont pas été vérifiées. {what} {remedy}"


def guard_lines(home: Path, settings: Sequence[Settings]) -> GuardLines:
    """What the guard of the server of ``settings`` has to be told.

    Raises ``SettingsError`` without a master key, ``StoreError`` when its key does not open.
    """
    from pc_matrix.homeserver.embedded.guard_block import GuardLines
    from pc_matrix.homeserver.guard.home_key import home_key, public_text
    from pc_matrix.vault import Vault

    first = settings[0]
    key = home_key(home, Vault(first.secrets.vault_key()))
    return GuardLines(public_text(key), first.guard_dir, [one.bot for one in settings])


def place_guard(home: Path, embedded: Embedded, settings: Sequence[Settings]) -> None:
    """Install the guard in the embedded server, or say what is in the way.

    A key that does not open now keeps no server from starting: the lines that it has stay.
    """
    from pc_matrix.homeserver.embedded.guard_block import Placed

    try:
        lines = guard_lines(home, settings)
    except StoreError as error:
        typer.echo(_CLOSED.format(what=error.what, remedy=error.remedy), err=True)
        return
    match embedded.place_guard(lines):
        case Placed.NO_PLACE:
            typer.echo(_NO_PLACE.format(lines=lines.as_yaml()), err=True)
        case Placed.UNCHANGED | Placed.WRITTEN | Placed.BY_HAND:
            pass
        case other:  # pragma: no cover
            assert_never(other)


def warn_of_unread(embedded: Embedded) -> None:
    """Say that the server that runs has not read its configuration as it is."""
    if embedded.has_unread_configuration():
        typer.echo(_UNREAD, err=True)
