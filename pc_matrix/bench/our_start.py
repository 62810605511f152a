"""``python -m pc_matrix.bench.our_start``: our session starts, and says when it could send.

The job: ``base_url``, ``user_id``, ``password``, ``folder``, ``key`` (base64), ``cursor`` or
``null``, ``rooms`` and ``people``. The first line comes once every room's state is known; the
second gives ``members`` (room → sorted user ids) and ``sent``, the id of an event that was then
sent into the first room.
"""

from __future__ import annotations

import asyncio
import base64
import uuid
from pathlib import Path
from typing import Any

from pc_matrix.bench.answering import job, say
from pc_matrix.homeserver.opening import Place, open_session
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.vault import Vault


async def _run(given: dict[str, Any]) -> None:
    folder, people = Path(given["folder"]), frozenset(given["people"])
    user_id, password = given["user_id"], given["password"]
    place = Place(given["base_url"], user_id, password, folder, folder / "lock")
    vault = Vault(base64.b64decode(given["key"]))
    async with open_session(place, vault, PinsInMemory(), lambda _room: people) as session:
        await session.next(given["cursor"], wait=0)
        say({})
        content = {"msgtype": "m.text", "body": "Prêt."}
        first = given["rooms"][0]
        sent = await session.send(first, "m.room.message", content, uuid.uuid4().hex)
        # Nobody has read a lasting message yet: these are all who are joined.
        members = {room_id: sorted(session.unreached(room_id)) for room_id in given["rooms"]}
        say({"members": members, "sent": sent})


if __name__ == "__main__":
    asyncio.run(_run(job()))
