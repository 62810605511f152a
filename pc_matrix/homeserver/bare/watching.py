"""``python -m pc_matrix.homeserver.bare.watching``: when each event reaches a client by ``/sync``.

The job: ``base_url``, ``token``, ``rooms``, the ones that it watches, and ``but``, whose events it
passes over: a watcher that asks for more than it watches slows down what it measures. The first
line comes once it listens; after SIGTERM the last one gives ``seen``: event id → Unix time, in
seconds.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from typing import Any

import aiohttp

_SYNC = "/_matrix/client/v3/sync"


def _filter(job: dict[str, Any]) -> str:
    nothing: dict[str, Any] = {"types": []}
    room = {
        "rooms": job["rooms"],
        "ephemeral": nothing,
        "account_data": nothing,
        "timeline": {"not_senders": [job["but"]]},
    }
    return json.dumps({"presence": nothing, "account_data": nothing, "room": room})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def _watch(job: dict[str, Any], seen: dict[str, float]) -> None:
    headers = {"Authorization": f"Bearer {job['token']}"}
    since, wanted = "", _filter(job)
    async with aiohttp.ClientSession(job["base_url"], headers=headers) as http:
        while True:
            params = {"filter": wanted, "timeout": "30000" if since else "0"}
            if since:
                params["since"] = since
            async with http.get(_SYNC, params=params) as response:
                response.raise_for_status()
                answer = json.loads(await response.read())
            now = time.time()
            for room in answer.get("rooms", {}).get("join", {}).values():
                for event in room["timeline"]["events"]:
                    seen.setdefault(event["event_id"], now)
            if not since:
                _say({})
            since = answer["next_batch"]


async def _run(job: dict[str, Any]) -> None:
    seen: dict[str, float] = {}
    watching = asyncio.create_task(_watch(job, seen))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, watching.cancel)
    await asyncio.wait([watching])
    _say({"seen": seen})
    if not watching.cancelled():
        watching.result()


if __name__ == "__main__":
    asyncio.run(_run(json.load(sys.stdin)))
