"""The charter, said by the bot: to rooms of several, and in private to who is to accept it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from bridges.each import attempted
from bridges.ports import Clock
from bridges.private import person_of
from bridges.wording.notice import Notice
from bridges.wording.welcome import charter, invitation
from pc_matrix.registry import Registry
from policies.charter import KINDS, is_due, to_ask
from policies.relay import transaction
from policies.terms import Commune, Directory, EventId, RoomId, RoomKind, UserId


class LastingVoice(Protocol):
    """Says what stays readable (see ``homeserver.lasting``), and knows who cannot read it."""

    async def send_lasting(self, room_id: RoomId, notice: Notice, txn: str) -> EventId: ...
    def unreached(self, room_id: RoomId) -> int: ...
    async def reach_newcomers(self) -> int: ...


class Charters:
    """One commune's."""

    def __init__(
        self, registry: Registry, commune: Commune, voice: LastingVoice, clock: Clock
    ) -> None:
        self._registry, self._commune = registry, commune
        self._voice, self._clock = voice, clock

    async def post(self, directory: Directory) -> int:
        """Say the charter where it is due, and let newcomers read it; in how many rooms.

        A room that refuses it keeps it from no other; its refusal is raised at the end.
        """
        due = [(room, notice) for room, notice in self._notices(directory) if self._is_due(room)]
        failed: list[BaseException] = []
        for room_id, notice in due:
            failed += (await attempted([self._say(room_id, notice)]))[1]
        await self._voice.reach_newcomers()
        if failed:
            raise failed[0]
        return len(due)

    def _notices(self, directory: Directory) -> Iterator[tuple[RoomId, Notice]]:
        """The rooms in which the charter has to stand, each with what is said there."""
        commune, asked = self._commune, to_ask(directory, self._clock.now())
        for room_id, key in directory.rooms.items():
            if key.kind in KINDS:
                yield room_id, charter(commune.language, commune.name)
            elif key.kind is RoomKind.PRIVATE and key.code in asked:
                who = UserId(key.code)
                yield room_id, invitation(person_of(who, directory), commune, asked[who])

    def _is_due(self, room_id: RoomId) -> bool:
        last = self._registry.charter_of(self._commune.code, room_id)
        version, now = self._commune.charter_version, self._clock.now()
        return is_due(last, version, self._voice.unreached(room_id), now)

    async def _say(self, room_id: RoomId, notice: Notice) -> None:
        code, now = self._commune.code, self._clock.now()
        version = self._commune.charter_version
        last = self._registry.charter_of(code, room_id)
        # The transaction names the one before, so that a repeated step says it once.
        before = last.at.isoformat() if last is not None else "first"
        txn = transaction("charter", f"{version} {before}", room_id)
        event_id = await self._voice.send_lasting(room_id, notice, txn)
        self._registry.charter_posted(code, room_id, event_id, version, now)
