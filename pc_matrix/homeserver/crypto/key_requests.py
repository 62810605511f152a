"""Asking for room keys that did not come, and answering who lost those that we gave.

Specification: "m.room_key_request". We answer only with a key that this very device was given
before, while it is still trusted: asking never gives anybody anything new.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from pc_matrix.homeserver.crypto.account import MEGOLM, Account
from pc_matrix.homeserver.crypto.key_sharing import KeySharing
from pc_matrix.homeserver.crypto.outbound import Outbound
from pc_matrix.homeserver.crypto.waiting import Waiting
from pc_matrix.homeserver.crypto.withholding import EVERY_DEVICE
from pc_matrix.homeserver.trust import Device

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _AllDevices:
    user_id: str
    device_id: str = EVERY_DEVICE


class KeyRequests:
    """Both directions, for one device."""

    def __init__(self, account: Account, sharing: KeySharing, outbound: Outbound) -> None:
        self._account, self._sharing, self._outbound = account, sharing, outbound

    async def ask(self, events: Iterable[Waiting]) -> None:
        """Ask the senders of ``events`` for their keys, each session's once."""
        sessions = {(e.sender, e.room_id, e.session_id) for e in events}
        for user_id, room_id, session_id in sorted(sessions):
            content = {
                "action": "request",
                "body": {"algorithm": MEGOLM, "room_id": room_id, "session_id": session_id},
                "request_id": uuid4().hex,
                "requesting_device_id": self._account.device_id,
            }
            await self._sharing.send("m.room_key_request", [(_AllDevices(user_id), content)])

    async def give_again(self, device: Device, session_id: str = "") -> int:
        """Give ``device`` the keys in use that it had, or that session's alone; how many.

        It is given what it was given before, from the same index on, and nothing else. The caller
        has made sure that it still counts.
        """
        keys = [k for k in self._outbound.given(device) if session_id in ("", k.session_id)]
        for key in keys[:_AT_ONCE]:
            await self._sharing.give(key, [device])
        return len(keys)
