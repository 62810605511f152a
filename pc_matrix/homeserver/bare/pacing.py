"""``python -m pc_matrix.homeserver.bare.pacing``: plain ``PUT /send`` at a steady pace.

The job: ``base_url``, ``token``, ``room``, ``content``, ``events``, ``per_second``. One line on
stdout: ``sent``, event id → Unix time, in seconds, at which its request began.
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


async def _run(job: dict[str, Any]) -> dict[str, float]:
    headers = {"Authorization": f"Bearer {job['token']}"}
    path = f"/_matrix/client/v3/rooms/{quote(job['room'], safe='')}/send/m.room.encrypted/"
    sent: dict[str, float] = {}
    async with aiohttp.ClientSession(job["base_url"], headers=headers) as http:

        async def put() -> None:
            begun = time.time()
            async with http.put(path + uuid.uuid4().hex, json=job["content"]) as response:
                response.raise_for_status()
                sent[json.loads(await response.read())["event_id"]] = begun

        first, waiting = time.monotonic(), []
        for number in range(job["events"]):
            await asyncio.sleep(max(0.0, first + number / job["per_second"] - time.monotonic()))
            waiting.append(asyncio.create_task(put()))
        await asyncio.gather(*waiting)
    return sent


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"sent": asyncio.run(_run(json.load(sys.stdin)))}) + "\n")
