"""Whose devices count, found out: raw ``/keys/query``, every signature checked, identities pinned.

``policies.trust`` decides. What cannot be checked is not trusted: a server can hide a device from
us, but it cannot make us believe in one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import mapping, string, strings
from pc_matrix.homeserver.signing import is_signed_by
from policies.terms import SenderTrust
from policies.trust import DeviceFacts, DeviceTrust, IdentityFacts, judge

_BATCH = 200


class Pins(Protocol):
    """Where the master keys of persons are pinned, at first use or by an administrator."""

    def pinned(self, user_id: str) -> str | None: ...
    def pin(self, user_id: str, master_key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Device:
    """A device that counts: its owner, its id and its two public keys."""

    user_id: str
    device_id: str
    ed25519: str
    curve25519: str


@dataclass(frozen=True, slots=True)
class UserDevices:
    """A user's devices as last checked: those that count, and what the others are worth."""

    trusted: frozenset[Device] = frozenset()
    others: dict[str, DeviceTrust] = field(default_factory=dict)

    @property
    def identity_changed(self) -> bool:
        return DeviceTrust.IDENTITY_CHANGED in self.others.values()


class DeviceBook:
    """The devices of everybody the session deals with, asked for in bulk and kept until stale."""

    def __init__(self, http: MatrixHttp, pins: Pins) -> None:
        self._http, self._pins = http, pins
        self._users: dict[str, UserDevices] = {}

    def forget(self, user_ids: Iterable[str]) -> None:
        """The server says that these users' devices changed: ask again before the next use."""
        for user_id in user_ids:
            self._users.pop(user_id, None)

    async def trusted(self, user_ids: Iterable[str]) -> frozenset[Device]:
        """Every device that counts among those of ``user_ids``."""
        wanted = frozenset(user_ids)
        # A human may have approved a changed identity since: that is never answered from memory.
        self.forget([u for u in wanted if self._known(u).identity_changed])
        await self._ask(wanted - self._users.keys())
        # A user forgotten again while the server was asked has no device until the next question.
        return frozenset().union(*(self._known(user).trusted for user in wanted))

    async def devices_of(self, user_id: str) -> UserDevices:
        """The devices of one user, asked for when they are not known."""
        await self.trusted([user_id])
        return self._known(user_id)

    def _known(self, user_id: str) -> UserDevices:
        return self._users.get(user_id, UserDevices())

    async def sender_trust(self, user_id: str, curve25519: str, ed25519: str) -> SenderTrust:
        """Whether the device with these keys is one of ``user_id``'s that count.

        Both keys have to match: a Megolm session names its sender's curve25519 key openly, and its
        claimed ed25519 key came inside the encrypted room key.
        """
        devices = await self.devices_of(user_id)
        for device in devices.trusted:
            if device.curve25519 == curve25519 and device.ed25519 == ed25519:
                return SenderTrust.SIGNED
        return SenderTrust.IDENTITY_CHANGED if devices.identity_changed else SenderTrust.UNSIGNED

    async def _ask(self, user_ids: frozenset[str]) -> None:
        ordered = sorted(user_ids)
        for start in range(0, len(ordered), _BATCH):
            batch = ordered[start : start + _BATCH]
            body: Json = {"device_keys": {user_id: [] for user_id in batch}}
            answer = await self._http.request("POST", client_path("keys", "query"), body)
            for user_id in batch:
                self._users[user_id] = self._check(user_id, answer)

    def _check(self, user_id: str, answer: Json) -> UserDevices:
        identity, self_signing = _identity(user_id, answer)
        pinned = self._pins.pinned(user_id)
        trusted: set[Device] = set()
        others: dict[str, DeviceTrust] = {}
        for device_id, keys in mapping(answer, "device_keys", user_id).items():
            device, facts = _device(user_id, device_id, keys, self_signing)
            verdict = judge(facts, identity, pinned)
            if verdict is DeviceTrust.TRUSTED:
                trusted.add(device)
            else:
                others[device_id] = verdict
        if trusted and pinned is None:
            self._pins.pin(user_id, identity.master_key)
        return UserDevices(frozenset(trusted), others)


async def master_key(http: MatrixHttp, user_id: str) -> str:
    """The master key that ``user_id`` has now, as the server says; empty when he has none.

    For a human to compare and approve: nothing is trusted by it.
    """
    body: Json = {"device_keys": {user_id: []}}
    answer = await http.request("POST", client_path("keys", "query"), body)
    return _identity(user_id, answer)[0].master_key


def _identity(user_id: str, answer: Json) -> tuple[IdentityFacts, str]:
    """The facts of a user's identity, and his self-signing key (empty when it is not signed)."""
    master = _only_key(mapping(answer, "master_keys", user_id), user_id, "master")
    keys = mapping(answer, "self_signing_keys", user_id)
    self_signing = _only_key(keys, user_id, "self_signing")
    signed = bool(self_signing) and is_signed_by(keys, user_id, master, master)
    return IdentityFacts(master, signed), self_signing if signed else ""


def _only_key(keys: Json, user_id: str, usage: str) -> str:
    """The one public key of a cross-signing key object that names its owner and usage."""
    if string(keys, "user_id") != user_id or usage not in strings(keys, "usage"):
        return ""
    public = mapping(keys, "keys")
    if len(public) != 1:
        return ""
    ((key_id, key),) = public.items()
    return key if isinstance(key, str) and key_id == f"ed25519:{key}" else ""


def _device(
    user_id: str, device_id: str, keys: Json, self_signing: str
) -> tuple[Device, DeviceFacts]:
    device = Device(
        user_id,
        device_id,
        string(keys, "keys", f"ed25519:{device_id}"),
        string(keys, "keys", f"curve25519:{device_id}"),
    )
    names_itself = string(keys, "user_id") == user_id and string(keys, "device_id") == device_id
    facts = DeviceFacts(
        names_itself=names_itself and bool(device.ed25519 and device.curve25519),
        signed_by_itself=is_signed_by(keys, user_id, device_id, device.ed25519),
        signed_by_owner=is_signed_by(keys, user_id, self_signing, self_signing),
    )
    return device, facts
