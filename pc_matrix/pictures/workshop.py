"""Where a stranger's picture is opened: a process of its own, without our secrets, for each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys

from policies.pictures import HEAD, LARGEST, Picture, true_type
from policies.refusal import Refusal

_SECONDS = 60.0
_CHILD = ("-m", "pc_matrix.pictures.child")


async def cleaned(data: bytes) -> Picture | Refusal:
    """The picture made anew, or why not; a process that dies of it or does not end is a no."""
    if len(data) > LARGEST:
        return Refusal.TOO_BIG
    kind = true_type(data[:HEAD])
    return kind if isinstance(kind, Refusal) else _understood(await _out_of(data))


async def _out_of(data: bytes) -> bytes:
    """What the process answered, empty when it came to a bad end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *_CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Nothing of our own surroundings: passwords may stand there.
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        async with asyncio.timeout(_SECONDS):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        return b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return answer if process.returncode == 0 else b""


def _understood(answer: bytes) -> Picture | Refusal:
    head, _, data = answer.partition(b"\n")
    try:
        told = json.loads(head)
        if "refusal" in told:
            return Refusal(told["refusal"])
        return Picture(data, int(told["width"]), int(told["height"]))
    except (ValueError, KeyError, TypeError):
        return Refusal.BROKEN_PICTURE
