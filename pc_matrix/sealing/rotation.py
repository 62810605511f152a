"""The rotation of the master key, which may be killed anywhere and is finished by asking again.

Nothing is written before everything was found to open. Then the new key is noted beside the old
one, each database is sealed anew in one transaction and each file in one step, and only when all of
them open under the new key does it take the old one's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pc_matrix import registry, settings
from pc_matrix.errors import IncompleteError
from pc_matrix.homeserver.session_lock import SessionLock
from pc_matrix.registry import SealedUnder
from pc_matrix.sealing.direction import Direction, direction
from pc_matrix.sealing.files import File, refuse_strays, sealed_files
from pc_matrix.settings import KeySource, Settings
from pc_matrix.vault import Keys


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done. ``values`` and ``files`` were sealed anew this time: fewer when resumed.

    ``in_place`` is whether the new key is the one in use now, or has to be put in place by whoever
    gives it.
    """

    source: KeySource
    communes: int
    databases: int
    columns: int
    values: int
    files: int
    resumed: bool
    in_place: bool


def rotate(home: Path) -> Rotated:
    """Seal everything of ``home`` under a new master key, or finish doing so.

    Raises ``SessionInUse`` while a bot runs, ``SettingsError`` when there is no next key to go to,
    ``StoreError`` and ``RegistryError`` when something does not open or cannot be written.
    """
    communes = _communes(home)
    with _all_held(communes):
        going = direction(home, settings.load_secrets(home))
        keys, databases = going.keys, _databases(communes)
        refuse_strays(home, communes)
        _try_all(databases, sealed_files(communes, home), keys)
        going.begin()
        values = sum(registry.reseal(url, keys) for url in databases)
        files = sum(file.reseal(keys) for file in sealed_files(communes, home))
        _insist(databases, sealed_files(communes, home), keys)
        going.end()
        return _account(going, communes, databases, values, files)


def _communes(home: Path) -> tuple[Settings, ...]:
    codes = settings.communes(home)
    return tuple(settings.load(home, code) for code in codes) or (settings.load(home),)


@contextmanager
def _all_held(communes: Sequence[Settings]) -> Iterator[None]:
    """Keep every bot of the home out, and any other rotation."""
    with ExitStack() as held:
        for commune in communes:
            lock = SessionLock(commune.session_lock)
            lock.take()
            held.callback(lock.release)
        yield


def _databases(communes: Sequence[Settings]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(commune.database_url for commune in communes))


def _try_all(databases: Sequence[str], files: Sequence[File], keys: Keys) -> None:
    for url in databases:
        registry.sealed_under(url, keys)
    for file in files:
        file.is_done(keys)


def _insist(databases: Sequence[str], files: Sequence[File], keys: Keys) -> None:
    """The old key is about to go: nothing may need it any more."""
    left = sum(registry.sealed_under(url, keys) is SealedUnder.OLD for url in databases)
    left += sum(not file.is_done(keys) for file in files)
    if left:
        raise IncompleteError(
            "La rotation de la clé maîtresse n'est pas finie.",
            "Une autre commande a scellé quelque chose par l'ancienne clé pendant ce temps.",
            "Arrêtez les autres commandes, puis relancez « pc-matrix master-key rotate ».",
        )


def _account(
    going: Direction,
    communes: Sequence[Settings],
    databases: Sequence[str],
    values: int,
    files: int,
) -> Rotated:
    return Rotated(
        source=going.current.source,
        communes=len(communes),
        databases=len(databases),
        columns=len(registry.sealed_columns()),
        values=values,
        files=files,
        resumed=going.resumed,
        in_place=going.places_the_key,
    )
