"""What the rooms' timelines bring: learned from when it is state, opened when it is closed up."""

from __future__ import annotations

import asyncio
import functools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.crypto.waiting import Waiting
from pc_matrix.homeserver.gaps import whole_timelines
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, ServerFault, client_path
from pc_matrix.homeserver.incidents import Incident, Incidents
from pc_matrix.homeserver.recent import Recent
from pc_matrix.homeserver.room_events import RoomEvent, is_light, parse
from pc_matrix.homeserver.room_view import Learned, RoomView
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.sync import RoomChange, fill_gap
from pc_matrix.homeserver.verification_events import is_request
from policies.incidents import IncidentKind

_IN_MEMORY = 2_000
_IN_ONE_GO = 25  # events
_MOST_TRIES = 10  # at a gap at which the server fails; each is several requests and a pause


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
        self.recent = Recent(machine.account.user_id)
        self._http, self._machine, self._incidents = http, machine, incidents
        self._entitled = entitled
        self._own = machine.account.user_id
        self._unread: dict[str, RoomEvent] = {}
        self._tries: Counter[str] = Counter()

    async def take(self, rooms: Sequence[RoomChange], since: str | None, found: Found) -> None:
        """The rooms' news. Raises ``ServerUnreachable`` when a gap cannot be filled now."""
        if since is None:
            for room in rooms:
                self._learn(room, room.timeline, found)
            return
        fill = functools.partial(self._gap, since=since)
        async with aclosing(whole_timelines(rooms, fill)) as timelines:
            async for room, timeline in timelines:
                self._learn(room, timeline, found)
                await self._open_all(room.room_id, timeline, found)

    def _learn(self, room: RoomChange, timeline: tuple[Json, ...], found: Found) -> None:
        view = self.rooms.get(room.room_id)
        if view is None:
            view = self.rooms[room.room_id] = RoomView()
            found.learned.add(room.room_id)
        if any(string(event, "state_key") == self._own for event in room.state):
            self.recent.lost(room.room_id)  # it may have been out, and heard nothing
        learned = view.take(room.state) + view.take(timeline)
        if learned:
            found.moved.add(room.room_id)
            self._look_at(room.room_id, learned, found)

    async def _open_all(self, room_id: str, timeline: tuple[Json, ...], found: Found) -> None:
        for number, raw in enumerate(timeline):
            if number % _IN_ONE_GO == _IN_ONE_GO - 1:
                await asyncio.sleep(0)  # a long backlog must not stop everything else meanwhile
            event = self._open(raw, room_id)
            if event is not None:
                found.events.append(event)

    def left(self, room_id: str, found: Found) -> None:
        """The bot is no longer in a room: nothing is known of it, and its keys are thrown away."""
        found.moved.add(room_id)
        if self.rooms.pop(room_id, None) is not None:
            found.learned.add(room_id)
        self.recent.lost(room_id)
        self._machine.outbound.discard(room_id)

    async def _gap(self, room: RoomChange, since: str) -> tuple[Json, ...]:
        try:
            events, whole = await fill_gap(self._http, room.room_id, room.gap_from, since)
        except (MatrixError, ServerFault) as refusal:
            # One room whose past the server refuses must not hold up all the others.
            if self._may_be_filled_later(room.room_id, refusal):
                raise
            events, whole = (), False
        self._tries.pop(room.room_id, None)
        if not whole:
            self.recent.lost(room.room_id)
            self._incidents.drop(IncidentKind.GAP, room_id=room.room_id)
        return events

    def _may_be_filled_later(self, room_id: str, refusal: MatrixError | ServerFault) -> bool:
        """Whether the gap is worth waiting for, and all the other rooms with it."""
        if not isinstance(refusal, ServerFault):
            return refusal.asks_to_wait
        self._tries[room_id] += 1
        return not refusal.is_of_one_request or self._tries[room_id] < _MOST_TRIES

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
        self.recent.hear(event, raw)
        if event.sender == self._own or event.state_key is not None or not event.content:
            return None
        if event.type == "m.room.encrypted":
            return self._decrypt(event)
        # Element asks for verifications in plain.
        if event.type == "m.room.message" and not is_request(event):
            self.refuse(IncidentKind.PLAINTEXT, event)
            return None
        return event

    def _decrypt(self, event: RoomEvent) -> RoomEvent | None:
        opened = self._machine.decryptor.open(event)
        if isinstance(opened, RoomEvent):
            self.recent.hear(opened)  # what it changes may be told inside alone
            return opened
        self.refuse(opened, event)
        if opened is IncidentKind.NO_KEY:
            self._wait_for_key(event)
        return None

    def refuse(self, kind: IncidentKind, event: RoomEvent) -> None:
        """An event goes no further, and that is noted; so is one that was put where it is."""
        self._incidents.drop(kind, event.sender, event.room_id, event.event_id)
        if kind is IncidentKind.NO_KEY and self._machine.decryptor.is_misplaced(event):
            self.refuse(IncidentKind.MISPLACED, event)

    def note_withheld(self, events: tuple[ToDeviceEvent, ...]) -> None:
        """Members who keep a room's key from us say why."""
        for event in events:
            room_id = string(event.content, "room_id")
            view = self.rooms.get(room_id)
            if event.type == "m.room_key.withheld" and view and event.sender in view.joined:
                code = string(event.content, "code")[:64]
                self._incidents.note(
                    Incident(IncidentKind.WITHHELD, event.sender, room_id=room_id, detail=code)
                )

    def _wait_for_key(self, event: RoomEvent) -> None:
        waiting = Waiting(
            event.event_id,
            event.room_id,
            string(event.content, "session_id"),
            event.sender,
            int(time.time()),
        )
        if self._machine.waiting.note(waiting) and self._has_room_for(event):
            self._unread[event.event_id] = event

    def _has_room_for(self, event: RoomEvent) -> bool:
        return len(self._unread) < _IN_MEMORY and is_light(event)

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
            try:
                opened = await self._opened_late(waiting)
            except ServerFault as fault:
                if not fault.is_of_one_request:
                    raise
                continue  # the server fails at this event: it waits on, and the others do not
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
        """An event as the server gives it; ``None`` when it gives none, or another.

        Raises ``ServerUnreachable``, and ``MatrixError`` for a server that is too busy.
        """
        path = client_path("rooms", room_id, "event", event_id)
        try:
            event = parse(await self._http.request("GET", path), room_id)
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise  # it says nothing of the event
            return None
        return event if event is not None and event.event_id == event_id else None
