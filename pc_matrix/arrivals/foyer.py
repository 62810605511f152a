"""The bot as a guest: invited by somebody who has a code, it comes, listens, and leaves.

Its own task calls ``step`` and ``wait`` in turn, for a foreign server may take long to answer;
``hear`` only writes down what a sync brought, before the cursor moves on.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from bridges.ports import Clock, RoomSender
from bridges.wording import linking as wording
from bridges.wording.notice import Notice
from pc_matrix.arrivals.link_book import LinkBook
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.events import words
from pc_matrix.homeserver.guest_rooms import GuestRooms
from pc_matrix.homeserver.http import MatrixError, ServerFault
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.registry import Registry
from policies import commands
from policies.commands import CommandName
from policies.foyer import (
    REMEMBERED,
    STAYS,
    Guest,
    GuestState,
    answer,
    is_for_two,
    is_over,
    may_be_early,
)
from policies.relay import transaction
from policies.terms import Command, Commune, EventId, RoomId, UserId

_log = structlog.get_logger(__name__)
_TURN = 5.0  # seconds between two looks at the guests' rooms


class Foyer:
    """One commune's."""

    def __init__(
        self,
        rooms: GuestRooms,
        voice: RoomSender,
        registry: Registry,
        book: LinkBook,
        commune: Commune,
        clock: Clock,
    ) -> None:
        self._rooms, self._voice, self._registry = rooms, voice, registry
        self._book, self._commune, self._clock = book, commune, clock
        self._stirred = asyncio.Event()

    def hear(self, batch: Batch) -> None:
        """Decide on the invitations of ``batch``, and write it down."""
        for invitation in batch.invitations:
            now, known = self._clock.now(), self._registry.guests(self._commune.code)
            waits = self._book.a_code_waits()
            state = answer(invitation, self._commune, known, now, a_code_waits=waits)
            if state is not None:
                self._keep(Guest(invitation.room_id, invitation.inviter, state, now))
                self._stirred.set()

    def command(self, event: RoomEvent) -> Command | None:
        """The code that ``event`` brings; ``None`` for everything else said in such a room."""
        guest = self._book.guest_of(event.room_id)
        if guest is None or event.sender != guest.user_id or event.ciphertext is None:
            return None
        said = commands.spoken(words(event)) if event.type == "m.room.message" else None
        if said is None or said.name is not CommandName.LINK:
            return None
        name = said.name.value
        return Command(EventId(event.event_id), guest.room_id, UserId(event.sender), name)

    async def alone_with(self, room_id: RoomId, user_id: UserId) -> bool:
        """Whether a code may be said there: nobody else could read it, as far as the bot sees."""
        guest = self._book.guest_of(room_id)
        if guest is None or guest.user_id != user_id:
            return False
        try:
            return await self._fits(guest)
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise
            return False

    async def wait(self) -> None:
        """Until an invitation came, or for a few seconds."""
        try:
            async with asyncio.timeout(_TURN):
                await self._stirred.wait()
        except TimeoutError:
            return
        self._stirred.clear()

    async def step(self) -> None:
        """Go where the bot is awaited, and leave where it is no longer.

        Raises ``ServerUnreachable``, and ``MatrixError`` when the server asks to wait.
        """
        now = self._clock.now()
        for guest in self._registry.guests(self._commune.code):
            try:
                await self._tend(guest)
            except ServerFault as fault:
                # Somebody else's server, often: it holds up nobody but its own people.
                _log.warning("foyer.put_off", status=fault.status)
                if now - guest.since >= STAYS:
                    self._is_now(guest, GuestState.LEFT)
            except MatrixError as refusal:
                if refusal.asks_to_wait:
                    raise
                if may_be_early(guest, now):
                    _log.info("foyer.early", status=refusal.status, errcode=refusal.errcode)
                    continue  # the next step, in a few seconds, tries again
                _log.warning("foyer.refused", status=refusal.status, errcode=refusal.errcode)
                await self._leave(guest, wording.declined(self._commune))
        self._registry.forget_guests(self._commune.code, now - REMEMBERED)

    async def _tend(self, guest: Guest) -> None:
        match guest.state:
            case GuestState.INVITED:
                await self._come(guest)
            case GuestState.DECLINING:
                await self._leave(guest, wording.declined(self._commune))
            case GuestState.JOINED | GuestState.LINKED if is_over(guest, self._clock.now()):
                linked = guest.state is GuestState.LINKED
                await self._leave(guest, "" if linked else wording.over(self._commune))
            case GuestState.JOINED | GuestState.LINKED | GuestState.LEFT:
                pass

    async def _come(self, guest: Guest) -> None:
        await self._rooms.join(guest.room_id)
        if not await self._fits(guest):
            await self._leave(guest, wording.declined(self._commune))
            return
        if self._book.guest_of(guest.room_id) == guest:  # the code may have been faster
            self._is_now(guest, GuestState.JOINED)
        txn = transaction("greeting", guest.room_id)
        await self._voice.send(guest.room_id, wording.greeting(self._commune), txn)

    async def _fits(self, guest: Guest) -> bool:
        seen = await self._rooms.look(guest.room_id)
        members = frozenset(map(UserId, seen.members))
        bot = self._commune.bot
        return is_for_two(guest, members, bot, encrypted=seen.encrypted, space=seen.space)

    async def _leave(self, guest: Guest, reason: str) -> None:
        await self._rooms.leave(guest.room_id, reason)
        self._is_now(guest, GuestState.LEFT)

    def _is_now(self, guest: Guest, state: GuestState) -> None:
        self._keep(replace(guest, state=state, since=self._clock.now()))
        action = f"guest-{state.value}"
        code = self._commune.code
        self._registry.audit(code, self._clock.now(), action, guest.user_id, "pc-matrix")

    def _keep(self, guest: Guest) -> None:
        self._registry.set_guest(self._commune.code, guest)


class GuestVoice:
    """``RoomSender`` for answers to a code: a guest's room that is gone holds up nothing else."""

    def __init__(self, voice: RoomSender) -> None:
        self._voice = voice

    async def send(self, room_id: RoomId, notice: Notice, txn: str) -> EventId:
        """As the voice does; nothing where the room refuses it."""
        try:
            return await self._voice.send(room_id, notice, txn)
        except ServerFault as fault:
            if not fault.is_of_one_request:
                raise
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise
        _log.warning("foyer.not_said")
        return EventId("")

    async def react(self, room_id: RoomId, event_id: EventId, key: str, txn: str) -> EventId:
        return await self._voice.react(room_id, event_id, key, txn)
