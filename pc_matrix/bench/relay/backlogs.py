"""A backlog of flags, carried by our bots; then the same events by plain ``PUT /send``."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from pc_matrix.bench.figures import Spread, median_of_pairs, spread
from pc_matrix.bench.processes import timed
from pc_matrix.bench.relay import phones
from pc_matrix.bench.relay.rooms import Rooms, again, said_since
from pc_matrix.bench.relay.running import running
from pc_matrix.bench.relay.stage import OUR_BOT, Stage

_PUTTING = "pc_matrix.homeserver.bare.putting"
IN_FLIGHT = 32
"""Requests of the plain side when there are many communes."""


@dataclass(frozen=True, slots=True)
class Backlogs:
    """Events per second on either side, run by run, and how many events one run made."""

    ours: Spread
    plain: Spread
    events: tuple[int, ...]

    @property
    def ratio(self) -> float:
        return median_of_pairs(self.ours, self.plain)

    def as_json(self) -> dict[str, Any]:
        return {
            "events": list(self.events),
            "events_per_second": {"ours": self.ours.as_json(), "plain": self.plain.as_json()},
        }


async def measure(stage: Stage, flags: int, runs: int, at_once: int | None) -> Backlogs:
    """Each run: flags while no bot runs, then the bots, then plain requests.

    ``at_once`` is how many requests the plain side has in flight; ``None`` is one a room. The
    first run warms the server and is not counted. Raises ``IncompleteError`` when a flag was not
    relayed.
    """
    ours, plain, events = [], [], []
    for _ in range(runs + 1):
        stage.expect(await phones.backlog(stage.phones, flags))
        carried = await _carried(stage)
        ours.append(carried.events / carried.seconds)
        events.append(carried.events)
        plain.append(await _plain(stage, carried.rooms, at_once))
    return Backlogs(spread(ours[1:]), spread(plain[1:]), tuple(events[1:]))


@dataclass(frozen=True, slots=True)
class _Carried:
    """What the bots sent: by commune, as ``rooms.again`` has it."""

    events: int
    seconds: float
    rooms: dict[str, Rooms]


async def _carried(stage: Stage) -> _Carried:
    """From the moment at which every session is open to the server's time of the last event."""
    async with running(OUR_BOT, stage.bot_job()):
        begun = time.time()
        await stage.all_relayed()
    rooms, events, last = {}, 0, begun
    for town in stage.towns:
        async with stage.as_bot(town) as http:
            said = await said_since(http, town.bot.user_id, int(begun * 1000))
        rooms[town.code] = again(said)
        events += len(said)
        last = max(last, said[-1].at / 1000)
    return _Carried(events, last - begun, rooms)


async def _plain(stage: Stage, rooms: dict[str, Rooms], at_once: int | None) -> float:
    """Events per second of the same events, by one process with every bot's token."""
    tokens = {town.code: await stage.token(town) for town in stage.towns}
    lines = [
        (tokens[code], room, events) for code, of in rooms.items() for room, events in of.items()
    ]
    job = {"base_url": stage.server.url, "rooms": lines, "at_once": at_once}
    ended = await asyncio.to_thread(timed, _PUTTING, job)
    return float(ended.answer["events"] / ended.answer["seconds"])
