"""Flows that take too long, and the end of the bot's day."""

from __future__ import annotations

from typing import Any

import pytest

from pc_matrix.homeserver.verification.values import Ended, EndReason, Side, Stage
from tests.homeserver.verification.phone import Phone
from tests.homeserver.verification.table import Table, content_of, in_room, is_cancelled
from tests.homeserver.verification.test_order import REACH


@pytest.mark.parametrize("way", [Phone, in_room])
@pytest.mark.parametrize("stage", REACH)
def test_a_flow_ends_ten_minutes_after_its_request(stage: Stage, way: Any) -> None:
    table, phone = Table(), way()
    REACH[stage](table, phone)
    table.later(minutes=9, seconds=59)
    assert table.desk.expire(table.now) == ()
    table.later(seconds=1)
    assert is_cancelled(table.desk.expire(table.now), phone, EndReason.TIMEOUT)
    assert table.desk.live() == ()
    assert table.desk.expire(table.now) == ()


def test_people_have_time_to_compare() -> None:
    table, phone = Table(), Phone()
    table.shown(phone)
    table.later(minutes=9)
    assert len(table.desk.confirm(phone.flow_id, table.now)) == 1


@pytest.mark.parametrize("word", ["confirm", "refuse", "cancel_all"])
def test_the_administrators_word_comes_too_late(word: str) -> None:
    table, phone = Table(), Phone()
    table.shown(phone)
    table.later(minutes=10)
    arguments = [] if word == "cancel_all" else [phone.flow_id]
    effects = getattr(table.desk, word)(*arguments, table.now)
    assert is_cancelled(effects, phone, EndReason.TIMEOUT)


def test_their_event_comes_too_late() -> None:
    table, phone = Table(), Phone()
    table.confirmed(phone)
    table.later(minutes=10)
    assert is_cancelled(table.hear(phone, "mac", phone.mac()), phone, EndReason.TIMEOUT)


def test_a_new_request_after_one_that_ran_out_is_answered() -> None:
    table, first, second = Table(), Phone(), Phone(flow_id="txn-2")
    table.ready(first)
    table.later(minutes=10)
    *old, new = table.request(second)
    assert is_cancelled(tuple(old), first, EndReason.TIMEOUT)
    content_of(new, "ready")


def test_only_the_late_one_ends() -> None:
    table, first, second = Table(), Phone(), Phone("@bert:ex.test", "BERT", flow_id="txn-2")
    table.ready(first)
    table.later(minutes=5)
    table.ready(second)
    table.later(minutes=5)
    assert is_cancelled(table.desk.expire(table.now), first, EndReason.TIMEOUT)
    assert [live.user_id for live in table.desk.live()] == ["@bert:ex.test"]


def test_the_late_one_ends_before_anything_else_is_done() -> None:
    table, first, second = Table(), Phone(), Phone("@bert:ex.test", "BERT", flow_id="txn-2")
    table.ready(first)
    table.later(minutes=5)
    table.shown(second)
    table.later(minutes=5)
    *old, mac = table.desk.confirm(second.flow_id, table.now)
    assert is_cancelled(tuple(old), first, EndReason.TIMEOUT)
    content_of(mac, "mac")


def test_everything_ends_when_the_bot_stops() -> None:
    table, first, second = Table(), Phone(), Phone("@bert:ex.test", "BERT", flow_id="txn-2")
    table.ready(first)
    table.shown(second)
    effects = table.desk.cancel_all(table.now)
    assert is_cancelled(effects[:2], first, EndReason.USER)
    assert is_cancelled(effects[2:], second, EndReason.USER)
    assert table.desk.live() == ()
    assert table.desk.cancel_all(table.now) == ()


def test_who_ended_it_is_told() -> None:
    table, phone = Table(), Phone()
    table.ready(phone)
    timed_out = Ended(phone.flow_id, phone.user_id, EndReason.TIMEOUT, Side.THEM)
    assert table.hear(phone, "cancel", phone.cancel("m.timeout")) == (timed_out,)
