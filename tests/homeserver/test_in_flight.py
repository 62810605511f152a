"""Turns: fewer at a time when the server is busy, and never before the time it asked for."""

from __future__ import annotations

import asyncio

import pytest

from pc_matrix.homeserver.answers import MatrixError, NotNow
from pc_matrix.homeserver.backoff import Backoff
from pc_matrix.homeserver.http import Blob, Json, MatrixHttp
from pc_matrix.homeserver.in_flight import InFlight


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def gate(most: int = 8) -> tuple[InFlight, Clock]:
    clock = Clock()
    return InFlight(most, clock=clock, sleep=clock.sleep), clock


async def test_no_more_than_so_many_at_once() -> None:
    turns, _ = gate(3)
    under_way: list[int] = []
    most = 0

    async def one() -> None:
        nonlocal most
        async with turns.turn():
            under_way.append(1)
            most = max(most, len(under_way))
            await asyncio.sleep(0)
            under_way.pop()

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 3


async def test_a_refusal_halves_once_for_all_that_were_under_way() -> None:
    turns, _ = gate(8)

    async def refused() -> None:
        async with turns.turn() as turn:
            await asyncio.sleep(0)
            turns.busy(turn, 0)

    await asyncio.gather(*(refused() for _ in range(8)))
    assert turns.limit == 4
    for left in (2, 1, 1):
        await asyncio.gather(*(refused() for _ in range(turns.limit)))
        assert turns.limit == left


async def test_a_refusal_of_few_counts_from_those_few() -> None:
    turns, _ = gate(8)
    async with turns.turn() as first, turns.turn():
        turns.busy(first, 0)
    assert turns.limit == 1


async def test_what_goes_well_gives_one_more_after_each_round_up_to_the_most() -> None:
    turns, _ = gate(4)
    async with turns.turn() as turn:
        turns.busy(turn, 0)
    assert turns.limit == 1
    limits = []
    for _ in range(10 * (1 + 2 + 3) + 100):
        turns.well()
        limits.append(turns.limit)
    assert [limits.count(n) for n in (1, 2, 3)] == [9, 20, 30]
    assert limits[-1] == 4


async def test_nobody_begins_before_the_time_that_the_server_asked_for() -> None:
    turns, clock = gate()
    async with turns.turn() as turn:
        turns.busy(turn, 5.0)
        turns.busy(turn, 2.0)
    began: list[float] = []

    async def later() -> None:
        async with turns.turn():
            began.append(clock.now)

    await asyncio.gather(*(later() for _ in range(4)))
    assert len(began) == 4
    assert min(began) >= 5.0


async def test_a_cancelled_wait_or_turn_gives_its_place_back() -> None:
    turns, _ = gate(1)
    async with turns.turn():
        waiting = asyncio.create_task(_take(turns))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(5):
        await _take(turns)


async def _take(turns: InFlight) -> None:
    async with turns.turn():
        pass


class Limited(MatrixHttp):
    """A server that takes ``size`` requests at a time, and refuses more."""

    def __init__(self, size: int, turns: InFlight, clock: Clock) -> None:
        patience = Backoff(first=0.01, longest=0.01, attempts=6)
        super().__init__("http://nowhere.test", None, patience, sleep=clock.sleep, in_flight=turns)
        self.size, self.now, self.refused, self.done = size, 0, 0, 0

    async def _once(self, method: str, path: str, body: Json | Blob | None, *_: object) -> Json:
        if self.now >= self.size:
            self.refused += 1
            raise NotNow(MatrixError(429, "M_LIMIT_EXCEEDED", "", 0.05), "429", 0.05)
        self.now += 1
        for _step in range(3):
            await asyncio.sleep(0)
        self.now -= 1
        self.done += 1
        return {}


class Metered(Limited):
    """A server that lets ten requests through, then one every half second, as Synapse does."""

    async def _once(self, method: str, path: str, body: Json | Blob | None, *_: object) -> Json:
        clock = self._sleep.__self__  # type: ignore[attr-defined]
        tokens = min(10.0, self.tokens + (clock.now - self.seen) / 0.5)
        self.seen, self.tokens = clock.now, tokens
        if tokens < 1:
            self.refused += 1
            wait = (1 - tokens) * 0.5 + 0.001  # Synapse says whole milliseconds
            raise NotNow(MatrixError(429, "M_LIMIT_EXCEEDED", "", wait), "429", wait)
        self.tokens -= 1
        self.done += 1
        await asyncio.sleep(0)
        return {}

    tokens, seen = 10.0, 0.0


async def test_a_rate_is_found_out_and_seldom_tripped() -> None:
    turns, clock = gate(8)
    http = Metered(0, turns, clock)
    await asyncio.gather(*(http.request("PUT", "/x") for _ in range(300)))
    assert http.done == 300
    assert http.refused < 75  # with neither turns nor gaps, one for each that is let through
    assert turns.limit == 1


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_a_server_that_takes_few_at_a_time_is_found_out_and_all_is_done(size: int) -> None:
    turns, clock = gate(8)
    http = Limited(size, turns, clock)
    await asyncio.gather(*(http.request("PUT", "/x") for _ in range(200)))
    assert http.done == 200
    # Without turns taken, most of the two hundred would be refused, again and again.
    assert http.refused < 100
    assert turns.limit <= size + 1
