"""``python -m pc_matrix.homeserver.bare.nio_relay``: the least relay that matrix-nio makes.

The job: ``base_url``, ``folder`` (of ``nio_device.prepare``), ``since``, ``flags`` that wait,
``authorities`` (room ids), ``private`` (sector room → its référent's room). One line on stdout,
once all is relayed: ``since`` from where to go on, ``flags``, ``events`` that were sent,
``seconds`` from the first question to the last answer.

It says as many events as our bot, one after another. It leaves out
everything else: no ledger, no filter, no check of devices, nothing that a crash would not lose.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nio

from pc_matrix.homeserver.bare.nio_device import found_again, ok, tend

_FLAG = "!signaler"
_NOTICES = 100  # characters, about as many as ours have around the text
_EMPTY_IN_A_ROW = 5
_MOST = 10_000


@dataclass(slots=True)
class _Relay:
    client: Any
    authorities: list[str]
    private: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    flags: int = 0
    events: int = 0

    async def message(self, room: Any, event: Any) -> None:
        if not event.body.startswith(_FLAG):
            self.texts[event.event_id] = event.body
        elif room.room_id in self.private:
            relation = event.source["content"]["m.relates_to"]
            self.waiting.append((room.room_id, relation["m.in_reply_to"]["event_id"]))

    async def relay(self) -> None:
        """What one sync brought: nio knows every room only once it is through."""
        flags, self.waiting = self.waiting, []
        for room_id, target in flags:
            for authority in self.authorities:
                await self._say(authority, f"Signalement {target} : {self.texts[target]}")
            relation = {"rel_type": "m.annotation", "event_id": target, "key": "📨"}
            await self._send(room_id, "m.reaction", {"m.relates_to": relation})
            await self._say(self.private[room_id], "Transmis. ".ljust(_NOTICES, "."))
            self.flags += 1

    async def _say(self, room_id: str, text: str) -> None:
        body = {"msgtype": "m.notice", "body": text, "formatted_body": f"<p>{text}</p>"}
        await self._send(room_id, "m.room.message", body)

    async def _send(self, room_id: str, kind: str, content: dict[str, Any]) -> None:
        options = {"ignore_unverified_devices": True}
        ok(await self.client.room_send(room_id, kind, content, **options))
        self.events += 1


async def _run(job: dict[str, Any]) -> dict[str, Any]:
    async with found_again(job["base_url"], Path(job["folder"])) as client:
        relay = _Relay(client, job["authorities"], job["private"])
        client.add_event_callback(relay.message, nio.RoomMessageText)
        begun = time.perf_counter()
        since = await _relay(client, relay, job["since"], job["flags"])
        seconds = time.perf_counter() - begun
    return {"since": since, "flags": relay.flags, "events": relay.events, "seconds": seconds}


async def _relay(client: Any, relay: _Relay, since: str, flags: int) -> str:
    limits = {"room": {"timeline": {"limit": _MOST}}, "presence": {"types": []}}
    empty, is_first = 0, True
    while relay.flags < flags and empty < _EMPTY_IN_A_ROW:
        before = relay.flags
        answer = await client.sync(timeout=0, sync_filter=limits, since=since, full_state=is_first)
        since, is_first = ok(answer).next_batch, False
        await relay.relay()
        empty = empty + 1 if relay.flags == before else 0
        await tend(client)
    return since


if __name__ == "__main__":
    found = asyncio.run(_run(json.load(sys.stdin)))
    sys.stdout.write(json.dumps(found) + "\n")
