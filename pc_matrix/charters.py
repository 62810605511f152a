"""The charter message, said by the bot into the rooms that are due to hear it."""

from __future__ import annotations

from typing import Protocol

from bridges.each import attempted
from bridges.ports import Clock
from bridges.wording.notice import Notice
from bridges.wording.welcome import CHARTER_VERSION, charter
from pc_matrix.registry import Registry
from policies.charter import KINDS, is_due
from policies.relay import transaction
from policies.terms import Commune, EventId, RoomId, RoomKind


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

    async def post(self) -> int:
        """Say the charter where it is due, and let newcomers read it; in how many rooms.

        A room that refuses it keeps it from no other; its refusal is raised at the end.
        """
        rooms = self._registry.rooms(self._commune.code)
        due = [room_id for room_id, key in rooms.items() if self._is_due(room_id, key.kind)]
        failed: list[BaseException] = []
        for room_id in due:
            failed += (await attempted([self._say(room_id)]))[1]
        await self._voice.reach_newcomers()
        if failed:
            raise failed[0]
        return len(due)

    def _is_due(self, room_id: RoomId, kind: RoomKind) -> bool:
        if kind not in KINDS:
            return False
        last = self._registry.charter_of(self._commune.code, room_id)
        return is_due(last, CHARTER_VERSION, self._voice.unreached(room_id), self._clock.now())

    async def _say(self, room_id: RoomId) -> None:
        code, now = self._commune.code, self._clock.now()
        last = self._registry.charter_of(code, room_id)
        # The transaction names the one before, so that a repeated step says it once.
        before = last.at.isoformat() if last is not None else "first"
        txn = transaction("charter", f"{CHARTER_VERSION} {before}", room_id)
        notice = charter(self._commune.language, self._commune.name)
        event_id = await self._voice.send_lasting(room_id, notice, txn)
        self._registry.charter_posted(code, room_id, event_id, CHARTER_VERSION, now)
