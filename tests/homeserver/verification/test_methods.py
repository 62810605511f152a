"""What both sides have to have in common, and starts that cannot be answered."""

from __future__ import annotations

from typing import Any

import pytest

from pc_matrix.homeserver.verification.values import EndReason
from tests.homeserver.verification.phone import Phone
from tests.homeserver.verification.table import Table, content_of, in_room, is_cancelled, only


@pytest.mark.parametrize("way", [Phone, in_room])
@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"method": "m.reciprocate.v1", "secret": "AAAA"}, id="qr-code"),
        pytest.param({"method": "org.example.dance"}, id="method"),
        pytest.param({"key_agreement_protocols": ["curve25519"]}, id="old-agreement"),
        pytest.param({"key_agreement_protocols": []}, id="no-agreement"),
        pytest.param({"key_agreement_protocols": "curve25519-hkdf-sha256"}, id="agreement-text"),
        pytest.param({"hashes": ["sha1"]}, id="hash"),
        pytest.param({"hashes": None}, id="no-hash"),
        pytest.param({"message_authentication_codes": ["hkdf-hmac-sha256"]}, id="old-mac"),
        pytest.param({"message_authentication_codes": [2, {}]}, id="no-mac"),
        pytest.param({"short_authentication_string": ["org.example.colours"]}, id="codes"),
        pytest.param({"short_authentication_string": []}, id="no-codes"),
    ],
)
def test_nothing_in_common(changed: dict[str, Any], way: Any) -> None:
    table, phone = Table(), way()
    table.ready(phone)
    effects = table.hear(phone, "start", phone.start(**changed))
    assert is_cancelled(effects, phone, EndReason.UNKNOWN_METHOD)
    assert table.desk.live() == ()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"from_device": "OTHER"}, id="another-device"),
        pytest.param({"from_device": ""}, id="no-device"),
        pytest.param({"method": 1}, id="method-no-text"),
        pytest.param({"x": 0.5}, id="fraction"),
        pytest.param({"x": [float("nan")]}, id="nan"),
        pytest.param({"x": 2**53}, id="large-integer"),
        pytest.param({"x": {"\ud800": 1}}, id="surrogate"),
    ],
)
def test_a_start_that_cannot_be_answered(changed: dict[str, Any]) -> None:
    table, phone = Table(), Phone()
    table.ready(phone)
    effects = table.hear(phone, "start", phone.start(**changed))
    assert is_cancelled(effects, phone, EndReason.INVALID_MESSAGE)


def test_a_start_as_deep_as_an_event_can_be() -> None:
    deep: Any = []
    for _ in range(30_000):
        deep = [deep]
    table, phone = Table(), Phone()
    table.ready(phone)
    effects = table.hear(phone, "start", phone.start(x=deep))
    assert is_cancelled(effects, phone, EndReason.INVALID_MESSAGE)


def test_the_largest_integers_of_canonical_json() -> None:
    table, phone = Table(), Phone()
    table.shown(phone, x=[2**53 - 1, -(2**53) + 1])


def test_what_we_choose() -> None:
    table, phone = Table(), Phone()
    table.ready(phone)
    start = phone.start(
        key_agreement_protocols=["curve25519", "curve25519-hkdf-sha256"],
        message_authentication_codes=["hkdf-hmac-sha256", "x", "hkdf-hmac-sha256.v2"],
        short_authentication_string=["emoji", "x", "decimal"],
        hashes=["x", "sha256"],
    )
    accept = content_of(only(table.hear(phone, "start", start)), "accept")
    del accept["commitment"]
    assert accept == {
        "method": "m.sas.v1",
        "key_agreement_protocol": "curve25519-hkdf-sha256",
        "hash": "sha256",
        "message_authentication_code": "hkdf-hmac-sha256.v2",
        "short_authentication_string": ["decimal", "emoji"],
        "transaction_id": "txn-1",
    }


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("A" * 43, id="zero"),
        pytest.param("AQ" + "A" * 41, id="one"),
        pytest.param("4Ot6fDtBuK4WVuP68Z/EatoJjeucMrH9hmIFFl9JuAA", id="small-order"),
        pytest.param("AAAA", id="short"),
        pytest.param("A" * 60_000, id="long"),
        pytest.param("é", id="no-base64"),
        pytest.param("\ud800", id="surrogate"),
        pytest.param("", id="empty"),
        pytest.param(7, id="no-text"),
    ],
)
def test_a_key_that_is_none(key: Any) -> None:
    table, phone = Table(), Phone()
    table.accepted(phone)
    effects = table.hear(phone, "key", phone.key() | {"key": key})
    assert is_cancelled(effects, phone, EndReason.INVALID_MESSAGE)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"mac": {}}, id="none"),
        pytest.param({"mac": ["ed25519:ANNA"]}, id="list"),
        pytest.param({"mac": {"ed25519:ANNA": 7}}, id="number"),
        pytest.param({"mac": {"ed25519:ANNA": None, "b": "AAAA"}}, id="null"),
        pytest.param({"keys": None}, id="no-list"),
        pytest.param({"keys": ""}, id="empty-list"),
    ],
)
def test_a_proof_that_is_none(changed: dict[str, Any]) -> None:
    table, phone = Table(), Phone()
    table.shown(phone)
    effects = table.hear(phone, "mac", phone.mac() | changed)
    assert is_cancelled(effects, phone, EndReason.INVALID_MESSAGE)
