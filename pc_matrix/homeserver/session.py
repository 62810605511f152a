"""The bot's encrypted session: what comes in by ``/sync``, and what goes out, always encrypted.

The cursor is not kept here. ``next`` returns it with what came, and the caller writes both in one
transaction; asking again with an old cursor redelivers, and is safe.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from nio.crypto import Olm
from nio.crypto.sessions import derive_pickle_key

from pc_matrix.homeserver.account import Account, one_time_key_count
from pc_matrix.homeserver.counters import Counters, Dropped
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.key_ring import KeyRing
from pc_matrix.homeserver.key_sharing import KeySharing
from pc_matrix.homeserver.lasting import LastingNotices
from pc_matrix.homeserver.olm_store import store_faults
from pc_matrix.homeserver.outbound import Outbound
from pc_matrix.homeserver.room_events import Decryptor, RoomEvent, parse
from pc_matrix.homeserver.room_view import RoomView
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.sync import RoomChange, SyncAnswer, fetch, fill_gap
from pc_matrix.homeserver.to_device import ToDevice
from pc_matrix.homeserver.trust import DeviceBook
from policies.terms import SenderTrust

_WAITING_AT_MOST = 2000
_ROOM_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one sync brought: its cursor, the events in order, and the rooms whose state moved."""

    cursor: str
    events: tuple[RoomEvent, ...]
    changed_rooms: frozenset[str]


class Session:
    """One device of the bot, on one open store.

    ``entitled`` tells who may read a room by the registry; keys go to those of them who are joined
    or invited, on devices that their owner signed.
    """

    def __init__(
        self,
        http: MatrixHttp,
        olm: Olm,
        devices: DeviceBook,
        entitled: Callable[[str], frozenset[str]],
        lasting: SealedFile,
    ) -> None:
        self.counters = Counters()
        self.account = Account(olm)
        self._http, self._devices, self._entitled = http, devices, entitled
        self._user_id = olm.user_id
        keys = KeyRing(olm)
        self._inbox = ToDevice(olm, keys, self.counters)
        self._decryptor = Decryptor(keys, self.counters)
        sharing = KeySharing(olm, http)
        self._outbound = Outbound(olm, keys, sharing)
        self._lasting = LastingNotices(
            lasting, olm, sharing, derive_pickle_key(olm.store.pickle_key)
        )
        self._rooms: dict[str, RoomView] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._without_key: dict[str, RoomEvent] = {}
        self._synced, self._key_came = asyncio.Event(), asyncio.Event()
        self._knows_rooms = False

    async def next(self, since: str | None, wait: float = 30.0) -> Batch:
        """The next batch after ``since``; the first call also learns every room's state.

        With ``since`` ``None`` (a new device) what the rooms said before is not brought. Raises
        ``ServerUnreachable`` and ``AccessDenied``.
        """
        first = not self._knows_rooms
        answer = await fetch(self._http, since, full=first, wait=0 if first else wait)
        self._devices.forget(answer.changed_users)
        with store_faults():
            new_keys = [self._inbox.take(event) for event in answer.to_device]
        events = self._late() if any(new_keys) else []
        changed = set(answer.left)
        for room in answer.rooms:
            if await self._take_room(room, since, events):
                changed.add(room.room_id)
        self._knows_rooms = True
        self._wake(key_came=any(new_keys))
        await self._supply_keys(answer)
        return Batch(answer.cursor, tuple(events), frozenset(changed))

    async def _take_room(
        self, room: RoomChange, since: str | None, events: list[RoomEvent]
    ) -> bool:
        """Learn a room's news; whether its state moved. Its events are added to ``events``."""
        timeline = room.timeline
        if room.gap_from and since is not None:
            timeline = (await fill_gap(self._http, room.room_id, room.gap_from, since)) + timeline
        view = self._rooms.setdefault(room.room_id, RoomView())
        moved = view.take(room.state)
        moved = view.take(timeline) or moved
        if since is not None:
            opened = (self._open(raw, room.room_id) for raw in timeline)
            events.extend(event for event in opened if event is not None)
        return moved

    def _open(self, raw: Json, room_id: str) -> RoomEvent | None:
        event = parse(raw, room_id)
        if event is None:
            self.counters.drop(Dropped.MALFORMED)
            return None
        if event.sender == self._user_id or event.state_key is not None or not event.content:
            return None
        if event.type == "m.room.encrypted":
            return self._decrypt(event)
        if event.type == "m.room.message":
            self.counters.drop(Dropped.PLAINTEXT)
            return None
        return event

    def _decrypt(self, event: RoomEvent) -> RoomEvent | None:
        opened = self._decryptor.open(event)
        if opened is Dropped.NO_KEY and len(self._without_key) < _WAITING_AT_MOST:
            self._without_key[event.event_id] = event
        return opened if isinstance(opened, RoomEvent) else None

    def _late(self) -> list[RoomEvent]:
        """Events whose key has come since they were seen."""
        ready = [e for e in self._without_key.values() if self._decryptor.has_key(e)]
        for event in ready:
            del self._without_key[event.event_id]
        opened = (self._decryptor.open(event) for event in ready)
        return [event for event in opened if isinstance(event, RoomEvent)]

    def _wake(self, *, key_came: bool) -> None:
        """Whoever waits for a room, or for a key, looks again."""
        self._synced.set()
        self._synced = asyncio.Event()
        if key_came:
            self._key_came.set()
            self._key_came = asyncio.Event()

    async def _supply_keys(self, answer: SyncAnswer) -> None:
        if answer.key_counts is not None:
            count = one_time_key_count(answer.key_counts)
            with store_faults():
                await self.account.supply(self._http, count, fallback_used=answer.fallback_used)

    async def read(self, room_id: str, event_id: str, patience: float = 10.0) -> RoomEvent | None:
        """One event, fetched and decrypted again; ``None`` when it cannot be read, or is redacted.

        ``patience`` is how many seconds to wait for a key that is late. An event in plain comes
        without ``ciphertext``. Raises ``MatrixError`` for an event that the server does not give.
        """
        path = client_path("rooms", room_id, "event", event_id)
        event = parse(await self._http.request("GET", path), room_id)
        if event is None or event.event_id != event_id or not event.content:
            return None
        if event.type != "m.room.encrypted":
            return event
        if not self._decryptor.has_key(event):
            await self._key_for(event, patience)
        opened = self._decryptor.open(event)
        return opened if isinstance(opened, RoomEvent) else None

    async def _key_for(self, event: RoomEvent, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                while not self._decryptor.has_key(event):
                    await self._key_came.wait()
        except TimeoutError:
            return

    async def trust_of(self, event: RoomEvent) -> SenderTrust:
        """Whether ``event`` came from a device that its sender signed; plain events never did."""
        if event.ciphertext is None:
            return SenderTrust.UNSIGNED
        return await self._devices.sender_trust(
            event.sender, event.ciphertext.sender_key, event.ciphertext.claimed_ed25519
        )

    async def send(self, room_id: str, kind: str, content: Json, txn: str) -> str:
        """Send an encrypted event and return its id; the same ``txn`` never makes a second one.

        Raises ``MatrixError`` when the server refuses, ``ServerUnreachable`` when it is away.
        """
        async with self._turns[room_id]:
            view = await self._view(room_id)
            readers = await self._devices.trusted(view.present & self._entitled(room_id))
            with store_faults():
                body = await self._outbound.encrypt(room_id, kind, content, readers, view.rotation)
            path = client_path("rooms", room_id, "send", "m.room.encrypted", txn)
            return string(await self._http.request("PUT", path, body), "event_id")

    async def _view(self, room_id: str) -> RoomView:
        """What is known of a room; one that was just made may come with the next sync.

        Nothing is ever sent on a guess of who is in a room: nobody could read it.
        """
        try:
            async with asyncio.timeout(_ROOM_SECONDS):
                while room_id not in self._rooms:
                    await self._synced.wait()
        except TimeoutError:
            raise MatrixError(404, "M_NOT_FOUND", "the bot is not in this room") from None
        return self._rooms[room_id]

    async def send_lasting(self, room_id: str, kind: str, content: Json, txn: str) -> str:
        """Send what everybody who is invited now can read, also on a device that comes later.

        Raises as ``send`` does.
        """
        async with self._turns[room_id]:
            view = await self._view(room_id)
            audience = view.present & self._entitled(room_id)
            with store_faults():
                body = self._lasting.close_up(room_id, kind, content, txn, audience)
                await self._lasting.reach(room_id, await self._devices.trusted(audience))
            path = client_path("rooms", room_id, "send", "m.room.encrypted", txn)
            return string(await self._http.request("PUT", path, body), "event_id")

    async def reach_newcomers(self) -> int:
        """Give lasting messages to devices of their audience that appeared since; to how many."""
        reached = 0
        for room_id in self._lasting.rooms():
            view = self._rooms.get(room_id)
            if view is None:
                continue
            audience = view.present & self._entitled(room_id) & self._lasting.audience(room_id)
            with store_faults():
                devices = await self._devices.trusted(audience)
                reached += await self._lasting.reach(room_id, devices)
        return reached

    def unreached(self, room_id: str) -> frozenset[str]:
        """Who is joined, entitled, and cannot read the room's last lasting message."""
        view = self._rooms.get(room_id)
        joined = view.joined if view is not None else frozenset()
        return (joined & self._entitled(room_id)) - self._lasting.audience(room_id)

    async def react(self, room_id: str, event_id: str, key: str, txn: str) -> str:
        """React to an event. Reactions are not encrypted, in Matrix: the server sees them."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        path = client_path("rooms", room_id, "send", "m.reaction", txn)
        answer = await self._http.request("PUT", path, {"m.relates_to": relation})
        return string(answer, "event_id")
