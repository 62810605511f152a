"""Help for those who ask for it, in private, and a kind word for commands nobody knows."""

from __future__ import annotations

from bridges.departure import PrivateRooms
from bridges.outcome import Broken, Helped, Outcome, Refused
from bridges.ports import Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import relay as relay_wording
from bridges.wording import welcome as wording
from policies import commands
from policies.charter import to_ask
from policies.incoming import Incoming
from policies.refusal import Refusal
from policies.relay import transaction
from policies.roles import GIFTS, Gift
from policies.terms import Command, Directory, Role, RoomId, RoomKind, UserId

NEW_MARK = "📝"
"""A tap on it begins a report."""


class Help:
    """Answers ``!aide`` and what was mistyped."""

    def __init__(
        self, rooms: RoomSender, reader: MessageReader, private: PrivateRooms, clock: Clock
    ) -> None:
        self._rooms, self._reader = rooms, reader
        self._private, self._clock = private, clock

    async def explain(self, command: Command, directory: Directory) -> Outcome:
        """How it works, for the person's own role.

        A resident who signed the charter on paper has no private room before he asks: it is opened.
        """
        person = person_of(command.sender, directory)
        now = self._clock.now()
        mandates = directory.mandates_of(command.sender, now)
        is_referent = any(m.role is Role.REFERENT for m in mandates)
        if is_referent:
            notice = wording.referent_help(person, by_reaction=directory.commune.flag_by_reaction)
        elif any(not m.role.is_of_a_sector for m in mandates):
            notice = wording.officer_help(person)
        elif command.sender in to_ask(directory, now):
            notice = wording.waiting_help(person, directory.commune)
        elif mandates:
            notice = wording.resident_help(person)
        else:
            return Refused(Refusal.NO_MANDATE)
        room_id = await self._room(command.sender, directory)
        said = await self._rooms.send(
            room_id, notice, transaction("help", command.event_id, room_id)
        )
        if directory.commune.flag_by_reaction and is_referent:
            await self._rooms.react(room_id, said, NEW_MARK, transaction("tap", said, NEW_MARK))
        return Helped()

    async def _room(self, user_id: UserId, directory: Directory) -> RoomId:
        """His private room; one that has only just been made, once he may read in it."""
        known = directory.room_of(RoomKind.PRIVATE, user_id)
        has_one_by_role = any(
            Gift(RoomKind.PRIVATE) in GIFTS[m.role]
            for m in directory.mandates_of(user_id, self._clock.now())
        )
        return known if known and has_one_by_role else await self._private.open(user_id)

    async def correct(self, command: Command, refusal: Refusal, directory: Directory) -> Outcome:
        """Why the command was not understood."""
        person = person_of(command.sender, directory)
        notice = relay_wording.refused(person, refusal)
        about = command.event_id
        await tell(self._rooms, directory, person, notice, purpose="refused", about=about)
        return Refused(refusal)

    async def broken(self, item: Incoming, directory: Directory) -> Outcome:
        """The bot fails at what he asked for, by a mistake of ours; nobody knows how far it got."""
        person = person_of(item.sender, directory)
        notice, about = relay_wording.broken(person), item.event_id
        await tell(self._rooms, directory, person, notice, purpose="broken", about=about)
        return Broken()

    async def unknown(self, command: Command, directory: Directory) -> Outcome:
        """A command that nobody knows, or one that is not done on a guess: what was it to be?"""
        message = await self._reader.read(command.room_id, command.event_id)
        said = commands.spoken(message.text) if message is not None else None
        if said is None or said.meant is None:
            return await self.correct(command, Refusal.UNKNOWN_COMMAND, directory)
        person, about = person_of(command.sender, directory), command.event_id
        notice = wording.did_you_mean(person, said.meant)
        await tell(self._rooms, directory, person, notice, purpose="refused", about=about)
        return Refused(Refusal.UNKNOWN_COMMAND)
