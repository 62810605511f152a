"""``python -m pc_matrix.homeserver.bare.first_sync``: who is in which room, by HTTP alone.

The job is one JSON object on stdin: ``base_url``, ``token``, ``way`` (of ``WAYS``). The first line
on stdout says that everything is known; the second gives ``members``, room → sorted user ids.
Imports the standard library and aiohttp, and nothing of ours, so that its start costs nothing more.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import aiohttp

_V3 = "/_matrix/client/v3"
_SLIDING = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
_NEEDED = ["m.room.member", "m.room.encryption"]
_AT_ONCE = 16
_LEAN: dict[str, Any] = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": 1},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
}

Members = dict[str, set[str]]
Ask = Callable[..., Awaitable[dict[str, Any]]]


async def _plain_sync(ask: Ask) -> Members:
    """As a client asks that names no filter."""
    return _members(await ask("GET", f"{_V3}/sync", params=_anew({})))


async def _lean_sync(ask: Ask) -> Members:
    """Whole states, and of the timelines one event."""
    return _members(await ask("GET", f"{_V3}/sync", params=_anew(_LEAN)))


async def _leanest_sync(ask: Ask) -> Members:
    """Of the states members and encryption, and no timeline."""
    room = {
        **_LEAN["room"],
        "state": {"types": _NEEDED},
        "timeline": {"limit": 1, "types": _NEEDED},
    }
    return _members(await ask("GET", f"{_V3}/sync", params=_anew({**_LEAN, "room": room})))


async def _sliding_sync(ask: Ask) -> Members:
    """Simplified sliding sync (MSC4186)."""
    everything = {
        "ranges": [[0, 99_999]],
        "required_state": [["m.room.member", "*"], ["m.room.encryption", ""]],
        "timeline_limit": 0,
    }
    body = {"lists": {"all": everything}}
    answer = await ask("POST", _SLIDING, params={"timeout": "0"}, json=body)
    return {r: _joined(room.get("required_state", [])) for r, room in answer["rooms"].items()}


async def _joined_members(ask: Ask) -> Members:
    """``joined_members`` of each room, many at a time."""
    waiting = iter((await ask("GET", f"{_V3}/joined_rooms"))["joined_rooms"])
    found: Members = {}

    async def work() -> None:
        for room_id in waiting:
            answer = await ask("GET", f"{_V3}/rooms/{quote(room_id, safe='')}/joined_members")
            found[room_id] = set(answer["joined"])

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return found


def _anew(limits: dict[str, Any]) -> dict[str, str]:
    """The parameters of a ``/sync`` that was not asked before.

    Synapse answers a repeated question from memory for two minutes; a first answer comes at once,
    whatever its time-out, so that another time-out makes it another question.
    """
    return {"timeout": str(time.time_ns() % 100_000), "filter": json.dumps(limits)}


WAYS: dict[str, Callable[[Ask], Awaitable[Members]]] = {
    "sync": _plain_sync,
    "sync-lean": _lean_sync,
    "sync-leanest": _leanest_sync,
    "sliding": _sliding_sync,
    "joined-members": _joined_members,
}


def _members(answer: dict[str, Any]) -> Members:
    return {
        room_id: _joined(room["state"]["events"] + room["timeline"]["events"])
        for room_id, room in answer["rooms"]["join"].items()
    }


def _joined(events: list[dict[str, Any]]) -> set[str]:
    found: set[str] = set()
    for event in events:
        if event["type"] == "m.room.member" and "state_key" in event:
            is_in = event["content"].get("membership") == "join"
            (found.add if is_in else found.discard)(event["state_key"])
    return found


async def _run(job: dict[str, str]) -> Members:
    headers = {"Authorization": f"Bearer {job['token']}"}
    connector = aiohttp.TCPConnector(limit=32)
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(
        job["base_url"], headers=headers, connector=connector, timeout=timeout
    ) as http:

        async def ask(method: str, path: str, **options: Any) -> dict[str, Any]:
            async with http.request(method, path, **options) as response:
                response.raise_for_status()
                return dict(json.loads(await response.read()))

        found = await WAYS[job["way"]](ask)
        _say({})
        return found


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    known = asyncio.run(_run(json.load(sys.stdin)))
    _say({"members": {room_id: sorted(users) for room_id, users in known.items()}})
