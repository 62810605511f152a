"""A person's phone for trials: an ordinary matrix-nio client, with a store for its lifetime."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nio

from pc_matrix.homeserver.http import Json, MatrixHttp
from pc_matrix.homeserver.trial.crypto import TrialCrypto
from pc_matrix.homeserver.trial.files import opened_file, sealed_file
from pc_matrix.homeserver.trial.memory import Memory, TrialError, record

_log = logging.getLogger(__name__)
_POLL = 10_000  # milliseconds that one sync may wait for something new
_FILTER = {"room": {"timeline": {"limit": 100}}, "presence": {"types": []}}
_ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


class Phone:
    """One login of one person. ``tell`` hears of every event as it arrives."""

    def __init__(self, store: Path, tell: Callable[[Json], None]) -> None:
        self._store, self._tell = store, tell
        self._client: Any = None
        self._http: MatrixHttp | None = None
        self._turn = asyncio.Lock()
        self._news = asyncio.Condition()
        self._syncing: asyncio.Task[None] | None = None

    async def ping(self, _request: Json) -> None:
        """Nothing, but an answer."""

    async def login(self, request: Json) -> Json:
        """Log in and upload the device's keys; with ``sign``, have an identity sign the device."""
        config = nio.AsyncClientConfig(
            encryption_enabled=True, store_sync_tokens=False, pickle_key=secrets.token_hex()
        )
        url, user_id, password = (request[k] for k in ("homeserver", "user_id", "password"))
        client = nio.AsyncClient(url, user_id, store_path=str(self._store), config=config)
        self._client = client
        _ok(await client.login(password, device_name=request.get("device_name", "Téléphone")))
        _ok(await client.keys_upload())
        self._http = MatrixHttp(url, client.access_token)
        self._crypto = TrialCrypto(client, self._http)
        self._memory = Memory(self._crypto.open_late, self._crypto.shield, self._tell)
        if request.get("sign", True):
            await self._crypto.sign_own_device(password)
        ed25519 = client.olm.account.identity_keys["ed25519"]
        return {"user_id": client.user_id, "device_id": client.device_id, "ed25519": ed25519}

    async def start(self, request: Json) -> None:
        """Sync once, then go on in the background, accepting invitations if told to."""
        auto_join = bool(request.get("auto_join", True))
        await self._sync(auto_join, wait=0)
        self._syncing = asyncio.create_task(self._sync_on(auto_join))

    async def _sync_on(self, auto_join: bool) -> None:
        while True:
            try:
                await self._sync(auto_join, wait=_POLL)
            except Exception as error:  # nio raises whatever a hostile event makes it
                _log.warning("sync: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _sync(self, auto_join: bool, wait: int) -> None:
        answer = _ok(await self._client.sync(timeout=wait, sync_filter=_FILTER))
        async with self._turn:
            await self._keep_keys(answer)
        seen = [
            (room_id, event)
            for room_id, room in answer.rooms.join.items()
            for event in room.timeline.events
            if event.source.get("event_id")
        ]
        await self._memory.take_in(seen)
        async with self._news:
            self._news.notify_all()
        if auto_join:
            await self._accept(list(answer.rooms.invite))

    async def _keep_keys(self, answer: Any) -> None:
        """What nio's own endless sync does between two syncs."""
        self._crypto.forget(answer.device_list.changed)
        client = self._client
        await client.send_to_device_messages()
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())

    async def _accept(self, room_ids: list[str]) -> None:
        for room_id in room_ids:
            answer = await self._client.join(room_id)
            if isinstance(answer, nio.ErrorResponse):
                _log.warning("could not join %s: %s", room_id, answer.status_code)

    async def rooms(self, _request: Json) -> list[Json]:
        """The joined rooms."""
        return [
            {
                "room_id": room_id,
                "name": room.display_name,
                "encrypted": room.encrypted,
                "is_space": room.room_type == "m.space",
            }
            for room_id, room in self._client.rooms.items()
        ]

    async def members(self, request: Json) -> list[str]:
        answer = _ok(await self._client.joined_members(request["room_id"]))
        return sorted(member.user_id for member in answer.members)

    async def create(self, request: Json) -> Json:
        """A room of one's own: encrypted, by invitation."""
        answer = await self._client.room_create(
            name=request.get("name"),
            preset=nio.RoomPreset.private_chat,
            invite=request.get("invite", ()),
            is_direct=bool(request.get("direct")),
            initial_state=[_ENCRYPTION],
        )
        return {"room_id": _ok(answer).room_id}

    async def join(self, request: Json) -> None:
        _ok(await self._client.join(request["room_id"]))

    async def leave(self, request: Json) -> None:
        _ok(await self._client.room_leave(request["room_id"]))

    async def send(self, request: Json) -> Json:
        """A text, if wanted in answer to a message and mentioning people."""
        content = _words(request["body"], request.get("html"))
        mentioned = request.get("mentions") or []
        content["m.mentions"] = {"user_ids": mentioned} if mentioned else {}
        if request.get("reply_to"):
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": request["reply_to"]}}
        return await self._say(request["room_id"], "m.room.message", content)

    async def edit(self, request: Json) -> Json:
        """Other words in the place of an earlier message's."""
        body, html = request["body"], request.get("html")
        content = _words(f"* {body}", html)
        content["m.new_content"] = _words(body, html)
        content["m.relates_to"] = {"rel_type": "m.replace", "event_id": request["event_id"]}
        return await self._say(request["room_id"], "m.room.message", content)

    async def react(self, request: Json) -> Json:
        relation = {
            "rel_type": "m.annotation",
            "event_id": request["event_id"],
            "key": request["key"],
        }
        return await self._say(request["room_id"], "m.reaction", {"m.relates_to": relation})

    async def redact(self, request: Json) -> Json:
        answer = await self._client.room_redact(
            request["room_id"], request["event_id"], request.get("reason")
        )
        return {"event_id": _ok(answer).event_id}

    async def send_file(self, request: Json) -> Json:
        """A file of base64 ``data``, sealed and uploaded."""
        content = await sealed_file(self._client, request)
        return await self._say(request["room_id"], "m.room.message", content)

    async def open_file(self, request: Json) -> Json:
        """What the file of an event holds."""
        answer = _ok(await self._client.room_get_event(request["room_id"], request["event_id"]))
        event = answer.event
        if isinstance(event, nio.MegolmEvent):
            event.room_id = request["room_id"]
            event = self._crypto.open_late(event) or event
        return await opened_file(self._client, event.source["content"])

    async def read(self, request: Json) -> list[Json]:
        """The room's last events as the server has them, oldest first."""
        room_id, token = request["room_id"], self._client.next_batch
        answer = _ok(
            await self._client.room_messages(room_id, token, limit=int(request.get("limit", 50)))
        )
        return [await self._read_one(room_id, event) for event in reversed(answer.chunk)]

    async def _read_one(self, room_id: str, event: Any) -> Json:
        if isinstance(event, nio.MegolmEvent):
            event.room_id = room_id
            event = self._crypto.open_late(event) or event
        found = record(room_id, event)
        if event.decrypted:
            await self._crypto.shield(event, found)
        return found

    async def wait_for(self, request: Json) -> Json:
        return await self._memory.wait_for(request)

    async def logout(self, _request: Json) -> None:
        await self._stop_syncing()
        _ok(await self._client.logout())

    async def close(self) -> None:
        """Stop syncing and close the connections."""
        await self._stop_syncing()
        if self._http is not None:
            await self._http.close()
        if self._client is not None:
            await self._client.close()

    async def _stop_syncing(self) -> None:
        if self._syncing is not None:
            self._syncing.cancel()
            await asyncio.gather(self._syncing, return_exceptions=True)
            self._syncing = None

    async def _say(self, room_id: str, kind: str, content: Json) -> Json:
        await self._until_encrypted(room_id)
        async with self._turn:
            # For a reaction too: nio shares the room's key before it finds that it needs none.
            await self._crypto.before_sending(room_id)
            try:
                answer = await self._client.room_send(room_id, kind, content)
            except nio.OlmUnverifiedDeviceError:
                # nio asked again by itself and found a device that came since: judge that one too.
                await self._crypto.before_sending(room_id)
                answer = await self._client.room_send(room_id, kind, content)
        return {"event_id": _ok(answer).event_id}

    async def _until_encrypted(self, room_id: str) -> None:
        """Wait for the sync that brings the room: nio would send in clear before it."""
        rooms = self._client.rooms
        try:
            async with asyncio.timeout(20), self._news:
                await self._news.wait_for(lambda: room_id in rooms and rooms[room_id].encrypted)
        except TimeoutError:
            raise TrialError("NotEncrypted", f"no encrypted room {room_id} here") from None


def _words(body: str, html: str | None) -> Json:
    content: Json = {"msgtype": "m.text", "body": body}
    if html:
        content |= {"format": "org.matrix.custom.html", "formatted_body": html}
    return content


def _ok(answer: Any) -> Any:
    """nio's answer, or its error as an exception."""
    if isinstance(answer, nio.ErrorResponse):
        raise TrialError(answer.status_code or type(answer).__name__, answer.message)
    return answer
