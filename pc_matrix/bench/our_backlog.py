"""``python -m pc_matrix.bench.our_backlog``: a backlog read as the bot reads it.

Every event's sender is judged, not a command's alone; what is a command and the cursor are written
to the registry in one transaction a batch. The job: ``base_url``, ``user_id``, ``password``,
``folder``, ``key`` (base64), ``rooms``, ``people``, ``expected`` events. One line on stdout, once
all is handled: ``events`` that were decrypted and found to be of a signed device, ``unread`` other
messages, ``commands`` that were written down, ``seconds`` from the first question to the last
event, ``rss_mib``.
"""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pc_matrix.bench.answering import job, say
from pc_matrix.bench.desk import Desk, desk
from pc_matrix.homeserver.bare.memory import peak_mib
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.events import incoming
from pc_matrix.homeserver.opening import Place, open_session
from pc_matrix.homeserver.session import Session
from pc_matrix.vault import Vault
from policies.terms import RoomId, SenderTrust

_EMPTY_IN_A_ROW = 3


@dataclass(slots=True)
class _Reader:
    session: Session
    desk: Desk
    events: int = 0
    unread: int = 0
    commands: int = 0

    async def handle(self, batch: Batch) -> None:
        """Judge, write down, move the cursor: the order of ``pc_matrix.bot``."""
        directory, items = self.desk.book.directory(), []
        for event in batch.events:
            item = incoming(event, directory.key_of(RoomId(event.room_id)), self.desk.commune)
            if await self.session.trust_of(event) is not SenderTrust.SIGNED:
                self.unread += 1
                continue
            self.events += 1
            if item is not None:
                items.append(item)
        self.commands += self.desk.book.take_in(items, batch.cursor)

    async def read(self, expected: int) -> float:
        """Read on until ``expected`` events came, or none comes any more; the seconds it took."""
        begun = last = time.perf_counter()
        empty = 0
        while self.events + self.unread < expected and empty < _EMPTY_IN_A_ROW:
            batch = await self.session.next(self.desk.book.cursor(), wait=0)
            await self.handle(batch)
            empty = 0 if batch.events else empty + 1
            if batch.events:
                last = time.perf_counter()
        return last - begun


async def _run(given: dict[str, Any]) -> None:
    folder, people = Path(given["folder"]), frozenset(given["people"])
    user_id, password = given["user_id"], given["password"]
    place = Place(given["base_url"], user_id, password, folder, folder / "lock")
    vault = Vault(base64.b64decode(given["key"]))
    with desk(folder, vault, user_id, given["rooms"]) as registry:
        rules = {room_id: registry.rule(room_id) for room_id in given["rooms"]}
        async with open_session(
            place, vault, registry.book, lambda _room: people, rules.__getitem__
        ) as session:
            reader = _Reader(session, registry)
            seconds = await reader.read(given["expected"])
            counts = {"events": reader.events, "unread": reader.unread}
            say({**counts, "commands": reader.commands, "seconds": seconds, "rss_mib": peak_mib()})


if __name__ == "__main__":
    asyncio.run(_run(job()))
