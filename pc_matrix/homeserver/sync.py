"""One answer of ``/sync``, taken apart: what is malformed in it is left out, the rest is kept."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import at, mapping, objects, string, strings

MOST_EVENTS = 1_000
"""Events of one room that one answer may bring; Synapse's own limit may be lower. It spends a
quarter of the time on them there that it spends on them in ``/messages``."""
_FEW_EVENTS = 100
_FULL_SECONDS = 300.0
_PAGE, _SHORT_PAGE = 500, 100  # events that are asked for, and that a server may limit us to
_MOST_MISSED = 200_000  # events of one room
_SLACK = 30.0  # seconds that an answer may be late before the connection counts as dead


@dataclass(frozen=True, slots=True)
class RoomChange:
    """What happened in one joined room: its state before, then its timeline, oldest first.

    ``gap_from`` is where ``/messages`` finds what a limited timeline left out, empty when it is
    whole.
    """

    room_id: str
    state: tuple[Json, ...]
    timeline: tuple[Json, ...]
    gap_from: str


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """One answer: the next cursor and everything that it brings."""

    cursor: str
    to_device: tuple[Json, ...]
    rooms: tuple[RoomChange, ...]
    left: frozenset[str]
    changed_users: frozenset[str]
    key_counts: Json | None
    fallback_used: bool
    invited: Json = field(default_factory=dict)
    """``rooms.invite`` as it came."""

    def followed_by(self, later: SyncAnswer) -> SyncAnswer:
        """Both as one: what came first stands first, and a room is what it was last."""
        joined = {room.room_id for room in later.rooms}
        invited = {r: told for r, told in self.invited.items() if r not in joined | later.left}
        return SyncAnswer(
            later.cursor,
            self.to_device + later.to_device,
            self.rooms + later.rooms,
            (self.left - joined) | later.left,
            self.changed_users | later.changed_users,
            later.key_counts if later.key_counts is not None else self.key_counts,
            later.fallback_used,
            {**invited, **later.invited},
        )


async def present_cursor(http: MatrixHttp) -> SyncAnswer:
    """The cursor of now, with what waits for the device, and without any room."""
    nothing = {**_filter(0), "room": {"rooms": []}}
    params = {"filter": json.dumps(nothing), "timeout": str(secrets.randbelow(1000))}
    answer = await http.request("GET", client_path("sync"), params=params, timeout=_SLACK)
    return take_apart(answer)


async def fetch(
    http: MatrixHttp,
    since: str | None,
    *,
    full: bool = False,
    wait: float,
    events: int = _FEW_EVENTS,
) -> SyncAnswer:
    """Ask for what came after ``since``, waiting at most ``wait`` seconds for something to come.

    ``full`` asks for the whole state of every room besides; a room's timeline brings at most
    ``events``. Raises what ``MatrixHttp`` raises.
    """
    # Synapse answers a repeated question from memory for two minutes. A full answer comes at once
    # whatever the time-out, so that another time-out makes it another question, and no stale room.
    milliseconds = secrets.randbelow(1000) if full else int(wait * 1000)
    params = {"filter": json.dumps(_filter(events)), "timeout": str(milliseconds)}
    params["set_presence"] = "offline"  # nobody needs to see a bot come and go
    if since is not None:
        params["since"] = since
    if full:
        params["full_state"] = "true"
    path = client_path("sync")
    answer = await http.request(
        "GET", path, params=params, retry=False, timeout=_FULL_SECONDS if full else wait + _SLACK
    )
    return take_apart(answer)


def _filter(events: int) -> Json:
    return {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": {"limit": events},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
    }


def take_apart(answer: Json) -> SyncAnswer:
    """The parts of a raw answer; never raises, whatever the server sent."""
    joined = mapping(answer, "rooms", "join")
    unused = at(answer, "device_unused_fallback_key_types")
    return SyncAnswer(
        cursor=string(answer, "next_batch"),
        to_device=tuple(objects(answer, "to_device", "events")),
        rooms=tuple(_room(room_id, change) for room_id, change in joined.items()),
        left=frozenset(mapping(answer, "rooms", "leave")),
        changed_users=frozenset(strings(answer, "device_lists", "changed"))
        | frozenset(strings(answer, "device_lists", "left")),
        key_counts=at(answer, "device_one_time_keys_count"),
        fallback_used=isinstance(unused, list) and "signed_curve25519" not in unused,
        invited=mapping(answer, "rooms", "invite"),
    )


def _room(room_id: str, change: Json) -> RoomChange:
    limited = at(change, "timeline", "limited") is True
    return RoomChange(
        room_id,
        tuple(objects(change, "state", "events")),
        tuple(objects(change, "timeline", "events")),
        string(change, "timeline", "prev_batch") if limited else "",
    )


async def fill_gap(
    http: MatrixHttp, room_id: str, gap_from: str, since: str, most: int = _MOST_MISSED
) -> tuple[tuple[Json, ...], bool]:
    """The events of ``room_id`` between ``since`` and ``gap_from``, oldest first; are these all?

    After ``most`` events no more are asked for, nor after about ``most / 100`` requests: a server
    must not be able to keep us at it.
    """
    path, params = client_path("rooms", room_id, "messages"), {"dir": "b", "limit": str(_PAGE)}
    newest_first: list[Json] = []
    token, requests_left = gap_from, most // _SHORT_PAGE + 1
    while token and requests_left > 0 and len(newest_first) < most:
        requests_left -= 1
        page = await http.request("GET", path, params={**params, "from": token, "to": since})
        newest_first.extend(objects(page, "chunk"))
        following = string(page, "end")
        token = following if following != token and objects(page, "chunk") else ""
    return tuple(reversed(newest_first[:most])), not token and len(newest_first) <= most
