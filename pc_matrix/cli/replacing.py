"""The rooms that ``--replace`` names, as a town hall calls them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pc_matrix.errors import InputError
from pc_matrix.registry.spreadsheet.words import folded
from policies.terms import Commune, RoomKey, RoomKind


def rooms_named(names: Sequence[str], commune: Commune) -> frozenset[RoomKey]:
    """The rooms of ``commune`` that ``names`` mean; raises ``InputError`` for another name."""
    known = list(_rooms(commune))
    return frozenset(_room(name, known) for name in names)


def as_options(asked: frozenset[RoomKey], commune: Commune) -> str:
    """The options that ask for these rooms, to be typed again."""
    names = [names[0] for key, names in _rooms(commune) if key in asked]
    return "".join(f" --replace {name}" for name in names)


def _rooms(commune: Commune) -> Iterator[tuple[RoomKey, tuple[str, ...]]]:
    """Every room, and what it can be called; the first name is good for no other room."""
    yield RoomKey(commune.code, RoomKind.COMMUNE_SPACE), ("espace:commune",)
    yield RoomKey(commune.code, RoomKind.AUTHORITY_SPACE), ("espace:autorites",)
    yield RoomKey(commune.code, RoomKind.REFERENTS), ("referents",)
    for sector in commune.sectors:
        key = RoomKey(commune.code, RoomKind.SECTOR, sector.code)
        yield key, (f"secteur:{sector.code}", sector.code, sector.name)
    for authority in commune.authorities:
        key = RoomKey(commune.code, RoomKind.AUTHORITY, authority.code)
        yield key, (f"autorite:{authority.code}", authority.code, authority.name)


def _room(name: str, known: Sequence[tuple[RoomKey, tuple[str, ...]]]) -> RoomKey:
    found = [key for key, names in known if folded(name) in map(folded, names)]
    if len(found) == 1:
        return found[0]
    exact = ", ".join(names[0] for key, names in known if not found or key in found)
    what = "désigne plusieurs salons" if found else "n'est pas un salon de la commune"
    raise InputError(
        f"« {name} » {what}.", "Aucun salon n'a été touché.", f"Donnez l'un de ceux-ci : {exact}."
    )
