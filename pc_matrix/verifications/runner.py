"""The desk's effects carried out, and the answers of the two people taken in.

One task calls ``step`` and ``wait`` in turn; ``hear`` only puts down what a sync brought. Flows
live in memory: what an earlier process left is cancelled at the start. The same transaction id goes
with every attempt at one send, so that an outage neither loses nor doubles an event.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import assert_never

import structlog

from bridges.ports import Clock
from bridges.verifications import VerificationNews
from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.device_lists import SeenUser
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.incidents import Incident, Incidents
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.verification.desk import VerificationDesk
from pc_matrix.homeserver.verification.framing import Address
from pc_matrix.homeserver.verification.values import (
    Effect,
    Ended,
    EndReason,
    Received,
    SendInRoom,
    SendToDevice,
    Show,
    Verified,
)
from pc_matrix.homeserver.verification.values import Stage as FlowStage
from pc_matrix.homeserver.verification_events import (
    sealed_by,
    their_keys,
)
from pc_matrix.verifications.arrivals import Heard, arrivals
from pc_matrix.verifications.declines import Declines
from pc_matrix.verifications.errands import Errand, Errands
from pc_matrix.verifications.outcomes import outcome_of
from pc_matrix.verifications.ports import Ledger, Line
from policies.incidents import IncidentKind
from policies.terms import Directory, UserId
from policies.verification import (
    Comparison,
    Outcome,
    Stage,
    Verification,
    Where,
    may_verify,
    proved,
    where,
)

_log = structlog.get_logger(__name__)
_TURN = 1.0  # seconds between two looks at the registry while somebody compares codes
_MOST_WAITING = 500  # events put down and not yet dealt with; a flood's rest is not looked at
_FAREWELL = 5.0  # seconds to tell other sides that the bot stops


class Verifications:
    """One commune's."""

    def __init__(
        self,
        line: Line,
        ledger: Ledger,
        news: VerificationNews,
        incidents: Incidents,
        clock: Clock,
    ) -> None:
        self._line, self._ledger, self._news = line, ledger, news
        self._incidents, self._clock = incidents, clock
        self._desk = VerificationDesk(line.own, self._may_verify)
        self._declines = Declines(line.own.user_id)
        self._heard: deque[Heard] = deque()
        self._errands = Errands()
        self._stirred = asyncio.Event()
        self._rows: dict[str, Verification] = {}
        self._readers: dict[str, SeenUser] = {}
        """Flows whose request came sealed, and for whom the answers are sealed."""
        self._left: frozenset[str] | None = None
        """Flows of an earlier process; ``None`` until they are cancelled."""

    def hear(self, batch: Batch) -> None:
        """Put down what ``batch`` brought about verifications."""
        for heard in arrivals(batch):
            if len(self._heard) < _MOST_WAITING:
                self._heard.append(heard)
                self._stirred.set()

    async def wait(self) -> None:
        """Until something is to be done; with somebody at the codes, a second at most."""
        try:
            async with asyncio.timeout(_TURN if self._desk.live() else None):
                await self._stirred.wait()
        except TimeoutError:
            return
        self._stirred.clear()

    async def step(self) -> None:
        """Do all that is to be done.

        Raises ``ServerUnreachable``, and ``MatrixError`` when the server asks to wait; nothing is
        lost then.
        """
        if self._left is None:
            self._left = self._cancel_left()
        await self._errands.run()
        while self._heard:
            effects = await self._effects_of(self._heard[0])
            self._heard.popleft()
            self._take(effects)
            await self._errands.run()
        self._take(self._compared())
        self._take(self._desk.expire(self._clock.now()))
        await self._errands.run()

    async def hang_up(self) -> None:
        """Tell the other sides that the bot stops, if the server can be reached at once."""
        live = self._desk.live()
        for effect in self._desk.cancel_all(self._clock.now()):
            if isinstance(effect, SendToDevice | SendInRoom):
                self._take([effect])
        for flow in live:
            self._end(flow.user_id, flow.flow_id, Outcome.STOPPED)
        try:
            async with asyncio.timeout(_FAREWELL):
                await self._errands.run()
        except (TimeoutError, ServerUnreachable, MatrixError) as error:
            _log.warning("verification.no_farewell", error=type(error).__name__)

    # What comes in.

    async def _effects_of(self, heard: Heard) -> Iterable[Effect]:
        received, now = heard.received, self._clock.now()
        directory, user_id = self._ledger.directory(), UserId(received.sender)
        if self._left and received.flow_id in self._left:
            return ()
        place = where(received.room_id, user_id, directory)
        if place is Where.COMMON:
            self._decline(received, directory)
        if place in (Where.COMMON, Where.ELSEWHERE):
            return ()
        may = may_verify(user_id, directory, now)
        seen = await self._keys(user_id) if may else None
        if may and seen is None and received.flow_id in self._rows:
            return ()  # keys that cannot be had are no changed keys: the flow goes on, or expires
        device_id = sealed_by(heard.ciphertext, seen)
        effects = self._desk.receive(
            replace(received, device_id=device_id), their_keys(seen), self._clock.now()
        )
        self._note_begun()
        if heard.ciphertext is not None and seen is not None and received.flow_id in self._rows:
            self._readers[received.flow_id] = seen
        return effects

    async def _keys(self, user_id: UserId) -> SeenUser | None:
        try:
            return await self._line.keys_of(user_id)
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise
            _log.warning("verification.no_keys", status=refusal.status, errcode=refusal.errcode)
            return None

    def _decline(self, received: Received, directory: Directory) -> None:
        cancel = self._declines.answer(received, directory, self._clock.now())
        if cancel is not None:
            who, request = UserId(received.sender), received.flow_id
            self._take([cancel])
            self._errands.add(partial(self._news.declined, who, request, directory))

    def _note_begun(self) -> None:
        """A row for every flow before its first event leaves: no restart can forget one."""
        for flow in self._desk.live():
            if flow.flow_id not in self._rows:
                begun = Verification(
                    UserId(flow.user_id), flow.flow_id, flow.room_id, flow.begun_at
                )
                self._rows[flow.flow_id] = begun
                self._ledger.set_verification(begun)

    def _compared(self) -> list[Effect]:
        """What follows from the town hall's answers to the codes that are shown."""
        effects: list[Effect] = []
        if any(flow.stage is FlowStage.COMPARING for flow in self._desk.live()):
            for row in self._ledger.verifications():
                effects += self._answered(row)
        return effects

    def _answered(self, row: Verification) -> tuple[Effect, ...]:
        now = self._clock.now()
        match row.comparison:
            case Comparison.OPEN:
                return ()
            case Comparison.SAME:
                return self._desk.confirm(row.flow_id, now)
            case Comparison.DIFFERENT:
                return self._desk.refuse(row.flow_id, now)
            case _:
                assert_never(row.comparison)

    def _may_verify(self, user_id: str) -> bool:
        return may_verify(UserId(user_id), self._ledger.directory(), self._clock.now())

    # What goes out.

    def _take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            self._errands.add(self._errand_of(effect))

    def _errand_of(self, effect: Effect) -> Errand:
        txn = f"verification-{secrets.token_hex(12)}"
        match effect:
            case SendToDevice():
                return partial(self._line.to_device, effect, txn)
            case SendInRoom():
                return partial(self._line.in_room, effect, txn, self._readers_of(effect))
            case Show():
                return partial(self._show, effect)
            case Verified():
                return partial(self._settle, effect)
            case Ended():
                return partial(self._ended, effect)
            case _:
                assert_never(effect)

    def _readers_of(self, effect: SendInRoom) -> SeenUser | None:
        """A sealed request is answered sealed, a plain one in plain, as Element does either."""
        return self._readers.get(string(effect.content, "m.relates_to", "event_id"))

    async def _show(self, effect: Show) -> None:
        row = self._rows.get(effect.flow_id)
        if row is None:
            return
        codes = effect.codes
        shown = replace(row, stage=Stage.SHOWN, emoji=codes.emoji, decimals=codes.decimals)
        self._rows[effect.flow_id] = shown
        self._ledger.set_verification(shown)
        _log.info("verification.shown", user_id=effect.user_id)
        directory = self._ledger.directory()
        self._errands.add(partial(self._news.shown, row.user_id, row.flow_id, directory))

    async def _settle(self, effect: Verified) -> None:
        """Pin what was proved, if the homeserver still says the same."""
        user_id, key = UserId(effect.user_id), effect.master_key
        seen = await self._keys(user_id)
        if seen is None:
            outcome = Outcome.FAILED
        else:
            identity = seen.identity
            outcome = proved(key, identity.master_key, is_sound=identity.is_whole)
        if outcome is Outcome.VERIFIED:
            self._ledger.pin_verified(user_id, key)
        self._end(user_id, effect.flow_id, outcome)

    async def _ended(self, effect: Ended) -> None:
        row = self._rows.get(effect.flow_id)
        was_shown = row is not None and row.stage is Stage.SHOWN
        outcome = outcome_of(effect, was_shown=was_shown)
        self._end(effect.user_id, effect.flow_id, outcome)

    def _end(self, user_id: str, flow_id: str, outcome: Outcome) -> None:
        """Keep how it ended, and say so."""
        who = UserId(user_id)
        self._rows.pop(flow_id, None)
        self._readers.pop(flow_id, None)
        self._ledger.end_verification(who, flow_id, outcome)
        _log.info("verification.ended", user_id=who, outcome=outcome.value)
        if outcome.is_suspicious:
            incident = Incident(IncidentKind.VERIFICATION, who, detail=outcome.value)
            self._incidents.note(incident)
        directory = self._ledger.directory()
        self._errands.add(partial(self._news.ended, who, flow_id, outcome, directory))

    def _cancel_left(self) -> frozenset[str]:
        """Cancel what an earlier process left behind: nobody here knows its secrets any more."""
        left = self._ledger.verifications()
        for row in left:
            # Of a flow between devices the other device is not known any more: all are told.
            address = Address(row.user_id, "*", row.room_id, row.flow_id)
            self._take([address.cancel(EndReason.UNKNOWN_TRANSACTION)])
            self._end(row.user_id, row.flow_id, Outcome.STOPPED)
        return frozenset(row.flow_id for row in left)
