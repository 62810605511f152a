"""What is broken between two devices, mended: keys asked for, wedged Olm sessions begun anew.

Nothing here holds up the session: what cannot be mended now is tried after a later sync.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.crypto.key_requests import KeyRequests
from pc_matrix.homeserver.crypto.key_sharing import KeySharing
from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.crypto.waiting import Waiting, WaitingRoom
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.late_log import LateLog
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.trust import Device, DeviceBook
from policies.incidents import IncidentKind

_log = LateLog(__name__)
_ASK_AFTER = 3
_ASK_AGAIN_AFTER = 600
_GIVE_UP_AFTER = 7 * 86_400
_ANEW_EVERY = 3_600
"""Specification, "Recovering from undecryptable messages": at most once an hour for a device."""
_ANSWER_EVERY = 30
_QUEUE, _OF_ONE_SENDER = 200, 20
_AT_ONCE = 100
"""Events whose keys are asked for at each step: whoever listens waits for it."""


class Healing:
    """One device's; ``clock`` gives seconds since the epoch."""

    def __init__(
        self,
        waiting: WaitingRoom,
        sharing: KeySharing,
        requests: KeyRequests,
        devices: DeviceBook,
        incidents: Incidents,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._waiting, self._sharing, self._requests = waiting, sharing, requests
        self._devices, self._incidents, self._clock = devices, incidents, clock
        self._wedged: list[tuple[str, str]] = []
        self._asked_of_us: list[ToDeviceEvent] = []
        self._begun_anew: dict[str, float] = {}
        self._answered: dict[Device, float] = {}

    def wedged(self, sender: str, sender_key: str) -> None:
        """An Olm message of that device did not open."""
        if sender_key and _has_place(sender, [who for who, _key in self._wedged]):
            self._wedged.append((sender, sender_key))

    def take(self, event: ToDeviceEvent) -> None:
        """A to-device event that has to do with keys; others are left alone."""
        asks = string(event.content, "action") == "request"
        if (event.type == "m.room_key_request" and asks) or event.type == "m.dummy":
            if _has_place(event.sender, [waiting.sender for waiting in self._asked_of_us]):
                self._asked_of_us.append(event)
        elif event.type == "m.room_key.withheld" and string(event.content, "code") == "m.no_olm":
            self.wedged(event.sender, string(event.content, "sender_key"))

    async def step(self) -> None:
        """Do what is due. What the server refuses or does not answer is left for later."""
        for part in (self._begin_anew, self._answer, self._ask):
            try:
                await part()
            except (MatrixError, ServerUnreachable) as error:
                _log.warning("healing.put_off", error=type(error).__name__)
                if isinstance(error, ServerUnreachable):
                    return

    async def _begin_anew(self) -> None:
        for _ in range(len(self._wedged)):
            sender, sender_key = self._wedged[0]
            # To the end of the queue, until it is done: what fails holds up no other.
            self._wedged.append(self._wedged.pop(0))
            await self._renew(sender, sender_key)
            self._wedged = [item for item in self._wedged if item != (sender, sender_key)]
            if not self._wedged:
                return

    async def _renew(self, sender: str, sender_key: str) -> None:
        now = self._clock()
        if now - self._begun_anew.get(sender_key, 0) < _ANEW_EVERY:
            return
        device = await self._device(sender, sender_key)
        if device is not None:
            await self._sharing.begin_anew(device)
            self._begun_anew[sender_key] = now
            # What that device sent for the broken session is lost: ask for it over the new one.
            lost = [event for event in self._waiting.all() if event.sender == sender]
            await self._ask_for(lost[:_AT_ONCE])

    async def _device(self, user_id: str, curve25519: str) -> Device | None:
        trusted = await self._devices.trusted([user_id])
        return next((d for d in trusted if d.curve25519 == curve25519), None)

    async def _answer(self) -> None:
        for _ in range(len(self._asked_of_us)):
            event = self._asked_of_us[0]
            self._asked_of_us.append(self._asked_of_us.pop(0))
            await self._answer_one(event)
            self._asked_of_us.remove(event)

    async def _answer_one(self, event: ToDeviceEvent) -> None:
        asking = string(event.content, "requesting_device_id")
        for device in await self._devices.trusted([event.sender]):
            # A device begins anew when ours to it was broken: what it was given may be lost.
            if event.type == "m.dummy" and device.curve25519 == event.sender_key:
                await self._give_again(device)
            elif event.type == "m.room_key_request" and device.device_id == asking:
                await self._give_again(device, string(event.content, "body", "session_id"))

    async def _give_again(self, device: Device, session_id: str = "") -> None:
        now = self._clock()
        if now - self._answered.get(device, 0) >= _ANSWER_EVERY:
            await self._requests.give_again(device, session_id)
            self._answered[device] = now

    async def _ask(self) -> None:
        now = int(self._clock())
        hopeless = [e for e in self._waiting.all() if now - e.noted > _GIVE_UP_AFTER]
        self._waiting.forget([e.event_id for e in hopeless])
        due = [e for e in self._waiting.all() if _is_due(e, now)]
        await self._ask_for(due[:_AT_ONCE])

    async def _ask_for(self, events: list[Waiting]) -> None:
        now = int(self._clock())
        await self._requests.ask(events)
        for event in events:
            if now - event.noted >= _ASK_AGAIN_AFTER:
                self._incidents.drop(
                    IncidentKind.KEY_MISSING, event.sender, event.room_id, event.event_id
                )
        self._waiting.asked(events, now)


def _has_place(sender: str, waiting: list[str]) -> bool:
    """Whether one more of ``sender`` may wait: nobody takes all the places."""
    return len(waiting) < _QUEUE and waiting.count(sender) < _OF_ONE_SENDER


def _is_due(event: Waiting, now: int) -> bool:
    """Asked for once after some seconds, and once more when it has not come after ten minutes."""
    if event.asked == 0:
        return now - event.noted >= _ASK_AFTER
    return event.asked - event.noted < _ASK_AGAIN_AFTER <= now - event.noted
