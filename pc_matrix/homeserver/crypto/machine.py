"""The parts of one device's encryption, put together on one database."""

from __future__ import annotations

from collections.abc import Iterable

from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.allowance import Budgets
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.crypto.decryption import Decryptor
from pc_matrix.homeserver.crypto.healing import Healing
from pc_matrix.homeserver.crypto.key_requests import KeyRequests
from pc_matrix.homeserver.crypto.key_sharing import KeySharing
from pc_matrix.homeserver.crypto.key_supply import KeySupply
from pc_matrix.homeserver.crypto.lasting import LastingNotices
from pc_matrix.homeserver.crypto.olm_sessions import OlmSessions
from pc_matrix.homeserver.crypto.opened import Opened
from pc_matrix.homeserver.crypto.outbound import Outbound
from pc_matrix.homeserver.crypto.received_keys import ReceivedKeys
from pc_matrix.homeserver.crypto.room_keys import RoomKeys
from pc_matrix.homeserver.crypto.room_memory import RoomMemory
from pc_matrix.homeserver.crypto.to_device import ToDevice, ToDeviceEvent, Unopened
from pc_matrix.homeserver.crypto.waiting import WaitingRoom
from pc_matrix.homeserver.http import Json, MatrixHttp
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.trust import DeviceBook
from policies.incidents import IncidentKind

_SEALED_AN_HOUR = 10_000
"""Messages of one person that are opened: each may leave a key or a session on the disk."""
_PRUNE_EVERY = 5_000
_KEYS = ("m.room_key", "m.forwarded_room_key")


class Machine:
    """One device's encryption. ``lasting`` is where lasting messages are kept, sealed."""

    def __init__(
        self,
        database: Database,
        account: Account,
        http: MatrixHttp,
        devices: DeviceBook,
        incidents: Incidents,
        lasting: SealedFile,
    ) -> None:
        self.database, self.account, self._incidents = database, account, incidents
        self._sessions = OlmSessions(database, account)
        keys = RoomKeys(database)
        self.opened = Opened(database)
        self.decryptor = Decryptor(keys, self.opened)
        self.waiting = WaitingRoom(database)
        self.rooms = RoomMemory(database)
        self.supply = KeySupply(account)
        sharing = KeySharing(account, self._sessions, http, incidents)
        self.outbound = Outbound(account, keys, sharing)
        self.lasting = LastingNotices(lasting, account, sharing, database.key)
        requests = KeyRequests(account, sharing, self.outbound)
        self.healing = Healing(self.waiting, sharing, requests, devices, incidents)
        self._inbox = ToDevice(database, account, self._sessions)
        self._received = ReceivedKeys(keys)
        self._budgets, self._taken = Budgets(_SEALED_AN_HOUR), 0
        self.keys_came = True
        """Whether a key may have come for something that waits; at a start, that is not known."""

    def take(self, events: Iterable[Json]) -> tuple[ToDeviceEvent, ...]:
        """Handle to-device events, in one transaction; those that are not about keys.

        Each that is malformed, not for us or not decryptable costs itself alone.
        """
        others = []
        with self.database.transaction():
            for raw in events:
                event = self._inbox.take(raw) if self._may_take(raw) else None
                if isinstance(event, Unopened):
                    self._incidents.drop(event.kind, event.sender)
                    self.healing.wedged(event.sender, event.sender_key)
                elif event is not None and event.type in _KEYS:
                    self._take_key(event)
                elif event is not None:
                    self.healing.take(event)
                    others.append(event)
        return tuple(others)

    def _may_take(self, raw: Json) -> bool:
        """Whether its sender may leave something more with us."""
        if string(raw, "type") != "m.room.encrypted":
            return True
        self._taken += 1
        if self._taken % _PRUNE_EVERY == 0:
            self.prune()
        sender = string(raw, "sender")
        if self._budgets.spend(sender):
            return True
        self._incidents.drop(IncidentKind.OLM, sender)
        return False

    def _take_key(self, event: ToDeviceEvent) -> None:
        if self._received.take(event) is None:
            self._incidents.drop(IncidentKind.ROOM_KEY, event.sender)
        else:
            self.keys_came = True

    async def supply_keys(self, http: MatrixHttp, count: int, *, fallback_used: bool) -> None:
        """Keep the server's supply of one-time keys up, and notice when somebody empties it."""
        begun, self._sessions.begun_by_others = self._sessions.begun_by_others, 0
        if self.supply.is_drained(count, begun):
            self._incidents.drop(IncidentKind.KEYS_DRAINED)
        await self.supply.supply(http, count, fallback_used=fallback_used)

    def prune(self) -> None:
        """Forget what is no longer of use."""
        self._inbox.prune()
        self._sessions.prune()
