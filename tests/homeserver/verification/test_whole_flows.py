"""From the request to the last word, against a phone that computes everything by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pc_matrix.homeserver.verification.values import (
    Codes,
    SendInRoom,
    SendToDevice,
    Show,
    Stage,
    Verified,
)
from tests.homeserver.verification.phone import Content, Phone
from tests.homeserver.verification.table import (
    BEGUN,
    OWN,
    OWN_KEYS,
    Table,
    content_of,
    in_room,
    keys_of,
    only,
)

WAYS = [pytest.param(Phone, id="to-device"), pytest.param(in_room, id="in-room")]


def _success(phone: Phone) -> Verified:
    return Verified(
        flow_id=phone.flow_id,
        user_id=phone.user_id,
        device_id=phone.device_id,
        master_key=phone.master_key,
        verified_keys=tuple(sorted(phone.own_keys())),
    )


@pytest.mark.parametrize("way", WAYS)
def test_they_say_yes_first(way: Any) -> None:
    table, phone = Table(), way()
    show = table.shown(phone)
    assert show == Show(phone.flow_id, phone.user_id, Codes(phone.emoji(), phone.decimals()))

    assert table.hear(phone, "mac", phone.mac()) == ()
    mac, done = table.desk.confirm(phone.flow_id, table.now)
    assert phone.hear_mac(content_of(mac, "mac"), OWN_KEYS)
    content_of(done, "done")
    assert table.hear(phone, "done", phone.done()) == (_success(phone),)
    assert table.desk.live() == ()


@pytest.mark.parametrize("way", WAYS)
def test_we_say_yes_first(way: Any) -> None:
    table, phone = Table(), way()
    assert phone.hear_mac(table.confirmed(phone), OWN_KEYS)

    done = only(table.hear(phone, "mac", phone.mac()))
    content_of(done, "done")
    assert table.hear(phone, "done", phone.done()) == (_success(phone),)


def test_their_last_word_may_overtake_their_proof() -> None:
    table, phone = Table(), in_room()
    table.confirmed(phone)
    assert table.hear(phone, "done", phone.done()) == ()
    done, verified = table.hear(phone, "mac", phone.mac())
    content_of(done, "done")
    assert verified == _success(phone)
    assert table.desk.live() == ()


def test_nothing_is_verified_before_their_last_word() -> None:
    # A person who sees wrong keys of ours cancels here, instead of being done.
    table, phone = Table(), Phone()
    table.finishing(phone)
    assert table.stage() is Stage.FINISHING
    effects = table.hear(phone, "cancel", phone.cancel("m.key_mismatch"))
    assert not any(isinstance(effect, Verified) for effect in effects)


def test_to_device_events_go_to_the_one_device_and_name_the_transaction() -> None:
    table, phone = Table(), Phone()
    assert table.request(phone) == (
        SendToDevice(
            "@anna:ex.test",
            ("ANNA",),
            "m.key.verification.ready",
            {"from_device": "BOT", "methods": ["m.sas.v1"], "transaction_id": "txn-1"},
        ),
    )


def test_events_in_a_room_refer_to_the_request() -> None:
    table, phone = Table(), in_room()
    assert table.request(phone) == (
        SendInRoom(
            "!direct:ex.test",
            "m.key.verification.ready",
            {
                "from_device": "BOT",
                "methods": ["m.sas.v1"],
                "m.relates_to": {"rel_type": "m.reference", "event_id": "$request"},
            },
        ),
    )


@pytest.mark.parametrize("way", WAYS)
def test_every_event_of_a_flow_is_framed_alike(way: Any) -> None:
    table, phone = Table(), way()
    sent: list[Any] = [*table.request(phone), *table.hear(phone, "start", phone.start())]
    phone.hear_accept(sent[-1].content)
    sent += [e for e in table.hear(phone, "key", phone.key()) if not isinstance(e, Show)]
    phone.hear_key(sent[-1].content)
    table.hear(phone, "mac", phone.mac())
    sent += table.desk.confirm(phone.flow_id, table.now)
    kinds = [effect.type.removeprefix("m.key.verification.") for effect in sent]
    assert kinds == ["ready", "accept", "key", "mac", "done"]
    for effect in sent:
        _assert_framed(effect, phone)


def _assert_framed(effect: SendToDevice | SendInRoom, phone: Phone) -> None:
    if isinstance(effect, SendInRoom):
        relation = {"rel_type": "m.reference", "event_id": phone.flow_id}
        assert effect.room_id == phone.room_id
        assert effect.content["m.relates_to"] == relation
        assert "transaction_id" not in effect.content
        return
    assert (effect.user_id, effect.device_ids) == (phone.user_id, (phone.device_id,))
    assert effect.content["transaction_id"] == phone.flow_id
    assert "m.relates_to" not in effect.content


def test_a_relation_outside_the_encrypted_part_is_what_they_committed_us_to() -> None:
    table, phone = Table(), in_room()
    table.ready(phone)
    inner = {k: v for k, v in phone.start().items() if k != "m.relates_to"}
    phone.hear_accept(content_of(only(table.hear(phone, "start", inner)), "accept"))
    phone.hear_key(content_of(table.hear(phone, "key", phone.key())[0], "key"))


def test_a_relation_is_taken_as_they_wrote_it() -> None:
    table, phone = Table(), in_room()
    table.ready(phone)
    start = phone.start()
    start["m.relates_to"]["org.example.more"] = 1
    phone.hear_accept(content_of(only(table.hear(phone, "start", start)), "accept"))
    phone.hear_key(content_of(table.hear(phone, "key", phone.key())[0], "key"))


def test_what_the_specification_does_not_know_counts_in_the_commitment() -> None:
    table, phone = Table(), Phone()
    table.shown(
        phone, **{"signatures": 1, "unsigned": {"é": [None, True, -5]}, "x.test": "𝄞\u2028"}
    )


def test_another_key_than_the_committed_one_is_noticed_by_the_phone() -> None:
    table, phone = Table(), Phone()
    table.accepted(phone)
    table.hear(phone, "key", phone.key())
    with pytest.raises(ValueError, match="commitment"):
        phone.hear_key({"key": Phone().public})


def test_each_flow_has_a_key_of_its_own() -> None:
    contents: list[Content] = []
    for _ in range(2):
        table, phone = Table(), Phone()
        table.accepted(phone)
        contents.append(content_of(table.hear(phone, "key", phone.key())[0], "key"))
    assert contents[0]["key"] != contents[1]["key"]


@pytest.mark.parametrize(("offered", "emoji", "decimals"), [("emoji", 7, 0), ("decimal", 0, 3)])
def test_only_the_codes_that_both_show_are_shown(offered: str, emoji: int, decimals: int) -> None:
    table, phone = Table(), Phone()
    show = table.shown(phone, short_authentication_string=[offered, "org.example.colours"])
    assert (len(show.codes.emoji), len(show.codes.decimals)) == (emoji, decimals)


def test_the_codes_are_in_range_whatever_the_keys() -> None:
    for _ in range(50):
        table, phone = Table(), Phone()
        codes = table.shown(phone).codes
        assert codes == Codes(phone.emoji(), phone.decimals())
        assert all(0 <= number < 64 for number in codes.emoji)
        assert all(1000 <= number <= 9191 for number in codes.decimals)


def test_a_bot_without_identity_proves_its_device() -> None:
    table, phone = Table(own=replace(OWN, master_key="")), Phone()
    assert phone.hear_mac(table.confirmed(phone), {"ed25519:BOT": OWN.ed25519})


def test_an_administrator_verifies_the_bot_from_the_bots_own_account() -> None:
    table, phone = Table(), Phone(user_id="@bot:ex.test", device_id="ADMIN")
    assert table.verified(phone) == _success(phone)


def test_the_stages_as_told_to_an_administrator() -> None:
    table, phone = Table(), in_room()
    stages = []

    def note() -> None:
        (live,) = table.desk.live()
        assert (live.flow_id, live.user_id, live.device_id) == ("$request", "@anna:ex.test", "ANNA")
        assert (live.room_id, live.begun_at) == ("!direct:ex.test", BEGUN)
        assert live.master_key == keys_of(phone).master_key
        stages.append((live.stage, live.codes is not None))

    table.ready(phone)
    note()
    phone.hear_accept(content_of(only(table.hear(phone, "start", phone.start())), "accept"))
    note()
    phone.hear_key(content_of(table.hear(phone, "key", phone.key())[0], "key"))
    note()
    table.desk.confirm(phone.flow_id, table.now)
    note()
    table.hear(phone, "mac", phone.mac())
    note()
    assert stages == [
        (Stage.READY, False),
        (Stage.COMMITTED, False),
        (Stage.COMPARING, True),
        (Stage.CONFIRMED, True),
        (Stage.FINISHING, True),
    ]


def test_two_persons_at_once_do_not_disturb_each_other() -> None:
    table = Table()
    anna, bert = Phone(), Phone("@bert:ex.test", "BERT", flow_id="txn-2")
    table.shown(anna)
    table.shown(bert)
    assert [live.user_id for live in table.desk.live()] == ["@anna:ex.test", "@bert:ex.test"]
    for phone in (bert, anna):
        table.desk.confirm(phone.flow_id, table.now)
        table.hear(phone, "mac", phone.mac())
        assert table.hear(phone, "done", phone.done()) == (_success(phone),)
