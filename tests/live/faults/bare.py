"""Bare matrix-nio, used as its documentation shows: a callback, ``sync_forever``, ``room_send``.

What it has not is added: its device is cross-signed, so that honest people write to it at all, and
its HTTP is shown to the scenarios.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import nio

from pc_matrix.homeserver import identity
from pc_matrix.homeserver.http import Json, MatrixHttp
from pc_matrix.homeserver.opening import Place
from tests.live.faults.engine import Hook, ignore
from tests.live.faults.ours import VAULT

_POLL = 30_000
"""Milliseconds that the documentation's ``sync_forever`` waits for news."""


class Bare:
    """``Engine`` by a ``nio.AsyncClient`` alone."""

    def __init__(self, client: Any, http: MatrixHttp) -> None:
        self.client, self.http = client, http
        self.user_id, self.device_id = client.user_id, client.device_id
        self.heard: list[str] = []
        self.on_message: Hook = ignore
        self._begun = 0
        client.add_event_callback(self._hear, nio.RoomMessageText)
        client.add_response_callback(self._after_sync, nio.SyncResponse)
        self._only_once = False

    async def _hear(self, room: Any, event: Any) -> None:
        if event.sender == self.user_id:
            return
        self._begun += 1
        await self.on_message(room.room_id, event.body)
        self.heard.append(event.body)

    async def _after_sync(self, _response: Any) -> None:
        if self._only_once:
            self.client.stop_sync_forever()

    async def turn(self) -> None:
        """One round of ``sync_forever``, with the requests that it makes after a sync."""
        self._only_once = True
        try:
            await self.client.sync_forever(timeout=0)
        finally:
            self._only_once = False

    async def run(self, _room_id: str) -> None:
        await self.client.sync_forever(timeout=_POLL)

    async def say(self, room_id: str, body: str) -> None:
        content = {"msgtype": "m.text", "body": body}
        await self.client.room_send(
            room_id, "m.room.message", content, ignore_unverified_devices=True
        )

    def taken_up(self) -> int:
        return self._begun

    async def governs(self, room_id: str) -> bool:
        return await self.client.has_permission(room_id, "kick") is True

    def device_keys(self) -> Json:
        """The device's keys as nio uploads them, signed by the device itself."""
        olm = self.client.olm
        own = olm.account.identity_keys
        keys: Json = {
            "algorithms": olm._algorithms,
            "device_id": self.device_id,
            "user_id": self.user_id,
            "keys": {f"{kind}:{self.device_id}": own[kind] for kind in ("curve25519", "ed25519")},
        }
        signature = {self.user_id: {f"ed25519:{self.device_id}": olm.sign_json(keys)}}
        return {**keys, "signatures": signature}


@asynccontextmanager
async def enter(place: Place) -> AsyncIterator[Bare]:
    """The device of ``place``, logged in the first time and found again later.

    Leaving it is what a crash leaves: nothing is saved that was not saved by then.
    """
    place.directory.mkdir(parents=True, exist_ok=True)
    config = nio.AsyncClientConfig(store_sync_tokens=True)
    store = str(place.directory)
    client = nio.AsyncClient(place.base_url, place.user_id, store_path=store, config=config)
    try:
        await _log_in(client, place)
        async with MatrixHttp(place.base_url, client.access_token) as http:
            engine = Bare(client, http)
            await engine.turn()
            own = identity.load_or_draw(place.sealed("identity", VAULT), place.user_id)
            await identity.publish(http, own, engine.device_keys(), place.password)
            yield engine
    finally:
        await client.close()
        if client.store is not None:
            client.store.database.close()


async def _log_in(client: Any, place: Place) -> None:
    file = place.directory / "credentials.json"
    if file.exists():
        client.restore_login(**json.loads(file.read_text()))
        return
    answer = await client.login(place.password, device_name="bare")
    if not isinstance(answer, nio.LoginResponse):
        raise RuntimeError(f"no login: {answer}")  # noqa: TRY004 - an answer, no type
    known = {k: getattr(answer, k) for k in ("user_id", "device_id", "access_token")}
    file.write_text(json.dumps(known))
