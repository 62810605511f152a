"""Messages that stay readable: whoever was invited when one was said can read it once he logs in.

In Matrix a message is closed for the devices that exist when it is sent. A resident who is invited
today and opens Element next week would see "unable to decrypt" as the first thing of his room. So
a lasting message has a Megolm session of its own, whose key (and no other) is kept, sealed, and
given to each device of its audience as it appears. A later message is never in that session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from vodozemac import GroupSession

from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.key_sharing import GivenKey, KeySharing
from pc_matrix.homeserver.crypto.outbound import payload, sealed_event
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.shapes import string, strings
from pc_matrix.homeserver.trust import Device


@dataclass(frozen=True, slots=True)
class Lasting:
    """One lasting message: its session, whose it is to read, and the devices that have the key.

    ``pickle`` is the session sealed under the store's key: what says the message again, the same,
    after a crash. ``repr`` shows no key.
    """

    txn: str
    session_id: str
    session_key: str = field(repr=False)
    pickle: str = field(repr=False)
    audience: frozenset[str]
    reached: frozenset[str]

    def lacks(self, device: Device) -> bool:
        """Whether ``device`` is of the audience and has not got the key yet."""
        return device.user_id in self.audience and _mark(device) not in self.reached

    def with_reached(self, devices: Iterable[Device]) -> Lasting:
        return replace(self, reached=self.reached | {_mark(device) for device in devices})


class LastingNotices:
    """The last lasting message of each room, in one sealed file; ``key`` (32 bytes) seals more."""

    def __init__(self, file: SealedFile, account: Account, sharing: KeySharing, key: bytes) -> None:
        self._file, self._account, self._sharing, self._key = file, account, sharing, key
        self._rooms = {room_id: _from_json(data) for room_id, data in (file.read() or {}).items()}

    def audience(self, room_id: str) -> frozenset[str]:
        """Who can read the room's last lasting message, now or once he logs in."""
        known = self._rooms.get(room_id)
        return known.audience if known is not None else frozenset()

    def rooms(self) -> tuple[str, ...]:
        return tuple(self._rooms)

    def close_up(
        self, room_id: str, kind: str, content: Json, txn: str, audience: frozenset[str]
    ) -> Json:
        """The encrypted event's content, for ``audience``. An interrupted ``txn`` goes on."""
        session = self._begin(room_id, txn, audience)
        ciphertext = session.encrypt(payload(room_id, kind, content)).to_base64()
        return sealed_event(self._account, session.session_id, ciphertext, content)

    async def reach(self, room_id: str, devices: Iterable[Device]) -> int:
        """Give the room's lasting message to those of ``devices`` that lack it; to how many."""
        notice = self._rooms.get(room_id)
        if notice is None:
            return 0
        lacking = [d for d in devices if notice.lacks(d) and d.device_id != self._account.device_id]
        key = GivenKey(room_id, notice.session_id, notice.session_key)
        reached = await self._sharing.give(key, lacking)
        if reached:
            self._keep(room_id, notice.with_reached(reached))
        return len(reached)

    def _begin(self, room_id: str, txn: str, audience: frozenset[str]) -> GroupSession:
        known = self._rooms.get(room_id)
        if known is not None and known.txn == txn:
            return GroupSession.from_pickle(known.pickle, self._key)
        session = GroupSession()
        key, pickle = session.session_key.to_base64(), session.pickle(self._key)
        # Written down before it is used: after a crash the same session says it again.
        new = Lasting(txn, session.session_id, key, pickle, audience, frozenset())
        self._keep(room_id, new)
        return session

    def _keep(self, room_id: str, notice: Lasting) -> None:
        self._rooms[room_id] = notice
        self._file.write({room: _to_json(kept) for room, kept in self._rooms.items()})


def _mark(device: Device) -> str:
    return f"{device.user_id} {device.device_id} {device.curve25519}"


def _to_json(notice: Lasting) -> Json:
    return {
        "txn": notice.txn,
        "session_id": notice.session_id,
        "session_key": notice.session_key,
        "pickle": notice.pickle,
        "audience": sorted(notice.audience),
        "reached": sorted(notice.reached),
    }


def _from_json(data: Any) -> Lasting:
    return Lasting(
        string(data, "txn"),
        string(data, "session_id"),
        string(data, "session_key"),
        string(data, "pickle"),
        frozenset(strings(data, "audience")),
        frozenset(strings(data, "reached")),
    )
