"""``python -m pc_matrix.homeserver.bare.nio_backlog``: a backlog read by bare matrix-nio.

The job is one JSON object on stdin: ``base_url``, ``folder`` (of ``nio_device.prepare``),
``since``, ``expected`` events. One line on stdout, once all is handled: ``events`` that were
decrypted, ``unread`` ones that were not, ``seconds`` from the first question to the last event,
``rss_mib``.

nio fills no gap: its filter asks for whole timelines, so that it misses nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nio

from pc_matrix.homeserver.bare.memory import peak_mib
from pc_matrix.homeserver.bare.nio_device import found_again, ok, tend

_EMPTY_IN_A_ROW = 3


@dataclass(slots=True)
class _Heard:
    events: int = 0
    unread: int = 0

    @property
    def count(self) -> int:
        return self.events + self.unread

    async def message(self, _room: Any, _event: Any) -> None:
        self.events += 1

    async def closed(self, _room: Any, _event: Any) -> None:
        self.unread += 1


async def _run(job: dict[str, Any]) -> dict[str, Any]:
    heard = _Heard()
    async with found_again(job["base_url"], Path(job["folder"])) as client:
        client.add_event_callback(heard.message, nio.RoomMessageText)
        client.add_event_callback(heard.closed, nio.MegolmEvent)
        seconds = await _read(client, heard, job["since"], job["expected"])
    counts = {"events": heard.events, "unread": heard.unread}
    return {**counts, "seconds": seconds, "rss_mib": peak_mib()}


async def _read(client: Any, heard: _Heard, since: str, expected: int) -> float:
    begun = last = time.perf_counter()
    empty = 0
    while heard.count < expected and empty < _EMPTY_IN_A_ROW:
        before = heard.count
        answer = await _sync(client, since, expected)
        empty = empty + 1 if heard.count == before else 0
        if heard.count > before:
            last = time.perf_counter()
        since = answer.next_batch
        await tend(client)
    return last - begun


async def _sync(client: Any, since: str, most: int) -> Any:
    limits = {"room": {"timeline": {"limit": most}}, "presence": {"types": []}}
    return ok(await client.sync(timeout=0, sync_filter=limits, since=since))


if __name__ == "__main__":
    found = asyncio.run(_run(json.load(sys.stdin)))
    sys.stdout.write(json.dumps(found) + "\n")
