"""Authority room → sector rooms: prevention bulletins, after a preview and an officer's ✅."""

from __future__ import annotations

from collections.abc import Callable

from bridges.outcome import Awaiting, Broadcast, Outcome, Refused
from bridges.ports import BulletinLedger, Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import bulletin as wording
from bridges.wording import relay as relay_wording
from policies.authority import speaks_for
from policies.broadcast import Bulletin, may_broadcast
from policies.refusal import Refusal
from policies.relay import transaction
from policies.reports import LinkState
from policies.terms import Command, Directory, EventId, RoomId, TakeUp, UserId


class ToSectors:
    """Carries bulletins. ``readers`` says how many people a room has, for the preview."""

    def __init__(
        self,
        rooms: RoomSender,
        reader: MessageReader,
        ledger: BulletinLedger,
        clock: Clock,
        readers: Callable[[RoomId], int],
    ) -> None:
        self._rooms, self._reader, self._ledger = rooms, reader, ledger
        self._clock, self._readers = clock, readers

    async def propose(self, command: Command, directory: Directory) -> Outcome:
        """``!diffuser …``: show what would go out, and to how many."""
        bulletin = await self._read(command.room_id, command.event_id, directory)
        officer = person_of(command.sender, directory)
        if isinstance(bulletin, Refusal):
            notice = relay_wording.refused(officer, bulletin)
            await tell(
                self._rooms,
                directory,
                officer,
                notice,
                purpose="refused",
                about=command.event_id,
            )
            return Refused(bulletin)
        bulletin_id = self._ledger.open_bulletin(command.event_id, command.sender)
        people = sum(self._readers(room_id) for room_id in bulletin.rooms)
        notice = wording.preview(officer, bulletin.text, len(bulletin.rooms), people)
        txn = transaction("bulletin-preview", command.event_id)
        preview = await self._rooms.send(command.room_id, notice, txn)
        self._ledger.set_preview(bulletin_id, preview)
        return Awaiting()

    async def confirm(self, tap: TakeUp, directory: Directory) -> Outcome | None:
        """An officer's ✅ on a preview sends it; ``None`` when it was on something else."""
        found = self._ledger.bulletin_by_preview(tap.target)
        if found is None or not tap.closes:
            return None
        bulletin_id, source = found
        authority = speaks_for(tap.sender, tap.room_id, directory, self._clock.now())
        if isinstance(authority, Refusal):
            return Refused(authority)
        if self._ledger.bulletin_is_sent(tap.target):
            return Refused(Refusal.NOT_WAITING)
        bulletin = await self._read(tap.room_id, source, directory)
        if isinstance(bulletin, Refusal):
            return Refused(bulletin)
        await self._spread(bulletin_id, source, bulletin, directory)
        await self._account(tap.sender, tap.room_id, source, len(bulletin.rooms), directory)
        self._ledger.bulletin_done(bulletin_id)
        return Broadcast(len(bulletin.rooms))

    async def _read(
        self, room_id: RoomId, event_id: EventId, directory: Directory
    ) -> Bulletin | Refusal:
        message = await self._reader.read(room_id, event_id)
        return may_broadcast(message, directory, self._clock.now())

    async def _spread(
        self, bulletin_id: int, source: EventId, bulletin: Bulletin, directory: Directory
    ) -> None:
        notice = wording.bulletin(
            directory.commune.language, bulletin.authority.name, bulletin.text
        )
        for room_id in bulletin.rooms:
            txn = transaction("bulletin", source, room_id)
            link = self._ledger.bulletin_link(bulletin_id, room_id, txn)
            if link.state is not LinkState.SENT:
                event_id = await self._rooms.send(room_id, notice, txn)
                self._ledger.bulletin_sent(link.id, event_id)

    async def _account(
        self, sender: UserId, room_id: RoomId, source: EventId, rooms: int, directory: Directory
    ) -> None:
        officer = person_of(sender, directory)
        notice = wording.account(officer, rooms)
        await self._rooms.send(room_id, notice, transaction("bulletin-account", source))
