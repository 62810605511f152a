"""Where a stranger's picture is opened: a process of its own, without our secrets, for each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import Process

from policies.pictures import HEAD, LARGEST, Picture, is_ours, true_type
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
            answer = await _conversation(process, data)
    except TimeoutError:
        return b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return answer


async def _conversation(process: Process, data: bytes) -> bytes:
    """Hand it ``data`` and hear it out; it may be another's by now, and is not heard for ever."""
    if process.stdin is None or process.stdout is None:
        return b""
    with contextlib.suppress(ConnectionError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()
    answer = bytearray()
    while chunk := await process.stdout.read(2**16):
        answer += chunk
        if len(answer) > LARGEST:
            return b""
    return bytes(answer) if await process.wait() == 0 else b""


def _understood(answer: bytes) -> Picture | Refusal:
    head, _, data = answer.partition(b"\n")
    try:
        told = json.loads(head)
        if "refusal" in told:
            return Refusal(told["refusal"])
        made = Picture(data, int(told["width"]), int(told["height"]))
        return made if is_ours(made) else Refusal.BROKEN_PICTURE
    except (ValueError, KeyError, TypeError):
        return Refusal.BROKEN_PICTURE
