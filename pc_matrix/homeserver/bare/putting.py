"""``python -m pc_matrix.homeserver.bare.putting``: plain ``PUT /send``, nothing encrypted or kept.

The job: ``base_url``, ``rooms`` (list of ``[token, room, [[type, content], …]]``), ``at_once``:
``null`` for one request in flight a room, which keeps each room's order, or else how many in all.
One line on stdout: ``events``, ``seconds``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from typing import Any
from urllib.parse import quote

import aiohttp

_Event = tuple[str, str, str, Any]


async def _put(http: aiohttp.ClientSession, event: _Event) -> None:
    token, room_id, kind, content = event
    path = f"/_matrix/client/v3/rooms/{quote(room_id, safe='')}/send/{kind}/{uuid.uuid4().hex}"
    headers = {"Authorization": f"Bearer {token}"}
    async with http.put(path, json=content, headers=headers) as response:
        response.raise_for_status()
        await response.read()


def _lines(job: dict[str, Any]) -> list[list[_Event]]:
    """What has to go out one after another; each list beside the others."""
    in_order = [[(token, room, kind, c) for kind, c in said] for token, room, said in job["rooms"]]
    if job["at_once"] is None:
        return in_order
    mixed = [
        events[n] for n in range(max(map(len, in_order))) for events in in_order if n < len(events)
    ]
    return [mixed[n :: job["at_once"]] for n in range(job["at_once"])]


async def _run(job: dict[str, Any]) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(job["base_url"], connector=connector) as http:

        async def send(line: list[_Event]) -> None:
            for event in line:
                await _put(http, event)

        lines = _lines(job)
        begun = time.perf_counter()
        await asyncio.gather(*map(send, lines))
        return {"events": sum(map(len, lines)), "seconds": time.perf_counter() - begun}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_run(json.load(sys.stdin)))) + "\n")
