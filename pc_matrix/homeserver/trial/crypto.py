"""A trial client's encryption beyond what nio has: an identity of its own, and whom it believes."""

from __future__ import annotations

import secrets
from typing import Any

from nio.exceptions import EncryptionError

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.identity import Identity, publish
from pc_matrix.homeserver.nio_keys import own_device_keys
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.homeserver.shapes import mapping
from pc_matrix.homeserver.trial.memory import TrialError
from pc_matrix.homeserver.trust import Device, DeviceBook
from policies.terms import SenderTrust

_USAGES = ("master", "self_signing", "user_signing")


class TrialCrypto:
    """What an honest phone does about devices; ``client`` is a logged-in ``nio.AsyncClient``."""

    def __init__(self, client: Any, http: MatrixHttp) -> None:
        self._client, self._http = client, http
        self._book = DeviceBook(http, PinsInMemory())

    async def sign_own_device(self, password: str) -> None:
        """Give the account an identity that signs this device.

        Raises ``TrialError`` when the account has one: its seeds are somebody else's.
        """
        user_id = self._client.user_id
        body: Json = {"device_keys": {user_id: []}}
        known = await self._http.request("POST", client_path("keys", "query"), body)
        if mapping(known, "master_keys", user_id):
            raise TrialError("IdentityExists", f"{user_id} has an identity already")
        identity = Identity.from_seeds(user_id, {u: secrets.token_bytes(32) for u in _USAGES})
        await publish(self._http, identity, own_device_keys(self._client.olm), password)

    async def before_sending(self, room_id: str) -> None:
        """Learn every member's devices anew; verify those that their owner signed, bar the others.

        nio asks for nobody's keys once it knows a room's members, so that a device added since
        would not get the message's key; and a session shared before is shared with nobody else.
        """
        answer = await self._http.request("GET", client_path("rooms", room_id, "joined_members"))
        members = list(mapping(answer, "joined"))
        self._book.forget(members)
        trusted = await self._book.trusted(members)
        self._client.olm.users_for_key_query.update(members)
        await self._client.keys_query()
        for user_id in members:
            for device in self._client.device_store.active_user_devices(user_id):
                self._judge(device, trusted)
        self._client.invalidate_outbound_session(room_id)

    def _judge(self, device: Any, trusted: frozenset[Device]) -> None:
        if device.id == self._client.device_id:
            return
        known = Device(device.user_id, device.id, device.ed25519, device.curve25519)
        if known in trusted:
            self._client.unblacklist_device(device)
            self._client.verify_device(device)
        else:
            self._client.unverify_device(device)
            self._client.blacklist_device(device)

    def open_late(self, event: Any) -> Any | None:
        """The event decrypted, when its key has arrived by now."""
        try:
            return self._client.decrypt_event(event)
        except EncryptionError:
            return None

    def forget(self, user_ids: list[str]) -> None:
        """The server says that these users' devices changed."""
        self._book.forget(user_ids)

    async def shield(self, event: Any, found: Json) -> None:
        """Add Element's shield to a decrypted event's record: ``NONE`` is as it should be."""
        sessions = self._client.olm.inbound_group_store
        session = sessions.get(found["room_id"], event.sender_key, event.session_id)
        ed25519 = session.ed25519 if session else ""
        trust = await self._book.sender_trust(found["sender"], event.sender_key, ed25519)
        signed = trust is SenderTrust.SIGNED
        found["shield"] = "NONE" if signed else "RED"
        found["shield_reason"] = None if signed else trust.value
