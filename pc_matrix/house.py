"""One commune's house: its settings, its vault, its open registry, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from bridges.ports import Clock
from bridges.wording.guard import refusals
from pc_matrix.arrivals.link_book import LinkBook
from pc_matrix.book import Book
from pc_matrix.homeserver.guard.home_key import home_key
from pc_matrix.homeserver.guard.writing import SnapshotWriter
from pc_matrix.homeserver.opening import Place
from pc_matrix.homeserver.session import Session
from pc_matrix.mandate_book import MandateBook
from pc_matrix.provisioning.private_rooms import PrivateRooms
from pc_matrix.registry import Hold, Registry
from pc_matrix.settings import Settings
from pc_matrix.vault import Vault
from policies.pinning import PinRule, rule_of
from policies.readers import readers
from policies.terms import Directory, RoomId, UserId
from policies.timetable import next_change


class SystemClock:
    """The time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VaultFingerprint:
    """``Fingerprint`` by the vault's keyed digest."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, text: str) -> str:
        return self._vault.digest(text, "shown-text")


@dataclass(frozen=True, slots=True)
class SeenRooms:
    """Private rooms, once the session has seen their person there: only then can he read."""

    private: PrivateRooms
    session: Session

    async def open(self, user_id: UserId) -> RoomId:
        room_id = await self.private.open(user_id)
        await self.session.until_present(room_id, user_id)
        return room_id


class ReadersNow:
    """Who may read which room, worked out once for as long as nothing can change it.

    That is while the registry gives the very same directory, between the instant at which it was
    worked out and the next one at which a mandate begins, ends, or has another charter.
    """

    def __init__(self) -> None:
        self._of: Directory | None = None
        self._since = self._until = datetime.max.replace(tzinfo=UTC)
        self._given: Mapping[RoomId, frozenset[UserId]] = {}

    def of(self, directory: Directory, now: datetime) -> Mapping[RoomId, frozenset[UserId]]:
        """``readers(directory, now)``."""
        if directory is not self._of or not self._since <= now < self._until:
            self._given = readers(directory, now)
            self._of, self._since = directory, now
            self._until = next_change(directory, now) or datetime.max.replace(tzinfo=UTC)
        return self._given


@dataclass(frozen=True, slots=True)
class House:
    """One commune's settings, vault and open registry."""

    settings: Settings
    vault: Vault
    registry: Registry
    clock: Clock
    readers_now: ReadersNow = field(default_factory=ReadersNow, repr=False, compare=False)

    @property
    def book(self) -> Book:
        return Book(self.registry, self.settings.commune, self.clock)

    @property
    def mandate_book(self) -> MandateBook:
        return MandateBook(self.registry, self.settings.commune, self.clock)

    @property
    def place(self) -> Place:
        """Where this commune's encrypted session lives."""
        s = self.settings
        return Place(
            base_url=s.homeserver_url,
            user_id=s.bot,
            password=s.secrets.bot_password(s.commune.code),
            directory=s.session_dir,
            lock=s.session_lock,
        )

    def hold(self) -> Hold:
        """The right to be the commune's bot, on this registry."""
        return self.registry.hold(self.settings.commune.code)

    @property
    def guard(self) -> SnapshotWriter:
        """What tells the homeserver's guard whom the registry knows."""
        s = self.settings
        key = cache(lambda: home_key(s.home, self.vault))
        return SnapshotWriter(s.guard_dir, key, s.commune, refusals(s.commune.language))

    @property
    def link_book(self) -> LinkBook:
        return LinkBook(self.registry, self.vault, self.settings.commune, self.clock)

    def entitled(self, room_id: str) -> frozenset[str]:
        """Who may read ``room_id`` by the registry, now.

        In a room that is not the commune's nobody, or the one who invited the bot to link himself.
        """
        given = self.readers_now.of(self.book.directory(), self.clock.now())
        if RoomId(room_id) in given:
            return frozenset(given[RoomId(room_id)])
        guest = self.link_book.guest_of(room_id)
        return frozenset({guest.user_id}) if guest is not None else frozenset()

    def pin_rule(self, room_id: str) -> PinRule:
        """What ``room_id`` asks of an identity: the commune's file says it by kind of room."""
        commune = self.settings.commune
        key = self.book.directory().rooms.get(RoomId(room_id))
        if key is None and self.link_book.guest_of(room_id) is not None:
            return PinRule.FIRST_USE  # nobody can have approved him: the code is the proof
        return rule_of(key, commune)
