"""What fails in one room is done another time, and what happens seldom is looked for seldom."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from pc_matrix.homeserver.http import MatrixError, ServerFault

_log = structlog.get_logger(__name__)
LOOK_AROUND = 5.0
"""Seconds between two looks at the registry when nothing happens."""


@contextmanager
def put_off(what: str) -> Iterator[None]:
    """What fails in one room is done another time: it must not hold up what people asked for."""
    try:
        yield
    except (ServerFault, MatrixError) as refusal:
        if not is_of_one_room(refusal):
            raise
        _log.warning(what, status=refusal.status)


def is_of_one_room(refusal: ServerFault | MatrixError) -> bool:
    """Whether the server may do other things for us meanwhile; it is not asked more when busy."""
    if isinstance(refusal, ServerFault):
        return refusal.is_of_one_request
    return not refusal.asks_to_wait


async def set_or_late(news: asyncio.Event, rest: float = LOOK_AROUND) -> bool:
    """Wait for ``news``, or until it is time to look around; whether it came."""
    try:
        async with asyncio.timeout(rest):
            await news.wait()
    except TimeoutError:
        return False
    return True
