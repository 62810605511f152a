"""Somebody leaves by his own wish: asked once whether he is sure, then let go, and it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bridges.each import attempted
from bridges.outcome import Awaiting, Declined, Departed, Outcome, Refused
from bridges.ports import Clock, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import mandates as wording
from bridges.wording import relay as relay_wording
from bridges.wording.notice import Notice
from policies import commands, departure
from policies.administrators import administrators
from policies.departure import Departure
from policies.refusal import Refusal
from policies.relay import transaction
from policies.terms import (
    Answer,
    Command,
    Directory,
    EventId,
    Mandate,
    Person,
    RoomId,
    UserId,
)


class DepartureLedger(Protocol):
    """Who asked to leave, of one commune, and the mandates that end with it."""

    def ask_departure(self, found: Departure) -> None: ...
    def departure_by_question(self, event_id: EventId) -> Departure | None: ...
    def forget_departure(self, user_id: UserId) -> None: ...
    def give_up(self, mandates: Sequence[Mandate]) -> None: ...


class PrivateRooms(Protocol):
    """Opens the bot's room with somebody, who is in it or invited; raises when refused."""

    async def open(self, user_id: UserId) -> RoomId: ...


class Departures:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(
        self,
        rooms: RoomSender,
        reader: MessageReader,
        private: PrivateRooms,
        ledger: DepartureLedger,
        clock: Clock,
    ) -> None:
        self._rooms, self._reader, self._private = rooms, reader, private
        self._ledger, self._clock = ledger, clock

    async def ask(self, command: Command, directory: Directory) -> Outcome:
        """``!quitter``, or ``!quitter gare``: what would end, told in private, and nothing yet."""
        place = await self._place(command, directory)
        if place is None:
            return await self._refuse(command, Refusal.UNREADABLE, directory)
        now = self._clock.now()
        mandates = departure.mandates_left(directory, command.sender, place, now)
        if not mandates:
            return await self._refuse(command, Refusal.NOTHING_TO_LEAVE, directory)
        person = person_of(command.sender, directory)
        notice = wording.sure(person, mandates, directory.commune)
        room_id = await self._private.open(command.sender)
        txn = transaction("departure", command.event_id, room_id)
        event_id = await self._rooms.send(room_id, notice, txn)
        self._ledger.ask_departure(Departure(command.sender, event_id, place, now))
        return Awaiting()

    async def answer(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A ✅ or ❌ under the question; ``None`` when it was under something else."""
        found = self._ledger.departure_by_question(answer.target)
        if found is None:
            return None
        if answer.sender != found.user_id:
            return Refused(Refusal.NOT_YOURS)
        person = person_of(found.user_id, directory)
        if not answer.send:
            await self._tell(person, wording.stays(person), found, directory)
            self._ledger.forget_departure(found.user_id)
            return Declined()
        return await self._leave(found, person, directory)

    async def _leave(self, found: Departure, person: Person, directory: Directory) -> Outcome:
        """Say goodbye while he can still read it; whatever refuses to be said keeps nobody here."""
        mandates = departure.mandates_left(directory, person.user_id, found.place, found.asked_at)
        goodbye = self._tell(person, wording.goodbye(person), found, directory)
        told = [self._tell_of(a, person, mandates, found, directory) for a in self._side(directory)]
        _, failures = await attempted([goodbye, *told])
        self._ledger.give_up(mandates)
        if failures:
            raise failures[0]
        self._ledger.forget_departure(person.user_id)
        return Departed(len(mandates))

    def _side(self, directory: Directory) -> tuple[Person, ...]:
        return administrators(directory, self._clock.now())

    async def _tell_of(
        self,
        administrator: Person,
        who: Person,
        mandates: Sequence[Mandate],
        found: Departure,
        directory: Directory,
    ) -> None:
        if administrator != who:
            notice = wording.left(administrator, who, mandates, directory.commune)
            await self._tell(administrator, notice, found, directory)

    async def _place(self, command: Command, directory: Directory) -> str | None:
        message = await self._reader.read(command.room_id, command.event_id)
        said = None if message is None else commands.spoken(message.text)
        if said is None:
            return None
        return departure.place_named(said.rest, directory.commune)

    async def _refuse(self, command: Command, refusal: Refusal, directory: Directory) -> Outcome:
        person = person_of(command.sender, directory)
        notice = relay_wording.refused(person, refusal)
        about = command.event_id
        await tell(self._rooms, directory, person, notice, purpose="refused", about=about)
        return Refused(refusal)

    async def _tell(
        self, person: Person, notice: Notice, found: Departure, directory: Directory
    ) -> None:
        about = found.event_id
        await tell(self._rooms, directory, person, notice, purpose="departure-done", about=about)
