"""What is done here while a server works on its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")
_Done = TypeVar("_Done")
_ON_ITS_WAY = 0.01
"""Seconds until a question has left for the server."""


async def meanwhile(
    asking: Coroutine[Any, Any, _Answer], do: Callable[[], _Done]
) -> tuple[_Answer, _Done]:
    """The answer, and what was done while it was waited for. Raises what either raises."""
    answer = asyncio.ensure_future(asking)
    try:
        await asyncio.wait([answer], timeout=_ON_ITS_WAY)
        done = do()
        return await answer, done
    except BaseException:
        answer.cancel()
        raise
