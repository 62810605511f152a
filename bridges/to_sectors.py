"""Authority room → sector rooms: prevention bulletins, after a preview and an officer's ✅."""

from __future__ import annotations

from collections.abc import Callable

from bridges.each import each
from bridges.outcome import Awaiting, Broadcast, Outcome, Refused
from bridges.ports import BulletinLedger, Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import bulletin as wording
from bridges.wording import relay as relay_wording
from bridges.wording.notice import Notice
from policies.authority import speaks_for
from policies.broadcast import Bulletin, may_broadcast
from policies.refusal import Refusal
from policies.relay import is_uncertain, transaction
from policies.reports import Link, LinkState
from policies.terms import Command, Directory, EventId, RoomId, TakeUp


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
        by_reaction = directory.commune.flag_by_reaction
        notice = wording.preview(
            officer, bulletin.text, len(bulletin.rooms), people, by_reaction=by_reaction
        )
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
        missing = await self._spread(bulletin_id, source, bulletin, directory)
        arrived = len(bulletin.rooms) - len(missing)
        officer = person_of(tap.sender, directory)
        notice = wording.account(officer, arrived, missing)
        await self._rooms.send(tap.room_id, notice, transaction("bulletin-account", source))
        self._ledger.bulletin_done(bulletin_id)
        return Broadcast(arrived)

    async def _read(
        self, room_id: RoomId, event_id: EventId, directory: Directory
    ) -> Bulletin | Refusal:
        message = await self._reader.read(room_id, event_id)
        return may_broadcast(message, directory, self._clock.now())

    async def _spread(
        self, bulletin_id: int, source: EventId, bulletin: Bulletin, directory: Directory
    ) -> list[str]:
        """Send it to every room; the sectors of those where it is not sure that it arrived."""
        commune = directory.commune
        notice = wording.bulletin(commune.language, bulletin.authority.name, bulletin.text)
        links = [
            self._ledger.bulletin_link(bulletin_id, room, transaction("bulletin", source, room))
            for room in bulletin.rooms
        ]
        certain = await each(self._arrives(link, notice) for link in links)
        keys = [directory.rooms[room] for room in bulletin.rooms]
        lacking = {key.code for key, is_there in zip(keys, certain, strict=True) if not is_there}
        return [sector.name for sector in commune.sectors if sector.code in lacking]

    async def _arrives(self, link: Link, notice: Notice) -> bool:
        """Send one copy; whether it surely arrived. A send that is too old is not repeated."""
        if link.state is LinkState.SENT:
            return True
        if link.state is LinkState.UNCERTAIN or is_uncertain(link, self._clock.now()):
            self._ledger.bulletin_uncertain(link.id)
            return False
        event_id = await self._rooms.send(link.destination, notice, link.txn)
        self._ledger.bulletin_sent(link.id, event_id)
        return True
