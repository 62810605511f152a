"""What is broken between two devices, mended: keys asked for, wedged Olm sessions begun anew.

Nothing here holds up the session: what cannot be mended now is tried after a later sync.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.crypto.key_requests import KeyRequests
from pc_matrix.homeserver.crypto.key_sharing import KeySharing
from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.crypto.waiting import Waiting, WaitingRoom
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.trust import Device, DeviceBook
from policies.incidents import IncidentKind

_log = structlog.get_logger(__name__)
_ASK_AFTER = 3
_ASK_AGAIN_AFTER = 600
_GIVE_UP_AFTER = 7 * 86_400
_ANEW_EVERY = 3_600
"""Specification, "Recovering from undecryptable messages": at most once an hour for a device."""
_ANSWER_EVERY = 30
_QUEUE = 200


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
        if sender_key and len(self._wedged) < _QUEUE:
            self._wedged.append((sender, sender_key))

    def take(self, event: ToDeviceEvent) -> None:
        """A to-device event that has to do with keys; others are left alone."""
        asks = string(event.content, "action") == "request"
        if (event.type == "m.room_key_request" and asks) or event.type == "m.dummy":
            if len(self._asked_of_us) < _QUEUE:
                self._asked_of_us.append(event)
        elif event.type == "m.room_key.withheld" and string(event.content, "code") == "m.no_olm":
            self.wedged(event.sender, string(event.content, "sender_key"))

    async def step(self) -> None:
        """Do what is due. What the server refuses or does not answer is left for later."""
        try:
            await self._begin_anew()
            await self._answer()
            await self._ask()
        except (MatrixError, ServerUnreachable) as error:
            _log.warning("healing.put_off", error=type(error).__name__)

    async def _begin_anew(self) -> None:
        queue, self._wedged = self._wedged, []
        for sender, sender_key in dict.fromkeys(queue):
            now = self._clock()
            if now - self._begun_anew.get(sender_key, 0) < _ANEW_EVERY:
                continue
            device = await self._device(sender, sender_key)
            if device is not None:
                self._begun_anew[sender_key] = now
                await self._sharing.begin_anew(device)
                # What that device sent for the broken session is lost: ask for it over the new one.
                await self._ask_for([e for e in self._waiting.all() if e.sender == sender])

    async def _device(self, user_id: str, curve25519: str) -> Device | None:
        trusted = await self._devices.trusted([user_id])
        return next((d for d in trusted if d.curve25519 == curve25519), None)

    async def _answer(self) -> None:
        queue, self._asked_of_us = self._asked_of_us, []
        for event in queue:
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
            self._answered[device] = now
            await self._requests.give_again(device, session_id)

    async def _ask(self) -> None:
        now = int(self._clock())
        hopeless = [e for e in self._waiting.all() if now - e.noted > _GIVE_UP_AFTER]
        self._waiting.forget([e.event_id for e in hopeless])
        await self._ask_for([e for e in self._waiting.all() if _is_due(e, now)])

    async def _ask_for(self, events: list[Waiting]) -> None:
        now = int(self._clock())
        await self._requests.ask(events)
        for event in events:
            if now - event.noted >= _ASK_AGAIN_AFTER:
                self._incidents.drop(
                    IncidentKind.KEY_MISSING, event.sender, event.room_id, event.event_id
                )
        self._waiting.asked(events, now)


def _is_due(event: Waiting, now: int) -> bool:
    """Asked for once after some seconds, and once more when it has not come after ten minutes."""
    if event.asked == 0:
        return now - event.noted >= _ASK_AFTER
    return event.asked - event.noted < _ASK_AGAIN_AFTER <= now - event.noted
