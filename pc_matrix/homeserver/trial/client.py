"""``python -m pc_matrix.homeserver.trial.client``: a person with a phone, driven by JSON lines.

For trials and demonstrations. A request ``{"id", "cmd", …}`` on stdin is answered by one line,
``{"id", "ok": true, "result"}`` or ``{"id", "ok": false, "error": {"type", "message"}}``; every
event that arrives is a line ``{"event": …}``. ``tests/live/element/client.mjs`` speaks the same.
The password comes in the ``login`` request, never in an argument.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pc_matrix.errors import PcError
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.trial.memory import TrialError
from pc_matrix.homeserver.trial.phone import Phone

_LONGEST_LINE = 2**24
_COMMANDS = [
    "ping",
    "login",
    "start",
    "logout",
    "rooms",
    "members",
    "create",
    "join",
    "leave",
    "send",
    "edit",
    "react",
    "redact",
    "send_file",
    "open_file",
    "read",
    "wait_for",
]


async def serve(requests: asyncio.StreamReader, write: Callable[[Json], None]) -> None:
    """Answer requests until ``quit`` or the end of ``requests``; several at a time."""
    with tempfile.TemporaryDirectory(prefix="pc-matrix-trial-") as store:
        phone = Phone(Path(store), lambda event: write({"event": event}))
        running: set[asyncio.Task[None]] = set()
        try:
            while line := await requests.readline():
                request = json.loads(line)
                if request["cmd"] == "quit":
                    write({"id": request["id"], "ok": True, "result": {}})
                    break
                task = asyncio.create_task(_answer(phone, request, write))
                running.add(task)
                task.add_done_callback(running.discard)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await phone.close()


async def _answer(phone: Phone, request: Json, write: Callable[[Json], None]) -> None:
    try:
        result = await _command(phone, request["cmd"])(request)
        write({"id": request["id"], "ok": True, "result": {} if result is None else result})
    except Exception as error:  # whatever it is, it belongs to the one who asked
        write({"id": request["id"], "ok": False, "error": _described(error)})


def _command(phone: Phone, name: str) -> Callable[[Json], Awaitable[Any]]:
    if name not in _COMMANDS:
        raise TrialError("TypeError", f"no such command: {name}")
    command: Callable[[Json], Awaitable[Any]] = getattr(phone, name)
    return command


def _described(error: Exception) -> Json:
    match error:
        case TrialError():
            return {"type": error.kind, "message": str(error)}
        case MatrixError():
            return {"type": error.errcode, "message": error.message}
        case PcError():
            return {"type": type(error).__name__, "message": " ".join(error.diagnostics())}
        case _:
            return {"type": type(error).__name__, "message": str(error)}


def _write(line: Json) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


async def _main() -> None:
    loop = asyncio.get_running_loop()
    requests = asyncio.StreamReader(limit=_LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    await serve(requests, _write)


if __name__ == "__main__":
    # nio names events and devices in its log; what a trial needs to know, its replies say.
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    logging.getLogger("pc_matrix").setLevel(logging.WARNING)
    asyncio.run(_main())
