"""Flags at a steady pace: how long each takes to an officer, and what the bot spends on it."""

from __future__ import annotations

import asyncio
import statistics
from dataclasses import dataclass
from typing import Any

from pc_matrix import wiring
from pc_matrix.bench.processes import timed
from pc_matrix.bench.relay import phones
from pc_matrix.bench.relay.rooms import said_since
from pc_matrix.bench.relay.running import running
from pc_matrix.bench.relay.sizes import Sizes
from pc_matrix.bench.relay.stage import OUR_BOT, Stage
from pc_matrix.bench.relay.town import Town
from pc_matrix.errors import IncompleteError

_WATCHING = "pc_matrix.homeserver.bare.watching"
_PACING = "pc_matrix.homeserver.bare.pacing"


@dataclass(frozen=True, slots=True)
class Steady:
    """``ours`` from a flag's arrival at the bot to its report's arrival at an officer, ``hops``
    from a plain ``PUT /send`` to the same officer; all in seconds. ``cpu`` is the bot's, a flag.

    A flag is there when the answer that brings it is, and at the latest the usual time after the
    server had it: what keeps the bot from listening counts, too.
    """

    ours: tuple[float, ...]
    hops: tuple[float, ...]
    cpu: float
    rss_mib: float

    @property
    def p50_ratio(self) -> float:
        return statistics.median(self.ours) / statistics.median(self.hops)

    @property
    def p99_ratio(self) -> float:
        """Our 99th percentile over the plain hop's median."""
        return _percentile(self.ours, 99) / statistics.median(self.hops)

    @property
    def cpu_seconds_per_1000(self) -> float:
        return self.cpu * 1000

    def as_json(self) -> dict[str, Any]:
        return {
            "milliseconds": {
                name: {f"p{p}": round(_percentile(taken, p) * 1000, 1) for p in (50, 90, 99)}
                for name, taken in (("ours", self.ours), ("plain hop", self.hops))
            },
            "samples": {"ours": len(self.ours), "plain hop": len(self.hops)},
        }


async def measure(stage: Stage, town: Town, sizes: Sizes) -> Steady:
    """The plain hop first, while no bot runs; then the bot at the same pace, watched alike.

    A first flag of each phone, not counted, has the bot done with what it does once when it starts.
    """
    hops = await _hops(stage, town, sizes)
    held = [phone for phone in stage.phones if phone.code == town.code]
    job = {"home": str(stage.home), "communes": [town.code]}
    async with (
        running(_WATCHING, await _watching(stage, town)) as watch,
        running(OUR_BOT, job) as bot,
    ):
        stage.expect(await phones.backlog(held, len(held)))
        await stage.all_relayed()
        first, before = stage.flagged[town.code] + 1, bot.cpu()
        await phones.steadily(held, sizes.flags, sizes.per_second)
        stage.flagged[town.code] += sizes.flags
        await stage.all_relayed()
        spent = (bot.cpu() - before) / sizes.flags
    answered = {event: at for phone in held for event, at in phone.answered.items()}
    arrived = arrivals(answered, bot.ended["heard"])
    ours = _latencies(stage, town, first, arrived, watch.ended["seen"])
    if len(ours) != sizes.flags:
        raise IncompleteError(
            "Des signalements de la mesure n'ont pas été vus.",
            f"Vus : {len(ours)} sur {sizes.flags}.",
            "La mesure ne vaut rien ; relancez-la.",
        )
    return Steady(tuple(ours), tuple(hops), spent, bot.ended["rss_mib"])


def arrivals(answered: dict[str, float], heard: dict[str, float]) -> dict[str, float]:
    """When each flag was there for the bot: as it heard it, unless that was late by its own doing.

    The usual time from the server's answer to the phone to the bot is the lower quartile's.
    """
    both = answered.keys() & heard.keys()
    usual = _percentile(tuple(heard[one] - answered[one] for one in both), 25)
    return {one: min(heard[one], answered[one] + usual) for one in both}


async def _watching(stage: Stage, town: Town) -> dict[str, Any]:
    """An officer's phone in the first authority's room, the same for either side."""
    return {
        "base_url": stage.server.url,
        "token": await stage.token_of(town.officer),
        "rooms": [town.authority_rooms[0]],
        "but": town.officer.user_id,
    }


async def _hops(stage: Stage, town: Town, sizes: Sizes) -> list[float]:
    """The last report of the backlog, sent again and again in plain requests."""
    async with stage.as_bot(town) as http:
        said = await said_since(http, town.bot.user_id, 0)
    room = town.authority_rooms[0]
    content = next(one.content for one in reversed(said) if one.room == room)
    pacing = {
        "base_url": stage.server.url,
        "token": await stage.token(town),
        "room": room,
        "content": content,
        "events": sizes.flags,
        "per_second": sizes.per_second,
    }
    async with running(_WATCHING, await _watching(stage, town)) as watch:
        sent = (await asyncio.to_thread(timed, _PACING, pacing)).answer["sent"]
        await asyncio.sleep(1)
    seen = watch.ended["seen"]
    return [seen[event] - begun for event, begun in sent.items() if event in seen]


def _latencies(
    stage: Stage, town: Town, first: int, arrived: dict[str, float], seen: dict[str, float]
) -> list[float]:
    """Of each report, until the first authority room's officer saw it."""
    found = []
    with wiring.open_house(stage.home, town.code) as house:
        for report in stage.reports(town, first):
            links = {link.destination: link.event_id for link in house.book.links(report.id)}
            event = links.get(town.authority_rooms[0])
            if report.flag_event in arrived and event in seen:
                found.append(seen[event] - arrived[report.flag_event])
    return found


def _percentile(values: tuple[float, ...], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
