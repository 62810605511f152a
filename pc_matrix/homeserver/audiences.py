"""Who may read what the bot says in a room, device by device, and who is told that he may not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pc_matrix.homeserver.crypto.outbound import Audience
from pc_matrix.homeserver.crypto.withholding import EVERY_DEVICE, Barred
from pc_matrix.homeserver.incidents import Incident, Incidents
from pc_matrix.homeserver.room_view import RoomView
from pc_matrix.homeserver.trust import Device, DeviceBook, ExcludedDevice
from policies.incidents import IncidentKind
from policies.pinning import PinRule
from policies.trust import FORGED, WithheldCode, withheld_code


def first_use(_room_id: str) -> PinRule:
    """The rule of every room of a commune that approves nobody by hand."""
    return PinRule.FIRST_USE


def nobody(_invited: Iterable[str]) -> tuple[str, ...]:
    """The guests of a bot that hears nobody but the people of its rooms."""
    return ()


class Audiences:
    """For one session: ``entitled`` and ``rule`` as it was given them, ``own`` its user id."""

    def __init__(
        self,
        devices: DeviceBook,
        entitled: Callable[[str], frozenset[str]],
        rule: Callable[[str], PinRule],
        incidents: Incidents,
        own: str,
    ) -> None:
        self._devices, self._entitled, self._rule = devices, entitled, rule
        self._incidents, self._own = incidents, own
        self._reported: set[ExcludedDevice] = set()

    async def devices(self, room_id: str, people: frozenset[str]) -> frozenset[Device]:
        """The devices of ``people`` that count in the room."""
        return await self._devices.trusted(people, self._rule(room_id))

    async def of_message(self, room_id: str, view: RoomView) -> Audience:
        """Who may read what is said in a room now, and which devices are told that they may not."""
        entitled, rule = self._entitled(room_id), self._rule(room_id)
        people = view.present & entitled
        readers = await self._devices.trusted(people, rule)
        excluded = await self._devices.excluded(people, rule)
        self._report_forged(excluded)
        barred = {Barred(d.user_id, d.device_id, withheld_code(d.verdict)) for d in excluded}
        for user_id in view.joined - entitled - {self._own}:
            barred.add(Barred(user_id, EVERY_DEVICE, WithheldCode.UNAUTHORISED))
        return Audience(readers, frozenset(barred))

    def _report_forged(self, excluded: frozenset[ExcludedDevice]) -> None:
        """Report once each what no honest client publishes: a server's work, or an intruder's."""
        for device in excluded - self._reported:
            if device.verdict in FORGED:
                self._incidents.note(
                    Incident(IncidentKind.FORGED_DEVICE, device.user_id, device.device_id)
                )
        self._reported |= excluded
