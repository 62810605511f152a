"""What comes to the device itself: keys, kept at once, and the rest, held until it is safe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pc_matrix.homeserver.acquaintances import from_acquaintances
from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.intake import Intake
from pc_matrix.homeserver.invitations import invitations
from pc_matrix.homeserver.sync import SyncAnswer
from pc_matrix.homeserver.trust import DeviceBook
from policies.foyer import Invitation


class DeviceMail:
    """One session's. ``guests``, given who just invited the bot, tells who else may write to it."""

    def __init__(
        self,
        machine: Machine,
        devices: DeviceBook,
        intake: Intake,
        incidents: Incidents,
        guests: Callable[[Iterable[str]], Iterable[str]],
    ) -> None:
        self._machine, self._devices, self._intake = machine, devices, intake
        self._incidents, self._guests = incidents, guests
        self._others: list[ToDeviceEvent] = []
        self._handed_over_at: str | None = None

    def take(self, answer: SyncAnswer) -> None:
        """Keep the keys that it brings, and hold the messages that are not about keys."""
        self._devices.forget(answer.changed_users)
        own = self._machine.account.user_id
        expected = self._expected(own, invitations(answer.invited, own))
        messages = from_acquaintances(answer, self._intake.rooms, expected, self._incidents)
        others = self._machine.take(messages)
        self._intake.note_withheld(others)
        self._others += others

    def hand_over(self, cursor: str) -> tuple[ToDeviceEvent, ...]:
        """What is held, with the batch of that cursor.

        The server may have been told already that it came, by asking on: who never gets this batch
        gets it with the next one.
        """
        self._handed_over_at = cursor
        return tuple(self._others)

    def asked_from(self, since: str | None) -> None:
        """Asking on from a batch's cursor tells that what came with it is safe."""
        if self._handed_over_at is not None and self._handed_over_at == since:
            self._others.clear()
        self._handed_over_at = None

    def _expected(self, own: str, invited: tuple[Invitation, ...]) -> Iterator[str]:
        """Who may write to us without being in a room: gone through when somebody wrote."""
        yield own  # and guests: Element sends a first message's keys with the invitation
        yield from self._guests(invitation.inviter for invitation in invited)
        for event in self._machine.waiting.all():
            yield event.sender
