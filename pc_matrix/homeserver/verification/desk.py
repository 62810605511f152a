"""All verifications of one bot: whose request is answered, and whose message goes where.

Specification: client-server API, "Key verification framework". Sans-I/O: events and times in,
effects out, to be carried out in their order. Nothing that anybody sends makes it raise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from vodozemac import Sas

from pc_matrix.homeserver.verification import codes
from pc_matrix.homeserver.verification.allowance import Allowance
from pc_matrix.homeserver.verification.fixed import fix
from pc_matrix.homeserver.verification.flow import Flow
from pc_matrix.homeserver.verification.framing import Address
from pc_matrix.homeserver.verification.messages import Cancel, Message, Request, Start, read
from pc_matrix.homeserver.verification.values import (
    Effect,
    EndReason,
    LiveFlow,
    OwnKeys,
    Received,
    TheirKeys,
)

LONGEST = timedelta(minutes=10)
"""How long a verification may take, and how old a request may be (specification)."""
_AHEAD = timedelta(minutes=5)  # how far in the future a request may lie (specification)
_REMEMBERED = LONGEST + _AHEAD + timedelta(minutes=1)  # longer than any request stays fresh
_MS = timedelta(milliseconds=1)
_ID_LENGTH = 255  # what the specification allows for an identifier


class VerificationDesk:
    """All flows of one bot process, at most one live for each person.

    ``may_verify`` says whose requests are answered at all, and who may go on; ``draw`` makes an
    ephemeral key pair.
    """

    def __init__(
        self, own: OwnKeys, may_verify: Callable[[str], bool], draw: Callable[[], Sas] = Sas
    ) -> None:
        self._own = own
        self._may_verify = may_verify
        self._draw = draw
        self._flows: dict[str, Flow] = {}  # by person
        self._spent: dict[str, datetime] = {}  # flow ids that were used, and when
        self._requests = Allowance(times=10, window=LONGEST, persons=1000)
        self._refusals = Allowance(times=1, window=LONGEST, persons=100)

    def receive(self, received: Received, keys: TheirKeys, now: datetime) -> tuple[Effect, ...]:
        """What follows from one event; ``keys`` are its sender's as the homeserver has them today.

        Keys that cannot be had are no empty ``keys``: they would end the flow, so the event has to
        wait. ``now`` is an aware time. From own echoes, unknown flows, old requests nothing
        follows; in a room our account's own events belong here too, since another device of it
        may have taken the request.
        """
        expired = self.expire(now)
        names = (received.flow_id, received.sender)
        message = read(received) if all(map(_is_named, names)) else None
        if message is None:
            return expired
        return (*expired, *self._hear(message, received, keys, now))

    def confirm(self, flow_id: str, now: datetime) -> tuple[Effect, ...]:
        """The administrator says that the codes are the same; nothing for a flow without codes."""
        expired = self.expire(now)
        flow = self._by_id(flow_id)
        return (*expired, *(flow.confirm() if flow else ()))

    def refuse(self, flow_id: str, now: datetime) -> tuple[Effect, ...]:
        """The administrator says that the codes differ; nothing for a flow without codes."""
        expired = self.expire(now)
        flow = self._by_id(flow_id)
        effects = (*expired, *(flow.refuse() if flow else ()))
        self._tidy()
        return effects

    def cancel_all(self, now: datetime) -> tuple[Effect, ...]:
        """Ends everything, as when the bot stops."""
        expired = self.expire(now)
        cancelled = [e for flow in self._flows.values() for e in flow.cancel(EndReason.USER)]
        self._tidy()
        return (*expired, *cancelled)

    def expire(self, now: datetime) -> tuple[Effect, ...]:
        """Ends what takes too long; to be called at every turn of the loop."""
        late = [f for f in self._flows.values() if now - f.begun_at >= LONGEST]
        effects = [effect for flow in late for effect in flow.cancel(EndReason.TIMEOUT)]
        self._tidy()
        self._spent = {id_: at for id_, at in self._spent.items() if now - at < _REMEMBERED}
        self._requests.renew(now)
        self._refusals.renew(now)
        return tuple(effects)

    def live(self) -> tuple[LiveFlow, ...]:
        """What is under way, the oldest first."""
        return tuple(flow.live() for flow in self._flows.values())

    def _hear(
        self, message: Message, received: Received, keys: TheirKeys, now: datetime
    ) -> tuple[Effect, ...]:
        if received.room_id and received.sender == self._own.user_id:
            return self._hear_own(message, received)
        if isinstance(message, Request):
            return self._answer(message, received, keys, now)
        flow = self._flows.get(received.sender)
        if flow is None or not _belongs(received, flow.address):
            return self._refuse_stray(message, received, now)
        if isinstance(message, Cancel) or self._may_verify(received.sender):
            effects = flow.hear(message, keys)
        else:
            effects = flow.cancel(EndReason.USER)
        self._tidy()
        return effects

    def _hear_own(self, message: Message, received: Received) -> tuple[Effect, ...]:
        flow = self._by_id(received.flow_id)
        if flow is None or flow.address.room_id != received.room_id:
            return ()
        effects = flow.hear_own(message)
        self._tidy()
        return effects

    def _answer(
        self, request: Request, received: Received, keys: TheirKeys, now: datetime
    ) -> tuple[Effect, ...]:
        if not self._concerns_us(request, received, now):
            return ()
        address = Address(received.sender, request.from_device, received.room_id, received.flow_id)
        if not self._may_verify(received.sender):
            return self._refuse(address, EndReason.USER, now)
        if not self._requests.take(received.sender, now):
            return ()
        self._spent[received.flow_id] = now
        if (live := self._flows.get(received.sender)) is not None:
            return self._cancel_both(live, address)
        fixed = fix(keys, request.from_device)
        if fixed is None:
            return (address.cancel(EndReason.KEY_MISMATCH),)
        flow = Flow(self._own, address, fixed, now, self._draw)
        self._flows[received.sender] = flow
        return flow.ready()

    def _cancel_both(self, live: Flow, second: Address) -> tuple[Effect, ...]:
        """Two at once with one person end both, as in Element and in the specification."""
        effects = (*live.cancel(EndReason.USER), second.cancel(EndReason.USER))
        self._tidy()
        return effects

    def _concerns_us(self, request: Request, received: Received, now: datetime) -> bool:
        """Whether a request is new, fresh, for us, of another device, and one that we can answer.

        Without a method in common it is left alone, for another device of ours to answer
        (specification).
        """
        is_for_us = not received.room_id or request.to == self._own.user_id
        own_echo = (received.sender, request.from_device) == (
            self._own.user_id,
            self._own.device_id,
        )
        return (
            is_for_us
            and not own_echo
            and _is_named(request.from_device)
            and received.device_id in ("", request.from_device)
            and codes.METHOD in request.methods
            and received.flow_id not in self._spent
            and _is_fresh(request.sent_ms, now)
        )

    def _refuse_stray(
        self, message: Message, received: Received, now: datetime
    ) -> tuple[Effect, ...]:
        """A bare start between devices (deprecated) is told no, all else is ignored."""
        if received.room_id or not isinstance(message, Start) or not _is_named(message.from_device):
            return ()
        if received.flow_id in self._spent:
            return ()
        address = Address(received.sender, message.from_device, "", received.flow_id)
        return self._refuse(address, EndReason.UNKNOWN_TRANSACTION, now)

    def _refuse(self, address: Address, reason: EndReason, now: datetime) -> tuple[Effect, ...]:
        """Once in a while to each person: whoever asks and asks again hears nothing more."""
        return (address.cancel(reason),) if self._refusals.take(address.user_id, now) else ()

    def _by_id(self, flow_id: str) -> Flow | None:
        # Ids are never used twice, so there is one at most.
        return next((f for f in self._flows.values() if f.address.flow_id == flow_id), None)

    def _tidy(self) -> None:
        self._flows = {user: flow for user, flow in self._flows.items() if not flow.is_over}


def _belongs(received: Received, address: Address) -> bool:
    """Whether an event is part of the flow: same id, same way, and not of another known device."""
    return (received.flow_id, received.room_id) == (address.flow_id, address.room_id) and (
        received.device_id in ("", address.device_id)
    )


def _is_named(name: str) -> bool:
    return 0 < len(name) <= _ID_LENGTH and name.isprintable()


def _is_fresh(sent_ms: int | None, now: datetime) -> bool:
    if sent_ms is None:
        return False
    now_ms = int(now.timestamp() * 1000)
    return now_ms - LONGEST // _MS <= sent_ms <= now_ms + _AHEAD // _MS
