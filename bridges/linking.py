"""``!lier XXXX-XXXX``: a person proves that a foreign account is his, by the town hall's code."""

from __future__ import annotations

from typing import Protocol

from bridges.outcome import Later, Linked, Outcome, Refused
from bridges.ports import Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import linking as wording
from bridges.wording.notice import Notice
from policies import commands
from policies.linking import Tries, WaitingCode, may_try, may_yet_be_signed, opens, typed
from policies.refusal import Refusal
from policies.relay import transaction
from policies.terms import (
    Command,
    Directory,
    EventId,
    Message,
    RoomId,
    RoomKind,
    SenderTrust,
    UserId,
)


class LinkLedger(Protocol):
    """The codes that wait, of one commune. It knows no code, only what one may be compared with."""

    def tries(self, user_id: UserId) -> Tries: ...
    def find_code(self, signs: str) -> WaitingCode | None: ...
    def wrong_code(self, event_id: EventId, user_id: UserId, refusal: Refusal) -> None: ...
    def void_code(self, code: WaitingCode) -> None: ...
    def use_code(self, code: WaitingCode, user_id: UserId) -> bool: ...


class Guests(Protocol):
    """Rooms that are not the commune's; is the bot in one of them alone with that person, now?"""

    async def alone_with(self, room_id: RoomId, user_id: UserId) -> bool: ...


class Linking:
    """One commune's."""

    def __init__(
        self,
        rooms: RoomSender,
        reader: MessageReader,
        ledger: LinkLedger,
        guests: Guests,
        clock: Clock,
    ) -> None:
        self._rooms, self._reader = rooms, reader
        self._ledger, self._guests, self._clock = ledger, guests, clock

    async def link(self, command: Command, directory: Directory) -> Outcome:
        """Bind the account that wrote the command to the mandate that its code stands for.

        The code is read again from the room and kept nowhere. Whoever writes it before others has
        it voided. Saying it again after it served changes nothing.
        """
        if not await self._is_private(command, directory):
            return await self._in_public(command, directory)
        found = await self._judged(command, directory)
        if found is None:
            return Later()
        if isinstance(found, WaitingCode) and not self._ledger.use_code(found, command.sender):
            found = Refusal.CODE_USED
        if isinstance(found, Refusal):
            return await self._refuse(command, found, directory)
        language = person_of(command.sender, directory).language
        await self._say(command, wording.linked(language, directory.commune), "linked")
        return Linked()

    async def _is_private(self, command: Command, directory: Directory) -> bool:
        key = directory.key_of(command.room_id)
        if key is None:
            return await self._guests.alone_with(command.room_id, command.sender)
        return key.kind is RoomKind.PRIVATE

    async def _judged(self, command: Command, directory: Directory) -> WaitingCode | Refusal | None:
        """The code that was said, or why it counts for nothing; ``None`` when that may change."""
        tries = self._ledger.tries(command.sender)
        refusal = may_try(command.sender, directory.commune, tries)
        if refusal is not None:
            return refusal
        message = await self._reader.read(command.room_id, command.event_id)
        refusal, now = _unfit(message, command), self._clock.now()
        if message is None or refusal is not None:
            if message is not None and may_yet_be_signed(refusal, message.sent_at, now):
                return None
            return refusal or Refusal.UNREADABLE
        return opens(self._find(message), command.sender, now)

    def _find(self, message: Message) -> WaitingCode | None:
        said = commands.spoken(message.text)
        signs = typed(said.rest) if said is not None else None
        return None if signs is None else self._ledger.find_code(signs)

    async def _refuse(self, command: Command, refusal: Refusal, directory: Directory) -> Outcome:
        if refusal is Refusal.WRONG_CODE or refusal is Refusal.CODE_USED:
            self._ledger.wrong_code(command.event_id, command.sender, refusal)
        language = person_of(command.sender, directory).language
        await self._say(command, wording.refused(language, refusal), "not-linked")
        return Refused(refusal)

    async def _in_public(self, command: Command, directory: Directory) -> Outcome:
        """A code before others: nobody among them shall be faster than its owner."""
        message = await self._reader.read(command.room_id, command.event_id)
        code = self._find(message) if message is not None else None
        if code is not None:
            self._ledger.void_code(code)
        person = person_of(command.sender, directory)
        notice = wording.refused(person.language, Refusal.NOT_IN_PRIVATE)
        about = command.event_id
        await tell(self._rooms, directory, person, notice, purpose="not-linked", about=about)
        return Refused(Refusal.NOT_IN_PRIVATE)

    async def _say(self, command: Command, notice: Notice, purpose: str) -> None:
        txn = transaction(purpose, command.event_id, command.room_id)
        await self._rooms.send(command.room_id, notice, txn)


def _unfit(message: Message | None, command: Command) -> Refusal | None:
    """Why the message proves nothing of its sender."""
    if message is None or message.sender != command.sender:
        return Refusal.UNREADABLE
    if not message.encrypted:
        return Refusal.NOT_ENCRYPTED
    match message.trust:
        case SenderTrust.SIGNED:
            return None
        case SenderTrust.IDENTITY_CHANGED:
            return Refusal.IDENTITY_CHANGED
        case SenderTrust.UNSIGNED:
            return Refusal.UNSIGNED_DEVICE
