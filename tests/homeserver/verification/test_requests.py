"""Whose request is answered, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pc_matrix.homeserver.verification.values import (
    Effect,
    EndReason,
    Received,
    SendInRoom,
    SendToDevice,
    Stage,
)
from tests.homeserver.verification.phone import Phone
from tests.homeserver.verification.table import (
    BEGUN,
    Table,
    content_of,
    in_room,
    is_cancelled,
    keys_of,
    only,
)


@pytest.mark.parametrize(
    ("seconds", "answered"),
    [(0, True), (-600, True), (-601, False), (300, True), (301, False), (-(10**9), False)],
)
@pytest.mark.parametrize("way", [Phone, in_room])
def test_a_request_is_answered_while_it_is_fresh(way: Any, seconds: int, answered: bool) -> None:
    table, phone = Table(), way()
    sent_at = BEGUN + timedelta(seconds=seconds)
    content = phone.request(int(sent_at.timestamp() * 1000))
    assert bool(table.hear(phone, "request", content, sent_at=sent_at)) is answered
    assert bool(table.desk.live()) is answered


@pytest.mark.parametrize("timestamp", [None, "0", True, 1.5, 10**400, -(10**400), {}, []])
def test_a_request_without_a_time_is_nothing(timestamp: Any) -> None:
    table, phone = Table(), Phone()
    assert table.request(phone, timestamp=timestamp) == ()


@pytest.mark.parametrize("sent_at", [datetime.min.replace(tzinfo=UTC), None])
def test_a_request_in_a_room_without_a_time_is_nothing(sent_at: datetime | None) -> None:
    table, phone = Table(), in_room()
    content = phone.request(table.ms())
    received = Received(
        phone.user_id, phone.flow_id, phone.room_id, "m.room.message", content, sent_at=sent_at
    )
    assert table.desk.receive(received, keys_of(phone), table.now) == ()


@pytest.mark.parametrize("methods", [[], None, ["m.qr_code.show.v1"], "m.sas.v1", [["m.sas.v1"]]])
@pytest.mark.parametrize("way", [Phone, in_room])
def test_without_a_method_in_common_it_is_left_to_other_devices(way: Any, methods: Any) -> None:
    table, phone = Table(), way()
    assert table.request(phone, methods=methods) == ()
    assert table.desk.live() == ()


@pytest.mark.parametrize("to", ["@anna:ex.test", "", None, ["@bot:ex.test"]])
def test_in_a_room_a_request_to_somebody_else_is_nothing(to: Any) -> None:
    assert Table().request(in_room(), to=to) == ()


@pytest.mark.parametrize("msgtype", ["m.text", None, "m.key.verification.start"])
def test_in_a_room_other_messages_are_nothing(msgtype: Any) -> None:
    assert Table().request(in_room(), msgtype=msgtype) == ()


def test_each_way_has_its_own_request() -> None:
    table, phone = Table(), in_room()
    content = phone.request(table.ms()) | {"timestamp": table.ms()}
    assert table.hear(phone, "request", content) != ()

    table, phone = Table(), in_room("$2")
    phone.room_id, content = "", phone.request(table.ms()) | {"timestamp": table.ms()}
    for room_id, kind in (("", "m.room.message"), ("!r", "m.key.verification.request")):
        received = Received(phone.user_id, "$2", room_id, kind, content, sent_at=table.now)
        assert table.desk.receive(received, keys_of(phone), table.now) == ()


@pytest.mark.parametrize("from_device", ["", None, "A" * 256, "A\nB", "\ud800", "A\u202eB"])
def test_a_device_that_has_no_proper_name_is_nothing(from_device: Any) -> None:
    assert Table().request(Phone(), from_device=from_device) == ()


@pytest.mark.parametrize("flow_id", ["", "x" * 256, "a\nb", "\ud800", "a\u202eb"])
def test_a_flow_that_has_no_proper_name_is_nothing(flow_id: str) -> None:
    assert Table().request(Phone(flow_id=flow_id)) == ()


def test_names_may_be_as_long_as_the_specification_allows() -> None:
    phone = Phone("@" + "a" * 254, "A" * 255, flow_id="x" * 255)
    Table().verified(phone)


@pytest.mark.parametrize("user_id", ["", "@a\ud800:ex.test", "@" + "a" * 255])
def test_a_person_who_has_no_proper_name_is_nobody(user_id: str) -> None:
    phone = Phone()
    phone.user_id = user_id
    assert Table().request(phone) == ()


def test_a_request_encrypted_by_another_device_than_it_names_is_nothing() -> None:
    table, phone = Table(), in_room()
    content = phone.request(table.ms())
    assert table.hear(phone, "request", content, device_id="GHOST") == ()
    assert table.hear(phone, "request", content, device_id="ANNA") != ()


@pytest.mark.parametrize("way", [Phone, in_room])
def test_whoever_may_not_verify_is_told_no_once_in_a_while(way: Any) -> None:
    table = Table(may_verify=lambda user_id: user_id != "@anna:ex.test")
    refusal = only(table.request(way()))
    assert content_of(refusal, "cancel")["code"] == "m.user"
    phone = way()
    phone.flow_id = "$next"
    assert table.request(phone) == ()
    table.later(minutes=10)
    assert table.request(phone) != ()
    assert table.desk.live() == ()


def test_strangers_in_their_thousands_are_not_answered() -> None:
    table = Table(may_verify=lambda _: False)
    answers = [table.request(Phone(f"@m{n}:ex.test", flow_id=f"txn-{n}")) for n in range(1_000)]
    assert sum(map(bool, answers)) == 100


def test_one_person_cannot_keep_the_desk_busy() -> None:
    table = Table()
    answers = []
    for n in range(50):
        phone = Phone(flow_id=f"txn-{n}")
        answers.append(table.request(phone))
        table.hear(phone, "cancel", phone.cancel())
    assert sum(map(bool, answers)) == 10
    bert = Phone("@bert:ex.test", flow_id="b")
    assert table.request(bert) != ()
    table.hear(bert, "cancel", bert.cancel())
    table.later(minutes=9, seconds=59)
    assert table.request(Phone(flow_id="early")) == ()
    table.later(seconds=1)
    assert table.request(Phone(flow_id="later")) != ()


@pytest.mark.parametrize("way", [Phone, in_room])
@pytest.mark.parametrize("way_of_second", [Phone, in_room])
def test_two_at_once_with_one_person_end_both(way: Any, way_of_second: Any) -> None:
    table, first, second = Table(), way(), way_of_second()
    second.flow_id, second.device_id = "$second", "TABLET"
    table.shown(first)
    *old, new = table.request(second)
    assert is_cancelled(tuple(old), first, EndReason.USER)
    assert _where(new) == (second.room_id or (second.user_id, ("TABLET",)))
    assert content_of(new, "cancel")["code"] == "m.user"
    assert table.desk.live() == ()
    for phone in (first, second):
        assert table.request(phone) == ()
    third = way()
    third.flow_id = "$third"
    table.verified(third)


def _where(effect: Effect) -> Any:
    assert isinstance(effect, SendToDevice | SendInRoom)
    if isinstance(effect, SendInRoom):
        return effect.room_id
    return (effect.user_id, effect.device_ids)


def test_the_same_request_again_is_the_same_flow() -> None:
    table, phone = Table(), Phone()
    table.shown(phone)
    assert table.request(phone) == ()
    assert table.stage() is Stage.COMPARING


def test_nobody_opens_a_flow_under_an_id_that_is_in_use() -> None:
    # Else the administrator's word on one person's codes could count for another's.
    table, anna = Table(), Phone()
    table.shown(anna)
    assert table.request(Phone("@mallory:ex.test", "MALLORY")) == ()
    table.hear(anna, "cancel", anna.cancel())
    assert table.request(Phone("@mallory:ex.test", "MALLORY")) == ()


def test_no_request_is_answered_twice_however_long_it_stays_fresh() -> None:
    table, phone = Table(), Phone()
    content = phone.request(table.ms() + 300_000)
    assert table.hear(phone, "request", content) != ()
    table.hear(phone, "cancel", phone.cancel())
    for _ in range(16 * 4):
        assert table.hear(phone, "request", content) == ()
        table.later(seconds=15)


def test_an_id_is_forgotten_in_the_end() -> None:
    table = Table()
    table.verified(Phone())
    table.later(minutes=15)
    assert table.request(Phone()) == ()
    table.later(minutes=2)
    assert table.request(Phone()) != ()


def test_a_start_between_devices_without_a_request_is_told_no() -> None:
    table, phone = Table(), Phone()
    sent = only(table.hear(phone, "start", phone.start()))
    assert isinstance(sent, SendToDevice)
    assert sent.device_ids == ("ANNA",)
    assert content_of(sent, "cancel")["code"] == "m.unknown_transaction"
    assert table.hear(phone, "start", phone.start()) == ()


@pytest.mark.parametrize("from_device", ["", None, "A" * 256, "A\nB"])
def test_a_start_without_a_request_or_a_device_is_nothing(from_device: Any) -> None:
    table, phone = Table(), Phone()
    assert table.hear(phone, "start", phone.start(from_device=from_device)) == ()


@pytest.mark.parametrize("kind", ["start", "key", "mac", "done", "cancel"])
def test_in_a_room_an_unknown_flow_is_somebody_elses(kind: str) -> None:
    table, phone = Table(), in_room()
    table.shown(phone)
    other = in_room("$other")
    assert table.hear(other, kind, getattr(phone, kind)()) == ()
