"""A mail server on loopback that does what a test asks of it, also what no server should."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class SmtpServer:
    """``answers`` replace those to a command (``DATA`` is the text's own; empty: hangs up)."""

    context: ssl.SSLContext | None = None
    at_once: bool = False
    """TLS from the first byte; otherwise by STARTTLS, when there is a ``context``."""
    login: tuple[str, str] | None = None
    answers: dict[str, str] = field(default_factory=dict)
    on_text: Callable[[], None] | None = None
    on_recipient: Callable[[], None] | None = None
    gate: asyncio.Event | None = None
    """Until it is set, nobody who connects hears a word."""
    port: int = 0
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    in_clear: list[str] = field(default_factory=list)
    """The commands that came before any encryption."""
    _talks: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SmtpServer]:
        server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self.context if self.at_once else None
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in self._talks.values():
                writer.close()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks[task] = writer
        with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()
        # Nobody tells a writer that lost its transport in a handshake that it is closed.
        with suppress(ConnectionError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(1):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encrypted = self.at_once
        if self.gate is not None:
            await self.gate.wait()
        await self._say(writer, self.answers.get("hello", "220 here"))
        while line := (await reader.readline()).decode("latin-1").strip():
            verb = line.split()[0].upper()
            self.commands.append(line)
            if verb == "RCPT" and self.on_recipient is not None:
                self.on_recipient()
            if not encrypted:
                self.in_clear.append(line)
            if verb == "STARTTLS" and self.context is not None:
                await self._say(writer, "220 go ahead")
                await _start_tls(writer, self.context)
                encrypted = True
            elif verb == "DATA" and "before-text" not in self.answers:
                if not await self._take_text(reader, writer):
                    return
            elif not await self._answer(verb, line, writer, encrypted=encrypted):
                return

    async def _answer(
        self, verb: str, line: str, writer: asyncio.StreamWriter, *, encrypted: bool
    ) -> bool:
        if verb == "DATA":
            return await self._say(writer, self.answers["before-text"])
        if verb in self.answers:
            return await self._say(writer, self.answers[verb])
        if verb == "EHLO":
            offers = ["STARTTLS"] if self.context and not encrypted else []
            offers += ["AUTH PLAIN"] if self.login else []
            return await self._say(
                writer, "250-here\r\n" + "".join(f"250-{o}\r\n" for o in offers) + "250 HELP"
            )
        if verb == "AUTH":
            return await self._say(writer, "235 ok" if self._knows(line) else "535 no")
        await self._say(writer, "221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def _knows(self, line: str) -> bool:
        parts = base64.b64decode(line.split()[2]).decode().split("\0")
        return tuple(parts[1:]) == self.login

    async def _take_text(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await self._say(writer, "354 go on")
        raw = await reader.readuntil(b"\r\n.\r\n")
        self.mails.append(raw[:-3].replace(b"\r\n..", b"\r\n."))
        if self.on_text is not None:
            self.on_text()
        return await self._say(writer, self.answers.get("DATA", "250 taken"))

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> bool:
        if text:
            writer.write(text.encode("latin-1") + b"\r\n")
            await writer.drain()
        return bool(text)


async def _start_tls(writer: asyncio.StreamWriter, context: ssl.SSLContext) -> None:
    """As the writer's own, which on Python 3.11 is left without any transport by a peer that
    hangs up in the handshake.
    """
    before = writer.transport
    try:
        await writer.start_tls(context)
    except AttributeError:
        writer._transport = before  # type: ignore[attr-defined]
        raise ConnectionResetError from None
