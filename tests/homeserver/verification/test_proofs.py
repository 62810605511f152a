"""Proofs that do not hold, keys that are not theirs, and keys that change on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pc_matrix.homeserver.verification.values import (
    EndReason,
    SendToDevice,
    TheirKeys,
    Verified,
)
from tests.homeserver.verification.phone import Content, Phone
from tests.homeserver.verification.table import (
    Table,
    content_of,
    in_room,
    is_cancelled,
    keys_of,
    only,
)

Forge = Callable[[Phone], Content]
FALSE = "A" * 43


def _with_tags(phone: Phone, **changed: Any) -> Content:
    return phone.mac() | changed


def _of_false_master(phone: Phone) -> Content:
    """All tags are right for the keys that it means, which are not those that we know."""
    return phone.mac({**phone.own_keys(), f"ed25519:{phone.master_key}": FALSE})


def _of_false_device(phone: Phone) -> Content:
    return phone.mac({**phone.own_keys(), "ed25519:ANNA": FALSE})


def _one_key_more_than_listed(phone: Phone) -> Content:
    tags = phone.tags(phone.own_keys(), listed=["ed25519:ANNA"])
    return phone.mac() | tags


def _one_key_less_than_listed(phone: Phone) -> Content:
    return phone.mac() | phone.tags({"ed25519:ANNA": phone.ed25519}, listed=list(phone.own_keys()))


def _unsorted_list(phone: Phone) -> Content:
    return phone.mac() | phone.tags(phone.own_keys(), listed=sorted(phone.own_keys(), reverse=True))


def _of_another_flow(phone: Phone) -> Content:
    flow_id, phone.flow_id = phone.flow_id, "txn-0"
    content = phone.mac()
    phone.flow_id = flow_id
    return content | {"transaction_id": flow_id}


def _as_if_from_us(phone: Phone) -> Content:
    """Our own proof sent back: the same secret, but the other direction."""
    us, them = phone.bot, (phone.user_id, phone.device_id)
    phone.bot, (phone.user_id, phone.device_id) = them, us
    content = phone.mac()
    phone.bot, (phone.user_id, phone.device_id) = us, them
    return content


FORGERIES = [
    pytest.param(_of_false_master, id="false-master"),
    pytest.param(_of_false_device, id="false-device"),
    pytest.param(lambda p: _with_tags(p, keys=FALSE), id="false-list"),
    pytest.param(lambda p: _with_tags(p, keys="é"), id="list-no-base64"),
    pytest.param(lambda p: _with_tags(p, keys="\ud800"), id="list-surrogate"),
    pytest.param(lambda p: _with_tags(p, mac=dict.fromkeys(p.own_keys(), FALSE)), id="tags-false"),
    pytest.param(lambda p: _with_tags(p, mac=dict.fromkeys(p.own_keys(), "")), id="tags-empty"),
    pytest.param(_one_key_more_than_listed, id="more-than-listed"),
    pytest.param(_one_key_less_than_listed, id="less-than-listed"),
    pytest.param(_unsorted_list, id="unsorted"),
    pytest.param(_of_another_flow, id="another-flow"),
    pytest.param(_as_if_from_us, id="reflected"),
    pytest.param(lambda p: p.mac({"ed25519:NOBODY": p.ed25519}), id="unknown-key"),
    pytest.param(lambda p: p.mac({"ed25519:OTHER": "b3RoZXI"}), id="their-other-device"),
    pytest.param(lambda p: p.mac({"curve25519:ANNA": p.ed25519}), id="other-algorithm"),
    pytest.param(lambda p: p.mac({"ANNA": p.ed25519}), id="no-algorithm"),
    pytest.param(lambda p: p.mac({"ed25519:": p.ed25519}), id="no-id"),
    pytest.param(lambda p: _with_tags(p, mac={"\ud800": FALSE}), id="surrogate-id"),
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_false_proof_before_our_yes(forge: Forge) -> None:
    table, phone = Table(), Phone()
    table.shown(phone)
    effects = table.hear(phone, "mac", forge(phone))
    assert is_cancelled(effects, phone, EndReason.KEY_MISMATCH)
    assert table.desk.confirm(phone.flow_id, table.now) == ()


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_false_proof_after_our_yes(forge: Forge) -> None:
    table, phone = Table(), Phone()
    table.confirmed(phone)
    effects = table.hear(phone, "mac", forge(phone))
    assert is_cancelled(effects, phone, EndReason.KEY_MISMATCH)
    assert table.hear(phone, "done", phone.done()) == ()


def test_keys_that_we_do_not_know_are_passed_over() -> None:
    table, phone = Table(), Phone()
    table.confirmed(phone)
    mac = phone.mac({**phone.own_keys(), "ed25519:ELSE": "x", "org.example:ANNA": "y"})
    table.hear(phone, "mac", mac)
    verified = only(table.hear(phone, "done", phone.done()))
    assert isinstance(verified, Verified)
    assert set(verified.verified_keys) == set(phone.own_keys())


def test_a_device_alone_does_not_prove_the_person() -> None:
    table, phone = Table(), Phone()
    table.confirmed(phone)
    table.hear(phone, "mac", phone.mac({"ed25519:ANNA": phone.ed25519}))
    verified = only(table.hear(phone, "done", phone.done()))
    assert verified == Verified("txn-1", "@anna:ex.test", "ANNA", "", ("ed25519:ANNA",))


def _shown_without_identity(table: Table, phone: Phone) -> TheirKeys:
    phone.master_key = ""
    keys = TheirKeys("", {"ANNA": phone.ed25519})
    table.hear(phone, "request", phone.request(table.ms()), keys)
    accept = only(table.hear(phone, "start", phone.start(), keys))
    phone.hear_accept(content_of(accept, "accept"))
    phone.hear_key(content_of(table.hear(phone, "key", phone.key(), keys)[0], "key"))
    return keys


def test_a_person_without_identity_proves_a_device() -> None:
    table, phone = Table(), Phone()
    keys = _shown_without_identity(table, phone)
    table.hear(phone, "mac", phone.mac({"ed25519:ANNA": phone.ed25519}), keys)
    table.desk.confirm(phone.flow_id, table.now)
    verified = table.hear(phone, "done", phone.done(), keys)
    assert verified == (Verified("txn-1", "@anna:ex.test", "ANNA", "", ("ed25519:ANNA",)),)


def test_a_person_without_identity_cannot_prove_an_empty_one() -> None:
    table, phone = Table(), Phone()
    keys = _shown_without_identity(table, phone)
    effects = table.hear(phone, "mac", phone.mac({"ed25519:": ""}), keys)
    assert is_cancelled(effects, phone, EndReason.KEY_MISMATCH)


def test_the_master_key_alone_is_enough() -> None:
    table, phone = Table(), Phone()
    table.confirmed(phone)
    key_id = f"ed25519:{phone.master_key}"
    table.hear(phone, "mac", phone.mac({key_id: phone.master_key}))
    verified = only(table.hear(phone, "done", phone.done()))
    assert verified == Verified("txn-1", "@anna:ex.test", "ANNA", phone.master_key, (key_id,))


def test_another_code_was_shown_when_somebody_stands_between() -> None:
    # The phone spoke with an attacker, and the attacker with us: two secrets, two codes.
    table, phone, attacker = Table(), Phone(), Phone()
    table.accepted(attacker)
    key, show = table.hear(attacker, "key", attacker.key())
    attacker.hear_key(content_of(key, "key"))
    assert table.hear(attacker, "mac", attacker.mac(phone.own_keys())) == ()
    effects = table.desk.refuse(attacker.flow_id, table.now)
    assert is_cancelled(effects, attacker, EndReason.MISMATCHED_SAS)
    assert attacker.emoji() == show.codes.emoji  # type: ignore[union-attr]


CHANGES = [
    pytest.param(lambda k: TheirKeys(FALSE, k.devices), id="master-changed"),
    pytest.param(lambda k: TheirKeys("", k.devices), id="master-gone"),
    pytest.param(lambda k: TheirKeys(k.master_key, {"ANNA": FALSE}), id="device-changed"),
    pytest.param(lambda k: TheirKeys(k.master_key, {}), id="device-gone"),
    pytest.param(
        lambda k: TheirKeys(k.master_key, {**k.devices, k.master_key: FALSE}),
        id="device-named-like-master",
    ),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["start", "key", "mac", "done"])
def test_keys_that_change_on_the_way_end_it(
    kind: str, change: Callable[[TheirKeys], TheirKeys]
) -> None:
    table, phone = Table(), in_room()
    reach: dict[str, Callable[[Phone], Any]] = {
        "start": table.ready,
        "key": table.accepted,
        "mac": table.shown,
        "done": table.finishing,
    }
    reach[kind](phone)
    content = getattr(phone, kind)()
    effects = table.hear(phone, kind, content, change(keys_of(phone)))
    assert is_cancelled(effects, phone, EndReason.KEY_MISMATCH)
    assert table.hear(phone, kind, content) == ()


def test_another_device_of_theirs_may_come_and_go() -> None:
    table, phone = Table(), Phone()
    table.confirmed(phone)
    keys = TheirKeys(phone.master_key, {"ANNA": phone.ed25519})
    content_of(only(table.hear(phone, "mac", phone.mac(), keys)), "done")


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(TheirKeys("m", {}), id="no-device"),
        pytest.param(TheirKeys("m", {"OTHER": FALSE}), id="not-this-device"),
        pytest.param(TheirKeys("m", {"ANNA": ""}), id="empty-key"),
        pytest.param(TheirKeys("m", {"ANNA": FALSE, "m": FALSE}), id="device-named-like-master"),
        pytest.param(TheirKeys("ANNA", {"ANNA": FALSE}), id="this-device-named-like-master"),
    ],
)
def test_a_device_without_keys_that_count_is_refused(keys: TheirKeys) -> None:
    table, phone = Table(), Phone()
    sent = only(table.hear(phone, "request", phone.request(table.ms()), keys))
    assert isinstance(sent, SendToDevice)
    assert sent.device_ids == ("ANNA",)
    assert content_of(sent, "cancel")["code"] == "m.key_mismatch"
    assert table.desk.live() == ()
