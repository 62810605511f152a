"""``python -m pc_matrix.bench.relay.our_bot``: the bots of some communes, until SIGTERM.

The job: ``home``, ``communes``. The first line, empty, comes once every session is open. The last
one: ``rss_mib``, the most that was resident, and ``heard``: event id → when its answer of ``/sync``
was there, Unix time in seconds.
"""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pc_matrix import collector, logs, wiring
from pc_matrix.bench.answering import job, say
from pc_matrix.homeserver import sync
from pc_matrix.homeserver.bare.memory import peak_mib
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import string


def _note_arrivals() -> dict[str, float]:
    """Filled from now on. Another client that watched would have the server do everything twice."""
    heard: dict[str, float] = {}
    take_apart = sync.take_apart

    def noted(answer: Json) -> sync.SyncAnswer:
        now, taken = time.time(), take_apart(answer)
        for room in taken.rooms:
            for event in room.timeline:
                heard.setdefault(string(event, "event_id"), now)
        return taken

    sync.take_apart = noted
    return heard


async def _run(given: dict[str, Any]) -> None:
    stop, heard = asyncio.Event(), _note_arrivals()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as stack:
        bots = []
        for code in given["communes"]:
            house = stack.enter_context(wiring.open_house(Path(given["home"]), code))
            bots.append(await stack.enter_async_context(wiring.open_bot(house)))
        collector.at_work()  # as ``pc-matrix bot`` does
        say({})
        await asyncio.gather(*(bot.run(stop) for bot in bots))
    say({"rss_mib": peak_mib(), "heard": heard})


if __name__ == "__main__":
    logs.configure(as_json=True)
    asyncio.run(_run(job()))
