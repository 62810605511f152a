"""A backlog of flags, carried by our bots or by nio; then the same events by plain ``PUT``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pc_matrix.bench.figures import Spread, median_of_pairs, spread
from pc_matrix.bench.processes import timed
from pc_matrix.bench.relay import phones
from pc_matrix.bench.relay.nio_side import NioSide
from pc_matrix.bench.relay.rooms import Rooms, again, said_since
from pc_matrix.bench.relay.running import running
from pc_matrix.bench.relay.stage import OUR_BOT, Stage

_PUTTING = "pc_matrix.homeserver.bare.putting"
_WARMING = 5  # times as many flags are measured as warm the server
IN_FLIGHT = 32
"""Requests of the plain side when there are many communes."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What was sent: by commune, as ``rooms.again`` has it, and how long that took."""

    events: int
    seconds: float
    rooms: dict[str, Rooms]


Carry = Callable[[Stage, int], Awaitable[Carried]]
"""Carries that many flags, which wait."""


@dataclass(frozen=True, slots=True)
class Backlogs:
    """Events per second on either side, run by run, and how many events one run made."""

    relay: Spread
    plain: Spread
    events: tuple[int, ...]

    @property
    def ratio(self) -> float:
        return median_of_pairs(self.relay, self.plain)

    def as_json(self) -> dict[str, Any]:
        return {
            "events": list(self.events),
            "events_per_second": {"relay": self.relay.as_json(), "plain": self.plain.as_json()},
        }


async def measure(
    stage: Stage, flags: int, runs: int, carry: Carry, at_once: int | None = None
) -> Backlogs:
    """Each run: flags while no bot runs, then the bots, then plain requests.

    ``at_once`` is how many requests the plain side has in flight; ``None`` is one a room. A first,
    smaller run warms the server and is not counted. Raises ``IncompleteError`` when a flag was not
    relayed.
    """
    relay, plain, events = [], [], []
    for count in (max(len(stage.phones), flags // _WARMING), *[flags] * runs):
        stage.expect(await phones.backlog(stage.phones, count))
        carried = await carry(stage, count)
        relay.append(carried.events / carried.seconds)
        events.append(carried.events)
        plain.append(await _plain(stage, carried.rooms, at_once))
    return Backlogs(spread(relay[1:]), spread(plain[1:]), tuple(events[1:]))


async def by_our_bots(stage: Stage, _flags: int) -> Carried:
    """From the moment at which every session is open to the server's time of the last event."""
    async with running(OUR_BOT, stage.bot_job()):
        begun = time.time()
        await stage.all_relayed()
    rooms, events, last = await _said(stage, begun)
    return Carried(events, last - begun, rooms)


def by_nio(side: NioSide) -> Carry:
    """From its first question to the last answer, by its own clock."""

    async def carry(stage: Stage, flags: int) -> Carried:
        begun = time.time()
        seconds = await side.carry(stage, flags)
        rooms, events, _last = await _said(stage, begun)
        return Carried(events, seconds, rooms)

    return carry


async def _said(stage: Stage, since: float) -> tuple[dict[str, Rooms], int, float]:
    """By commune what its bot said since, how many events that is, and when the last one was."""
    rooms, events, last = {}, 0, since
    for town in stage.towns:
        async with stage.as_bot(town) as http:
            said = await said_since(http, town.bot.user_id, int(since * 1000))
        rooms[town.code] = again(said)
        events += len(said)
        last = max([last, *(one.at / 1000 for one in said)])
    return rooms, events, last


async def _plain(stage: Stage, rooms: dict[str, Rooms], at_once: int | None) -> float:
    """Events per second of the same events, by one process with every bot's token."""
    tokens = {town.code: await stage.token(town) for town in stage.towns}
    lines = [
        (tokens[code], room, events) for code, of in rooms.items() for room, events in of.items()
    ]
    job = {"base_url": stage.server.url, "rooms": lines, "at_once": at_once}
    ended = await asyncio.to_thread(timed, _PUTTING, job)
    return float(ended.answer["events"] / ended.answer["seconds"])
