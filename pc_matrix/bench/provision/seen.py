"""What a homeserver would answer of a commune whose rooms are as they have to be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.rooms import state_events
from pc_matrix.provisioning.observe import read_room
from policies import pinned, room_marks
from policies.membership import Expected, ExpectedRoom
from policies.room_marks import Mark
from policies.room_shapes import (
    ALIAS,
    AVATAR,
    PINNED,
    POWER_LEVELS,
    SPACE_TYPE,
    child_link,
    parent_link,
    parent_of,
    power_levels,
)
from policies.terms import EventId, RoomId, RoomKey
from policies.world import ObservedRoom


def answered(wanted: Expected) -> tuple[ObservedRoom, ...]:
    """Every room of ``wanted``, read from JSON as a homeserver's answer is."""
    places = {key: room_id for room_id, key in wanted.directory.rooms.items()}
    return tuple(_room(wanted, room, places) for room in wanted.rooms.values())


def charter_of(room_id: RoomId) -> EventId:
    """The message with which the charter was said there."""
    return EventId(f"$charter-of-{room_id}")


def picture_at(digest: str) -> str:
    """Where a picture was uploaded to."""
    return f"mxc://pays.test/{digest[:24]}"


def _room(wanted: Expected, room: ExpectedRoom, places: Mapping[RoomKey, RoomId]) -> ObservedRoom:
    commune = wanted.directory.commune
    stamp = int(datetime.timestamp(wanted.now) * 1000)
    events = [
        {"type": kind, "state_key": key, "content": content, "sender": sender,
         "origin_server_ts": stamp, "event_id": f"$event-{number}"}
        for number, (kind, key, sender, content) in enumerate(_state(wanted, room, places))
    ]  # fmt: skip
    answer = json.loads(json.dumps(events))
    found = read_room(places[room.shape.key], state_events(answer), commune)
    assert found is not None
    return found


def _state(
    wanted: Expected, room: ExpectedRoom, places: Mapping[RoomKey, RoomId]
) -> Iterator[tuple[str, str, str, Json]]:
    """Type, state key, sender and content of each event."""
    commune, shape = wanted.directory.commune, room.shape
    creation: Json = {
        "m.federate": shape.federates,
        "room_version": commune.room_version,
        room_marks.FIELD: room_marks.as_content(Mark(shape.key, "")),
    }
    if shape.space:
        creation["type"] = SPACE_TYPE
    yield "m.room.create", "", commune.bot, creation
    yield POWER_LEVELS, "", commune.bot, power_levels(shape.powers, room.powers())
    for kind, content in shape.state.items():
        yield kind, "", commune.bot, dict(content)
    if shape.image:
        yield AVATAR, "", commune.bot, {"url": picture_at(shape.image)}
    if shape.alias is not None:
        yield ALIAS, "", commune.bot, {"alias": shape.alias}
    if shape.charter:
        yield PINNED, "", commune.bot, pinned.content(charter_of(places[shape.key]), ())
    for key in wanted.rooms:
        if parent_of(key) == shape.key:
            yield "m.space.child", places[key], commune.bot, dict(child_link(commune))
    parent = parent_of(shape.key)
    if parent is not None:
        yield "m.space.parent", places[parent], commune.bot, dict(parent_link(commune))
    for user in (commune.bot, *room.members):
        yield "m.room.member", user, user, {"membership": "join", "displayname": "Quelqu'un"}
