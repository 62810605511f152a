"""Trial clients, each a process of its own, spoken to by JSON lines.

``pc_matrix.homeserver.trial.client`` and the tests' Element speak the same protocol; which of them
runs is the command that it is launched with.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

NIO = (sys.executable, "-m", "pc_matrix.homeserver.trial.client")
"""The command of the matrix-nio client."""

_LONGEST_LINE = 2**24
_PATIENCE = 60.0  # seconds for a request that names no time of its own
_GRACE = 5.0  # seconds to leave by oneself


class ClientError(Exception):
    """A client could not do what it was asked; ``kind`` is its word for why."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as a client saw it; ``wire_type`` is its type as the homeserver sees it.

    ``shield`` is Element's: ``NONE`` (as it should be), ``GREY``, ``RED``; ``None`` for what did
    not come encrypted. ``error`` says why an event could not be opened.
    """

    event_id: str
    room_id: str
    sender: str
    type: str
    wire_type: str
    body: str | None = None
    html: str | None = None
    msgtype: str | None = None
    mentions: tuple[str, ...] = ()
    membership: str | None = None
    state_key: str | None = None
    relates_to: dict[str, Any] | None = None
    decrypted: bool = False
    error: str | None = None
    shield: str | None = None
    shield_reason: str | None = None
    ts: int = 0

    @property
    def text(self) -> str:
        return self.body or ""

    @property
    def was_sealed(self) -> bool:
        """Whether it travelled encrypted, was opened, and came from a device its owner signed."""
        sealed = self.wire_type == "m.room.encrypted" and self.decrypted
        return sealed and self.shield == "NONE"


def _seen(record: dict[str, Any]) -> Seen:
    known = {field.name for field in fields(Seen)}
    values = {key: value for key, value in record.items() if key in known}
    return Seen(**{**values, "mentions": tuple(values.get("mentions") or ())})


class Client:
    """One running client. Use ``client`` to have it ended in every case."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process, self.name = process, name
        self.user_id = ""
        self._ids = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(
        self, command: str, request: dict[str, Any] | None = None, *, within: float = _PATIENCE
    ) -> Any:
        """The client's answer to ``command``; raises ``ClientError``, also when none comes."""
        number = next(self._ids)
        if self._process.stdin is None or self._reading.done():
            raise ClientError("Gone", f"the client of {self.name} has ended")
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"id": number, "cmd": command, **(request or {})}) + "\n"
        try:
            async with asyncio.timeout(within):
                with contextlib.suppress(ConnectionError):
                    self._process.stdin.write(line.encode())
                    await self._process.stdin.drain()
                return await answer
        except TimeoutError:
            raise ClientError("Silent", f"no answer to {command} from {self.name}") from None
        finally:
            self._asked.pop(number, None)

    async def ready(self) -> None:
        """Wait until the process has loaded what it needs."""
        await self.ask("ping")

    async def login(
        self, homeserver: str, user_id: str, password: str, *, sign: bool = True
    ) -> dict[str, str]:
        """Log in on a new device; ``{"user_id", "device_id", "ed25519"}``."""
        self.user_id = user_id
        login = {"homeserver": homeserver, "user_id": user_id, "password": password}
        answer = await self.ask("login", {**login, "device_name": "Téléphone", "sign": sign})
        return {key: str(value) for key, value in answer.items()}

    async def start(self, *, auto_join: bool = True) -> None:
        await self.ask("start", {"auto_join": auto_join})

    async def rooms(self) -> list[dict[str, Any]]:
        """The joined rooms: ``room_id``, ``name``, ``encrypted``, ``is_space``."""
        return list(await self.ask("rooms"))

    async def members(self, room_id: str) -> list[str]:
        return [str(member) for member in await self.ask("members", {"room_id": room_id})]

    async def create(self, name: str, invite: Sequence[str] = (), *, direct: bool = False) -> str:
        request = {"name": name, "invite": list(invite), "direct": direct}
        return str((await self.ask("create", request))["room_id"])

    async def join(self, room_id: str) -> None:
        await self.ask("join", {"room_id": room_id})

    async def leave(self, room_id: str) -> None:
        await self.ask("leave", {"room_id": room_id})

    async def send(
        self,
        room_id: str,
        body: str,
        *,
        html: str | None = None,
        reply_to: str | None = None,
        mentions: Sequence[str] = (),
    ) -> str:
        """The event id of the message sent."""
        request = {"room_id": room_id, "body": body, "html": html, "reply_to": reply_to}
        answer = await self.ask("send", {**request, "mentions": list(mentions)})
        return str(answer["event_id"])

    async def edit(self, room_id: str, event_id: str, body: str) -> str:
        answer = await self.ask("edit", {"room_id": room_id, "event_id": event_id, "body": body})
        return str(answer["event_id"])

    async def react(self, room_id: str, event_id: str, key: str) -> str:
        answer = await self.ask("react", {"room_id": room_id, "event_id": event_id, "key": key})
        return str(answer["event_id"])

    async def send_file(
        self,
        room_id: str,
        data: bytes,
        name: str,
        *,
        caption: str | None = None,
        msgtype: str = "m.image",
    ) -> str:
        """Send an encrypted file called ``name``; the event's id."""
        encoded = base64.b64encode(data).decode()
        request = {"room_id": room_id, "data": encoded, "name": name, "msgtype": msgtype}
        if caption is not None:
            request["caption"] = caption
        answer = await self.ask("send_file", {**request, "mimetype": "image/jpeg"})
        return str(answer["event_id"])

    async def open_file(self, room_id: str, event_id: str) -> tuple[bytes, dict[str, Any]]:
        """What the encrypted file of an event holds, and what the event says of it."""
        answer = await self.ask("open_file", {"room_id": room_id, "event_id": event_id})
        return base64.b64decode(answer.pop("data")), answer

    async def redact(self, room_id: str, event_id: str) -> str:
        answer = await self.ask("redact", {"room_id": room_id, "event_id": event_id})
        return str(answer["event_id"])

    async def read(self, room_id: str, limit: int = 50) -> list[Seen]:
        """The room's last events, oldest first."""
        return [_seen(r) for r in await self.ask("read", {"room_id": room_id, "limit": limit})]

    async def wait_for(self, *, timeout: float = 30.0, **wanted: str) -> Seen:  # noqa: ASYNC109
        """The first event that fits, also one already seen; ``ClientError`` when none comes.

        ``wanted``: ``room_id``, ``sender``, ``type``, ``event_id``, ``body_contains``,
        ``body_matches`` (a pattern that Python and JavaScript read alike), ``after`` (an event id).
        """
        answer = await self.ask("wait_for", {**wanted, "timeout": timeout}, within=timeout + 15)
        return _seen(answer)

    async def logout(self) -> None:
        await self.ask("logout")

    async def close(self) -> None:
        """End the process: by asking, by SIGTERM, at last by SIGKILL."""
        with contextlib.suppress(ClientError):
            await self.ask("quit", within=_GRACE)
        for stop in (self._process.terminate, self._process.kill):
            try:
                async with asyncio.timeout(_GRACE):
                    await self._process.wait()
                break
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    stop()
        await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._reading

    def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _read(self) -> None:
        lines = self._process.stdout
        while lines is not None and (line := await lines.readline()):
            answer = json.loads(line)
            waiting = self._asked.get(answer.get("id"))
            if waiting is None or waiting.done():
                continue
            if answer["ok"]:
                waiting.set_result(answer["result"])
            else:
                error = answer["error"]
                waiting.set_exception(ClientError(error["type"], error["message"]))
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(ClientError("Gone", f"the client of {self.name} ended"))


@asynccontextmanager
async def client(
    name: str, command: Sequence[str] = NIO, log: Path | None = None
) -> AsyncIterator[Client]:
    """A client's process, ended at the end whatever happens; its complaints go to ``log``."""
    running = await launch(name, command, log)
    try:
        yield running
    finally:
        try:
            await running.close()
        finally:
            running.kill()


async def launch(name: str, command: Sequence[str] = NIO, log: Path | None = None) -> Client:
    """Start a client's process in a session of its own, out of the reach of a Ctrl-C."""
    with contextlib.ExitStack() as stack:
        complaints: Any = asyncio.subprocess.DEVNULL
        if log is not None:
            complaints = stack.enter_context(log.open("ab"))
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
            limit=_LONGEST_LINE,
            start_new_session=True,
        )
    return Client(process, name)
