"""The measured session's registry: a commune whose sector rooms hold the backlog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pc_matrix.bench.server import SERVER_NAME
from pc_matrix.book import Book
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.pinning import PinRule, rule_of
from policies.terms import (
    Commune,
    CommuneCode,
    Person,
    RoomId,
    RoomKey,
    RoomKind,
    Sector,
    SectorCode,
    UserId,
)

_CODE = CommuneCode("59999")


class Clock:
    """The time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """An open registry, and the book that the bot would have of it."""

    book: Book
    commune: Commune

    def rule(self, room_id: str) -> PinRule:
        """What the room asks of an identity, by the commune's file."""
        return rule_of(self.book.directory().key_of(RoomId(room_id)), self.commune)


@contextmanager
def desk(folder: Path, vault: Vault, bot: str, rooms: Sequence[str]) -> Iterator[Desk]:
    """The registry in ``folder``, in which each of ``rooms`` is a sector's."""
    sectors = tuple(Sector(SectorCode(f"s{n}"), f"Secteur {n}") for n in range(len(rooms)))
    commune = Commune(_CODE, "Mesure", UserId(bot), SERVER_NAME, sectors, ())
    clock = Clock()
    with Registry.open(f"sqlite:///{folder / 'registry.db'}", vault) as registry:
        registry.declare(commune, clock.now())
        known = registry.rooms(_CODE)
        for sector, room_id in zip(sectors, map(RoomId, rooms), strict=True):
            if room_id not in known:
                registry.room_made(_CODE, RoomKey(_CODE, RoomKind.SECTOR, sector.code), room_id)
        yield Desk(Book(registry, commune, clock), commune)


def enroll(folder: Path, vault: Vault, people: Sequence[str]) -> None:
    """Write ``people`` into the registry of ``folder``, so that their identities are pinned."""
    with Registry.open(f"sqlite:///{folder / 'registry.db'}", vault) as registry:
        for user_id in people:
            registry.add_person(_CODE, Person(UserId(user_id), "Personne de la mesure"))
