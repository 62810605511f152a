"""What the rooms' timelines bring: learned from when it is state, opened when it is closed up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.crypto.waiting import Waiting
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.room_events import RoomEvent, parse
from pc_matrix.homeserver.room_view import Learned, RoomView
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.sync import RoomChange, fill_gap
from policies.incidents import IncidentKind

_IN_MEMORY = 2_000


@dataclass(slots=True)
class Found:
    """What one batch brought, being gathered."""

    events: list[RoomEvent] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    """Rooms with any news of their state."""
    learned: set[str] = field(default_factory=set)
    """Rooms that the session now knows otherwise."""


class Intake:
    """One session's. ``entitled`` tells who may read a room by the registry."""

    def __init__(
        self,
        http: MatrixHttp,
        machine: Machine,
        incidents: Incidents,
        entitled: Callable[[str], frozenset[str]],
    ) -> None:
        self.rooms: dict[str, RoomView] = {}
        self._http, self._machine, self._incidents = http, machine, incidents
        self._entitled = entitled
        self._own = machine.account.user_id
        self._unread: dict[str, RoomEvent] = {}

    async def take(self, room: RoomChange, since: str | None, found: Found) -> None:
        """A room's news. Raises ``ServerUnreachable`` when a gap cannot be filled now."""
        timeline = room.timeline
        if room.gap_from and since is not None:
            timeline = await self._gap(room, since) + timeline
        view = self.rooms.get(room.room_id)
        if view is None:
            view = self.rooms[room.room_id] = RoomView()
            found.learned.add(room.room_id)
        learned = view.take(room.state) + view.take(timeline)
        if learned:
            found.moved.add(room.room_id)
            self._look_at(room.room_id, learned, found)
        if since is not None:
            opened = (self._open(raw, room.room_id) for raw in timeline)
            found.events.extend(event for event in opened if event is not None)

    def left(self, room_id: str, found: Found) -> None:
        """The bot is no longer in a room: nothing is known of it, and its keys are thrown away."""
        found.moved.add(room_id)
        if self.rooms.pop(room_id, None) is not None:
            found.learned.add(room_id)
        self._machine.outbound.discard(room_id)

    async def _gap(self, room: RoomChange, since: str) -> tuple[Json, ...]:
        try:
            events, whole = await fill_gap(self._http, room.room_id, room.gap_from, since)
        except MatrixError:
            # One room whose past the server refuses must not hold up all the others.
            events, whole = (), False
        if not whole:
            self._incidents.drop(IncidentKind.GAP, room_id=room.room_id)
        return events

    def _look_at(self, room_id: str, learned: list[tuple[Learned, Json]], found: Found) -> None:
        kinds = {kind for kind, _event in learned}
        if kinds - {Learned.NOTHING}:
            found.learned.add(room_id)
        if Learned.ENCRYPTION_WEAKENED in kinds:
            self._incidents.drop(IncidentKind.ENCRYPTION_CHANGED, room_id=room_id)
        if Learned.MEMBER in kinds:
            self._notice_outsiders(room_id, [e for k, e in learned if k is Learned.MEMBER])

    def _notice_outsiders(self, room_id: str, members: list[Json]) -> None:
        came = {e["state_key"] for e in members} & self.rooms[room_id].joined - {self._own}
        entitled = self._entitled(room_id) if came else frozenset()
        # A room with nobody entitled is none of the commune's.
        for user_id in sorted(came - entitled) if entitled else ():
            self._incidents.drop(IncidentKind.OUTSIDER, user_id, room_id)

    def _open(self, raw: Json, room_id: str) -> RoomEvent | None:
        event = parse(raw, room_id)
        if event is None:
            self._incidents.drop(IncidentKind.MALFORMED, string(raw, "sender"), room_id)
            return None
        if event.sender == self._own or event.state_key is not None or not event.content:
            return None
        if event.type == "m.room.encrypted":
            return self._decrypt(event)
        if event.type == "m.room.message":
            self._drop(IncidentKind.PLAINTEXT, event)
            return None
        return event

    def _decrypt(self, event: RoomEvent) -> RoomEvent | None:
        opened = self._machine.decryptor.open(event)
        if isinstance(opened, RoomEvent):
            return opened
        self._drop(opened, event)
        if opened is IncidentKind.NO_KEY:
            self._wait_for_key(event)
        return None

    def _drop(self, kind: IncidentKind, event: RoomEvent) -> None:
        self._incidents.drop(kind, event.sender, event.room_id, event.event_id)

    def _wait_for_key(self, event: RoomEvent) -> None:
        waiting = Waiting(
            event.event_id,
            event.room_id,
            string(event.content, "session_id"),
            event.sender,
            int(time.time()),
        )
        if self._machine.waiting.note(waiting) and len(self._unread) < _IN_MEMORY:
            self._unread[event.event_id] = event

    async def late(self) -> tuple[list[RoomEvent], list[str]]:
        """Events whose key has come since they were seen, and the ids that need wait no longer.

        The ids are to be forgotten once the events are safe with the caller. Raises
        ``ServerUnreachable``; then they are tried again.
        """
        events, done = [], []
        for waiting in self._machine.waiting.all():
            if not self._machine.decryptor.has_session(
                waiting.room_id, waiting.session_id, waiting.sender
            ):
                continue
            opened = await self._opened_late(waiting)
            if opened is not IncidentKind.NO_KEY:
                done.append(waiting.event_id)
            if isinstance(opened, RoomEvent):
                events.append(opened)
            elif opened is not IncidentKind.NO_KEY:
                self._incidents.drop(opened, waiting.sender, waiting.room_id, waiting.event_id)
        return events, done

    async def _opened_late(self, waiting: Waiting) -> RoomEvent | IncidentKind:
        event = self._unread.get(waiting.event_id)
        if event is None:
            event = await self.fetch(waiting.room_id, waiting.event_id)
        if event is None:
            return IncidentKind.MALFORMED
        return self._machine.decryptor.open(event)

    def forget(self, event_ids: list[str]) -> None:
        """These were read, and are safe."""
        self._machine.waiting.forget(event_ids)
        for event_id in event_ids:
            self._unread.pop(event_id, None)

    async def fetch(self, room_id: str, event_id: str) -> RoomEvent | None:
        """An event as the server gives it; ``None`` when it gives none, or another."""
        path = client_path("rooms", room_id, "event", event_id)
        try:
            event = parse(await self._http.request("GET", path), room_id)
        except MatrixError:
            return None
        return event if event is not None and event.event_id == event_id else None
