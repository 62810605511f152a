"""A session whose server says what a test wants, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.session import Session
from pc_matrix.homeserver.trust import Device, ExcludedDevice
from pc_matrix.vault import Vault
from policies.pinning import IdentityNews
from policies.terms import SenderTrust
from tests.homeserver.two_devices import KEY, PEER

BOT = "@bot:ex.test"


def member(user_id: str, membership: str = "join") -> Json:
    content = {"membership": membership}
    return {"type": "m.room.member", "sender": user_id, "state_key": user_id, "content": content}


class Server:
    """Answers ``/sync`` with ``answers``, one after another; everything else plainly."""

    base_url = "http://server.test"

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[tuple[str, str, Json | None]] = []
        self.events: dict[str, Json] = {}
        self.claims: Json = {}
        self.members = [member(BOT), member(PEER)]

    async def request(
        self, method: str, path: str, body: Json | None = None, **options: Any
    ) -> Json:
        self.asked.append((method, path, body))
        await asyncio.sleep(0)
        return self._answer(path)

    def _answer(self, path: str) -> Json:
        if path.endswith("/v3/sync"):
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(answer, dict) else {}
        if "simplified_msc3575" in path:
            return {"pos": "1", "rooms": {"!room": {"required_state": self.members}}}
        if path.endswith("/joined_members"):
            joined = [m["state_key"] for m in self.members if m["content"]["membership"] == "join"]
            return {"joined": {user_id: {} for user_id in joined}}
        if "/messages" in path:
            raise MatrixError(404, "M_UNRECOGNIZED", "no")
        if "/event/" in path:
            found = self.events.get(unquote(path.rsplit("/", 1)[1]))
            if found is None:
                raise MatrixError(404, "M_NOT_FOUND", "no")
            return found
        if path.endswith("/keys/claim"):
            return self.claims
        return {"one_time_key_counts": {"signed_curve25519": 50}, "event_id": "$sent"}

    def sent(self, kind: str) -> list[Json]:
        """The bodies of the to-device requests of that type."""
        return [b for _m, path, b in self.asked if f"/sendToDevice/{kind}/" in path and b]


class Devices:
    """A device book in which ``trusted`` are all that count."""

    def __init__(self, trusted: Iterable[Device] = ()) -> None:
        self.all = frozenset(trusted)

    def forget(self, user_ids: Iterable[str]) -> None:
        frozenset(user_ids)

    async def trusted(self, user_ids: Iterable[str], *_rule: object) -> frozenset[Device]:
        wanted = frozenset(user_ids)
        return frozenset(d for d in self.all if d.user_id in wanted)

    async def excluded(self, *_who: object) -> frozenset[ExcludedDevice]:
        return frozenset()

    def will_need(self, user_ids: Iterable[str]) -> None:
        frozenset(user_ids)

    def drain_news(self) -> tuple[IdentityNews, ...]:
        return ()

    async def sender_trust(self, *_who: object) -> SenderTrust:
        return SenderTrust.SIGNED


class Scripted:
    """The session, its server, and what stands behind it."""

    def __init__(self, directory: Path, devices: Devices | None = None) -> None:
        self.server, self.devices = Server(), devices or Devices()
        self.incidents = Incidents()
        self.database = Database(directory, KEY)
        self.account = Account(self.database, BOT, "BOT")
        http, book = cast(Any, self.server), cast(Any, self.devices)
        lasting = SealedFile(directory / "lasting.sealed", "lasting", Vault(b"k" * 32))
        self.machine = Machine(self.database, self.account, http, book, self.incidents, lasting)
        everyone = frozenset({BOT, "@peer:ex.test"})
        self.session = Session(http, self.machine, book, lambda _room: everyone, self.incidents)
        self.cursor: str | None = None

    async def hear(self, answer: Any) -> list[str]:
        """What the session hands out of one answer: the ids of its events, in order."""
        self.server.answers.append(answer)
        batch = await self.session.next(self.cursor, wait=0)
        self.cursor = batch.cursor
        return [event.event_id for event in batch.events]


def answer(
    number: int,
    timeline: Iterable[Any] = (),
    to_device: Iterable[Any] = (),
    state: Iterable[Any] = (),
) -> Json:
    """An honest answer of ``/sync`` with one room."""
    return {
        "next_batch": f"s{number}",
        "device_one_time_keys_count": {"signed_curve25519": 50},
        "device_unused_fallback_key_types": ["signed_curve25519"],
        "device_lists": {"changed": [], "left": []},
        "to_device": {"events": list(to_device)},
        "rooms": {
            "join": {
                "!room": {
                    "state": {"events": list(state)},
                    "timeline": {
                        "events": list(timeline),
                        "limited": False,
                        "prev_batch": f"p{number}",
                    },
                }
            }
        },
    }
