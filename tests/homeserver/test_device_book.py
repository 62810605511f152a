"""Whose devices count, from raw ``/keys/query`` answers: ghosts, forgeries, changed identities."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.signing import SigningKey, unpadded
from pc_matrix.homeserver.trust import DeviceBook
from policies.pinning import Precedence
from policies.terms import SenderTrust
from policies.trust import DeviceTrust

USER = "@officer:ex.test"


class FakeServer:
    """Answers ``/keys/query`` and counts the questions."""

    def __init__(self, answer: Json) -> None:
        self.answer, self.asked = answer, 0

    async def request(self, method: str, path: str, body: Json) -> Json:
        assert (method, path) == ("POST", "/_matrix/client/v3/keys/query")
        self.asked += 1
        return self.answer


class FakePins:
    def __init__(self, **known: str) -> None:
        self.known = dict(known)
        self.by_hand: set[str] = set()
        self.since: dict[str, float] = {}

    def pinned(self, user_id: str) -> str | None:
        return self.known.get(user_id)

    def approved(self, user_id: str) -> bool:
        return user_id in self.by_hand

    def precedence(self, user_id: str) -> Precedence:
        return user_id not in self.by_hand, self.since.get(user_id, 0.0)

    def pin(self, user_id: str, master_key: str) -> None:
        self.known[user_id] = master_key


class Owner:
    """A user with an identity and one device that it signed."""

    def __init__(self, salt: int = 0, user: str = USER, curve: bytes = b"c" * 32) -> None:
        self.user, self.curve = user, curve
        self.master, self.self_signing, self.device = (
            SigningKey(bytes([i + salt]) * 32) for i in (1, 2, 3)
        )

    def public(self, key: SigningKey, usage: str) -> Json:
        return {
            "user_id": self.user,
            "usage": [usage],
            "keys": {f"ed25519:{key.public}": key.public},
        }

    def device_keys(self, device_id: str = "PHONE", key: SigningKey | None = None) -> Json:
        key = key or self.device
        keys: Json = {
            "user_id": self.user,
            "device_id": device_id,
            "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
            "keys": {
                f"ed25519:{device_id}": key.public,
                f"curve25519:{device_id}": unpadded(self.curve),
            },
        }
        return {
            **keys,
            "signatures": {self.user: {f"ed25519:{device_id}": key.signature(keys)}},
        }

    def answer(self) -> Json:
        public = self.public(self.self_signing, "self_signing")
        phone = self.self_signing.sign(self.device_keys(), self.user)
        return {
            "master_keys": {self.user: self.public(self.master, "master")},
            "self_signing_keys": {self.user: self.master.sign(public, self.user)},
            "device_keys": {self.user: {"PHONE": phone}},
        }


def book(answer: Json, pins: FakePins | None = None) -> tuple[DeviceBook, FakeServer, FakePins]:
    server, pins = FakeServer(answer), pins or FakePins()
    return DeviceBook(server, pins), server, pins  # type: ignore[arg-type]


async def test_a_signed_device_counts_and_pins_its_owner() -> None:
    owner = Owner()
    devices, server, pins = book(owner.answer())
    (device,) = await devices.trusted([USER])
    assert (device.user_id, device.device_id) == (USER, "PHONE")
    assert pins.known == {USER: owner.master.public}
    await devices.trusted([USER])
    assert server.asked == 1
    devices.forget([USER])
    await devices.trusted([USER])
    assert server.asked == 2


async def test_a_ghost_beside_a_good_device_gets_nothing() -> None:
    owner = Owner()
    answer = owner.answer()
    ghost = owner.device_keys("GHOST", SigningKey(b"9" * 32))
    answer["device_keys"][USER]["GHOST"] = ghost
    devices, _, _ = book(answer)
    assert {d.device_id for d in await devices.trusted([USER])} == {"PHONE"}
    known = await devices.devices_of(USER)
    assert known.others == {"GHOST": DeviceTrust.NOT_SIGNED_BY_OWNER}


def _swap_device_key(answer: Json) -> None:
    answer["device_keys"][USER]["PHONE"]["keys"]["curve25519:PHONE"] = unpadded(b"x" * 32)


def _rename_device(answer: Json) -> None:
    answer["device_keys"][USER]["OTHER"] = answer["device_keys"][USER].pop("PHONE")


def _drop_self_signing(answer: Json) -> None:
    del answer["self_signing_keys"][USER]


def _forge_self_signing(answer: Json) -> None:
    thief = Owner(salt=40)
    answer["self_signing_keys"] = thief.answer()["self_signing_keys"]
    answer["device_keys"] = thief.answer()["device_keys"]


def _drop_self_signature(answer: Json) -> None:
    keys = answer["device_keys"][USER]["PHONE"]
    del keys["signatures"][USER]["ed25519:PHONE"]


def _another_users_master(answer: Json) -> None:
    answer["master_keys"][USER]["user_id"] = "@someone:else"


def _wrong_usage(answer: Json) -> None:
    answer["master_keys"][USER]["usage"] = ["user_signing"]


def _two_usages(answer: Json) -> None:
    answer["master_keys"][USER]["usage"] = ["master", "self_signing"]


def _sign(answer: Json, **changes: Any) -> None:
    """Another self-signing key object, signed by the master key as it should be."""
    owner = Owner()
    keys = {**owner.public(owner.self_signing, "self_signing"), **changes}
    answer["self_signing_keys"][USER] = owner.master.sign(keys, USER)


def _self_signing_of_another_usage(answer: Json) -> None:
    _sign(answer, usage=["user_signing"])


def _self_signing_of_another_user(answer: Json) -> None:
    _sign(answer, user_id="@someone:else")


def _no_algorithms(answer: Json) -> None:
    owner = Owner()
    keys = {k: v for k, v in owner.device_keys().items() if k != "signatures"}
    keys["algorithms"] = ["m.megolm.v1.aes-sha2"]
    signature = owner.device.signature(keys)
    keys["signatures"] = {USER: {"ed25519:PHONE": signature}}
    answer["device_keys"][USER]["PHONE"] = owner.self_signing.sign(keys, USER)


@pytest.mark.parametrize(
    "forge",
    [
        _swap_device_key,
        _rename_device,
        _drop_self_signing,
        _forge_self_signing,
        _drop_self_signature,
        _another_users_master,
        _wrong_usage,
        _two_usages,
        _self_signing_of_another_usage,
        _self_signing_of_another_user,
        _no_algorithms,
    ],
)
async def test_no_forgery_counts(forge: Any) -> None:
    answer = copy.deepcopy(Owner().answer())
    forge(answer)
    devices, _, pins = book(answer)
    assert await devices.trusted([USER]) == frozenset()
    assert pins.known == {}


async def test_another_identity_than_the_pinned_one_stops_everything() -> None:
    pins = FakePins(**{USER: "ANOTHER"})
    devices, _, _ = book(Owner().answer(), pins)
    assert await devices.trusted([USER]) == frozenset()
    known = await devices.devices_of(USER)
    assert known.others == {"PHONE": DeviceTrust.IDENTITY_CHANGED}
    keys = Owner().device_keys()["keys"]
    trust = await devices.sender_trust(USER, keys["curve25519:PHONE"], keys["ed25519:PHONE"])
    assert trust is SenderTrust.IDENTITY_CHANGED
    assert pins.known == {USER: "ANOTHER"}


async def test_a_sender_needs_both_keys_of_one_signed_device() -> None:
    owner = Owner()
    devices, _, _ = book(owner.answer())
    keys = owner.device_keys()["keys"]
    curve, ed = keys["curve25519:PHONE"], keys["ed25519:PHONE"]
    assert await devices.sender_trust(USER, curve, ed) is SenderTrust.SIGNED
    assert await devices.sender_trust(USER, curve, "other") is SenderTrust.UNSIGNED
    assert await devices.sender_trust(USER, "other", ed) is SenderTrust.UNSIGNED
    assert await devices.sender_trust("@other:ex.test", curve, ed) is SenderTrust.UNSIGNED


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"device_keys": []},
        {"device_keys": {USER: None}},
        {"device_keys": {USER: {"PHONE": "x"}}},
        {"device_keys": {USER: {"PHONE": {"keys": []}}}, "master_keys": {USER: []}},
        {"master_keys": {USER: {"user_id": USER, "usage": ["master"], "keys": {"ed25519:k": 1}}}},
    ],
)
async def test_nonsense_is_nobody(answer: Json) -> None:
    devices, _, _ = book(answer)
    assert await devices.trusted([USER]) == frozenset()
