"""Authority room → sector rooms: what an officer asks, is shown, confirms, changes and takes back.

Nothing leaves here: what was confirmed is written down, and ``bulletin_desk`` carries it beside the
inbox, so that a bulletin for fifty rooms keeps no report waiting. No text is kept either. The
officer's message is read again each time, and what leaves is word for word what he was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bridges.bulletin_places import at_home
from bridges.bulletin_ports import BulletinLedger
from bridges.bulletin_reading import BulletinReading, Read
from bridges.outcome import Awaiting, Broadcast, Declined, Held, Outcome, Recalled, Refused
from bridges.ports import Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import bulletin as wording_of
from bridges.wording import relay as relay_wording
from bridges.wording.notice import Notice
from policies import commands
from policies.addressees import UnknownSectors
from policies.authority import may_command, speaks_for
from policies.broadcast import Bulletin
from policies.bulletins import WAITING, Posting, Wording, WordingState, adds_rooms, has_lapsed
from policies.commands import CommandName
from policies.incoming import Edit, Withdrawal
from policies.quiet_hours import leaves_at
from policies.refusal import Refusal
from policies.relay import transaction
from policies.terms import Answer, Command, Directory, EventId, RoomId, TakeUp, UserId


class ToSectors:
    """One commune's. ``readers`` says how many people a room has, for the preview."""

    def __init__(
        self,
        rooms: RoomSender,
        reader: MessageReader,
        ledger: BulletinLedger,
        reading: BulletinReading,
        clock: Clock,
        readers: Callable[[RoomId], int],
    ) -> None:
        self._rooms, self._reader, self._ledger = rooms, reader, ledger
        self._reading, self._clock, self._readers = reading, clock, readers

    async def propose(self, command: Command, directory: Directory) -> Outcome:
        """``!diffuser …``: show what would go out, where, and to how many."""
        read = await self._reading.newest(command.room_id, command.event_id, directory)
        if not isinstance(read, Read):
            return await self._refuse(command.sender, command.event_id, read, directory)
        posting = self._ledger.open_posting(command.event_id, command.room_id, command.sender)
        return await self._show(posting, EventId(""), read, directory)

    async def edit(self, edit: Edit, directory: Directory) -> Outcome | None:
        """He changed his message: a new preview; a bulletin that is out is changed after a ✅."""
        if isinstance(self._authority(edit.sender, edit.room_id, directory), Refusal):
            return None
        posting = self._ledger.posting_of(edit.target)
        message = await self._reader.newest(edit.room_id, edit.target)
        said = commands.spoken(message.text) if message is not None else None
        if posting is None:
            if said is None or said.name is not CommandName.BROADCAST:
                return None
            posting = self._ledger.open_posting(edit.target, edit.room_id, edit.sender)
        if posting.sender != edit.sender or posting.withdrawn_at is not None:
            return Refused(Refusal.NOT_YOURS)
        read = self._reading.judged(message, directory)
        if not isinstance(read, Read):
            return await self._refuse(edit.sender, edit.event_id, read, directory)
        return await self._show(posting, edit.event_id, read, directory)

    async def _show(
        self, posting: Posting, change: EventId, read: Read, directory: Directory
    ) -> Outcome:
        bulletin, commune = read.bulletin, directory.commune
        facts = wording_of.Facts(
            posting.number,
            wording_of.sector_names(commune, bulletin.sectors),
            sum(self._readers(room_id) for room_id in bulletin.rooms),
            is_correction=self._is_out(posting),
            held_until=self._held_until(posting, bulletin, directory),
            time_zone=commune.time_zone,
            by_reaction=commune.flag_by_reaction,
        )
        officer = person_of(posting.sender, directory)
        notice = wording_of.preview(officer, bulletin, facts, read.concerns, commune.language)
        # With the fingerprint: under a preview of other words nobody ever confirms these.
        about = f"{posting.source_event} {change} {read.digest}"
        txn = transaction("bulletin-preview", about)
        event_id = await self._rooms.send(posting.room_id, notice, txn)
        self._ledger.show_wording(posting.id, change, read.digest, event_id)
        return Awaiting()

    async def confirm(  # noqa: PLR0911 - one answer a reason
        self, tap: TakeUp, directory: Directory
    ) -> Outcome | None:
        """An officer's ✅; ``None`` when it was on something else than his bulletin."""
        found = self._found(tap.target, tap.room_id)
        if found is None or not tap.closes:
            return None
        posting, wording = found
        refusal = self._may_tap(tap, posting, directory)
        if refusal is not None:
            return await self._refuse(tap.sender, tap.event_id, refusal, directory)
        if wording.asks != tap.target or wording.state not in WAITING:
            return Refused(Refusal.NOT_WAITING)
        if has_lapsed(wording, self._clock.now()):
            return Refused(Refusal.LAPSED)  # the desk says so
        read = await self._reading.confirmed(posting, wording, directory)
        if not isinstance(read, Read):
            return await self._refuse(tap.sender, tap.event_id, read, directory)
        if wording.state is WordingState.SHOWN and read.concerns:
            return await self._ask_again(posting, wording, read, directory)
        return await self._release(posting, wording, read.bulletin, directory)

    async def _ask_again(
        self, posting: Posting, wording: Wording, read: Read, directory: Directory
    ) -> Outcome:
        officer = person_of(posting.sender, directory)
        by_reaction = directory.commune.flag_by_reaction
        notice = wording_of.question(
            officer, posting.number, read.concerns, by_reaction=by_reaction
        )
        asks = await self._say(posting, wording, "bulletin-question", notice)
        self._ledger.move_wording(wording.id, {WordingState.SHOWN}, WordingState.ASKED, asks=asks)
        return Awaiting()

    async def _release(
        self, posting: Posting, wording: Wording, bulletin: Bulletin, directory: Directory
    ) -> Outcome:
        now = self._clock.now()
        until = self._held_until(posting, bulletin, directory)
        if until is None or wording.state is WordingState.HELD:
            self._ledger.move_wording(wording.id, WAITING, WordingState.LEAVING, due_at=now)
            return Broadcast(len(bulletin.rooms))
        officer, commune = person_of(posting.sender, directory), directory.commune
        notice = wording_of.held(
            officer, posting.number, until, commune.time_zone, by_reaction=commune.flag_by_reaction
        )
        asks = await self._say(posting, wording, "bulletin-held", notice)
        was = WAITING - {WordingState.HELD}
        self._ledger.move_wording(wording.id, was, WordingState.HELD, asks=asks, due_at=until)
        return Held()

    async def decline(self, answer: Answer, directory: Directory) -> Outcome | None:
        """His ❌ on any of a bulletin's messages, while it has not left."""
        found = self._found(answer.target, answer.room_id)
        if found is None or answer.send:
            return None
        posting, wording = found
        refusal = self._may_tap(answer, posting, directory)
        if refusal is not None:
            return await self._refuse(answer.sender, answer.event_id, refusal, directory)
        if wording.state not in WAITING | {WordingState.CANCELLED}:
            return Refused(Refusal.NOT_WAITING)
        self._ledger.move_wording(wording.id, WAITING, WordingState.CANCELLED)
        officer = person_of(posting.sender, directory)
        notice = wording_of.cancelled(officer, posting.number, still_out=self._is_out(posting))
        await self._say(posting, wording, "bulletin-cancelled", notice)
        return Declined()

    async def withdraw(self, command: Command, directory: Directory) -> Outcome:
        """``!retirer`` in answer to one of its messages, or with its number."""
        message = await self._reader.read(command.room_id, command.event_id)
        authority = may_command(message, directory, self._clock.now())
        if isinstance(authority, Refusal) or message is None:
            return Refused(authority if isinstance(authority, Refusal) else Refusal.UNREADABLE)
        said = commands.spoken(message.text)
        number = commands.bulletin_number(said.rest) if said is not None else None
        posting = self._named(number, command.target)
        if posting is not None:
            posting = at_home(posting, self._ledger.replacement, directory)
        if posting is None or posting.room_id != command.room_id:
            refusal = Refusal.UNKNOWN_BULLETIN
            return await self._refuse(command.sender, command.event_id, refusal, directory)
        self._ledger.withdraw_posting(posting.id, command.sender)
        return Recalled()

    async def redacted(
        self, withdrawal: Withdrawal | TakeUp, directory: Directory
    ) -> Outcome | None:
        """His message is gone: so is what it sent. What is still there was taken away by nobody."""
        posting = self._ledger.posting_of(withdrawal.target)
        if posting is None or posting.room_id != withdrawal.room_id:
            return None
        if isinstance(self._authority(withdrawal.sender, posting.room_id, directory), Refusal):
            return Refused(Refusal.NOT_AN_OFFICER)
        if await self._reader.read(posting.room_id, posting.source_event) is not None:
            return Refused(Refusal.NOT_WAITING)
        self._ledger.withdraw_posting(posting.id, withdrawal.sender)
        return Recalled()

    def _named(self, number: int | None, target: EventId) -> Posting | None:
        if number is not None:
            return self._ledger.posting_by_number(number)
        wording = self._ledger.wording_by_event(target)
        found = self._ledger.posting(wording.posting_id) if wording is not None else None
        return found or self._ledger.posting_of(target)

    def _found(self, target: EventId, room_id: RoomId) -> tuple[Posting, Wording] | None:
        wording = self._ledger.wording_by_event(target)
        posting = self._ledger.posting(wording.posting_id) if wording is not None else None
        if wording is None or posting is None or posting.room_id != room_id:
            return None
        return posting, wording

    def _may_tap(
        self, tap: TakeUp | Answer, posting: Posting, directory: Directory
    ) -> Refusal | None:
        authority = self._authority(tap.sender, tap.room_id, directory)
        if isinstance(authority, Refusal):
            return authority
        return None if tap.sender == posting.sender else Refusal.NOT_YOUR_BULLETIN

    def _authority(self, user_id: UserId, room_id: RoomId, directory: Directory) -> object:
        return speaks_for(user_id, room_id, directory, self._clock.now())

    def _is_out(self, posting: Posting) -> bool:
        return any(copy.event_id is not None for copy in self._ledger.copies(posting.id))

    def _held_until(
        self, posting: Posting, bulletin: Bulletin, directory: Directory
    ) -> datetime | None:
        """When it would leave if it were confirmed now; ``None`` for at once."""
        copies = self._ledger.copies(posting.id)
        if bulletin.urgent or not adds_rooms(bulletin.rooms, copies):
            return None
        commune = directory.commune
        return leaves_at(self._clock.now(), commune.quiet_hours, ZoneInfo(commune.time_zone))

    async def _say(
        self, posting: Posting, wording: Wording, purpose: str, notice: Notice
    ) -> EventId:
        about = f"{posting.source_event} {wording.id}"
        return await self._rooms.send(posting.room_id, notice, transaction(purpose, about))

    async def _refuse(
        self,
        user_id: UserId,
        about: EventId,
        refusal: Refusal | UnknownSectors,
        directory: Directory,
    ) -> Outcome:
        officer = person_of(user_id, directory)
        if isinstance(refusal, UnknownSectors):
            notice = wording_of.unknown_sectors(officer, refusal, directory.commune)
        else:
            notice = relay_wording.refused(officer, refusal)
        await tell(self._rooms, directory, officer, notice, purpose="refused", about=about)
        return Refused(Refusal.UNKNOWN_SECTOR if isinstance(refusal, UnknownSectors) else refusal)
