"""Steps that do not wait for one another: a room that refuses holds up none of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

_T = TypeVar("_T")


async def attempted(steps: Iterable[Awaitable[_T]]) -> tuple[list[_T], list[BaseException]]:
    """What the steps gave that succeeded, in order, and what the others raised."""
    done: list[_T] = []
    failures: list[BaseException] = []
    for one in await asyncio.gather(*steps, return_exceptions=True):
        if isinstance(one, BaseException):
            failures.append(one)
        else:
            done.append(one)
    return done, failures


async def each(steps: Iterable[Awaitable[_T]]) -> list[_T]:
    """What every step gave, in order. Raises the first failure, once all of them were tried."""
    done, failures = await attempted(steps)
    if failures:
        raise failures[0]
    return done
