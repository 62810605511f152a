"""``python -m pc_matrix.homeserver.bare.watching``: when each event reaches a client by ``/sync``.

The job: ``base_url``, ``token``. The first line comes once it listens; after SIGTERM the last one
gives ``seen``: event id → Unix time, in seconds.
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
_FILTER = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {"ephemeral": {"types": []}, "account_data": {"types": []}},
}


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def _watch(job: dict[str, Any], seen: dict[str, float]) -> None:
    headers = {"Authorization": f"Bearer {job['token']}"}
    since = ""
    async with aiohttp.ClientSession(job["base_url"], headers=headers) as http:
        while True:
            params = {"filter": json.dumps(_FILTER), "timeout": "30000" if since else "0"}
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
