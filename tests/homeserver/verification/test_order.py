"""Events that come twice, too early, too late, or from somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pc_matrix.homeserver.verification.values import (
    Ended,
    EndReason,
    Received,
    Side,
    Stage,
    TheirKeys,
    Verified,
)
from tests.homeserver.verification.phone import Content, Phone
from tests.homeserver.verification.table import Table, in_room, is_cancelled, keys_of

REACH: dict[Stage, Callable[[Table, Phone], Any]] = {
    Stage.READY: Table.ready,
    Stage.COMMITTED: Table.accepted,
    Stage.COMPARING: Table.shown,
    Stage.CONFIRMED: Table.confirmed,
    Stage.FINISHING: Table.finishing,
}
# What may come at each stage; an equal repetition of what came before is passed over besides.
DUE: dict[Stage, set[str]] = {
    Stage.READY: {"start"},
    Stage.COMMITTED: {"key"},
    Stage.COMPARING: {"mac"},
    Stage.CONFIRMED: {"mac", "done"},
    Stage.FINISHING: {"done"},
}
KINDS = ("start", "key", "mac", "done", "ready", "accept")


def _new(phone: Phone, kind: str) -> Content:
    """A well-formed event that was not sent before."""
    contents: dict[str, Callable[[], Content]] = {
        "start": lambda: phone.start(next_method="none"),
        "key": lambda: phone.key() | {"key": Phone().public},
        "mac": lambda: phone.key() | {"mac": {"ed25519:NEW": "AAAA"}, "keys": "AAAA"},
        "done": phone.done,
        "ready": lambda: phone.key() | {"from_device": "ANNA", "methods": ["m.sas.v1"]},
        "accept": lambda: phone.key() | {"method": "m.sas.v1"},
    }
    return contents[kind]()


@pytest.mark.parametrize("way", [Phone, in_room])
@pytest.mark.parametrize(
    ("stage", "kind"), [(s, k) for s in REACH for k in KINDS if k not in DUE[s]]
)
def test_what_is_not_due_ends_the_flow(stage: Stage, kind: str, way: Any) -> None:
    table, phone = Table(), way()
    REACH[stage](table, phone)
    effects = table.hear(phone, kind, _new(phone, kind))
    assert is_cancelled(effects, phone, EndReason.UNEXPECTED_MESSAGE)
    assert table.desk.live() == ()


@pytest.mark.parametrize("stage", REACH)
@pytest.mark.parametrize("kind", ["start", "key", "mac"])
def test_a_malformed_event_ends_the_flow(stage: Stage, kind: str) -> None:
    table, phone = Table(), Phone()
    REACH[stage](table, phone)
    assert is_cancelled(table.hear(phone, kind, {}), phone, EndReason.INVALID_MESSAGE)


@pytest.mark.parametrize("stage", REACH)
def test_an_unknown_event_is_nothing(stage: Stage) -> None:
    table, phone = Table(), Phone()
    REACH[stage](table, phone)
    assert table.hear(phone, "org.example.new", phone.done()) == ()
    assert table.stage() is stage


@pytest.mark.parametrize("kind", ["start", "m.key.start", "x.m.key.verification.start", ""])
def test_a_type_that_only_ends_alike_is_nothing(kind: str) -> None:
    table, phone = Table(), Phone()
    table.ready(phone)
    received = Received(phone.user_id, phone.flow_id, "", kind, phone.start())
    assert table.desk.receive(received, keys_of(phone), table.now) == ()
    assert table.stage() is Stage.READY


@pytest.mark.parametrize("stage", REACH)
@pytest.mark.parametrize("way", [Phone, in_room])
def test_they_may_cancel_at_any_time(stage: Stage, way: Any) -> None:
    table, phone = Table(), way()
    REACH[stage](table, phone)
    ended = Ended(phone.flow_id, phone.user_id, EndReason.MISMATCHED_SAS, Side.THEM)
    assert table.hear(phone, "cancel", phone.cancel("m.mismatched_sas")) == (ended,)
    assert table.desk.live() == ()
    assert table.hear(phone, "cancel", phone.cancel("m.mismatched_sas")) == ()


@pytest.mark.parametrize("code", ["org.example.bored", "", "m.cross_signing", "other"])
def test_a_code_that_we_do_not_know_ends_it_too(code: str) -> None:
    table, phone = Table(), Phone()
    table.ready(phone)
    ended = Ended(phone.flow_id, phone.user_id, EndReason.OTHER, Side.THEM)
    assert table.hear(phone, "cancel", phone.cancel(code)) == (ended,)


@pytest.mark.parametrize("reason", sorted(set(EndReason) - {EndReason.OTHER}))
def test_every_code_of_theirs_is_told(reason: EndReason) -> None:
    table, phone = Table(), Phone()
    table.ready(phone)
    ended = Ended(phone.flow_id, phone.user_id, reason, Side.THEM)
    assert table.hear(phone, "cancel", phone.cancel(reason.value)) == (ended,)


def test_they_may_cancel_although_their_keys_changed() -> None:
    table, phone = Table(), Phone()
    table.shown(phone)
    ended = Ended(phone.flow_id, phone.user_id, EndReason.USER, Side.THEM)
    effects = table.hear(phone, "cancel", phone.cancel(), TheirKeys("", {}))
    assert effects == (ended,)


@pytest.mark.parametrize("kind", ["start", "key", "mac", "done"])
def test_whoever_may_verify_no_longer_goes_no_further(kind: str) -> None:
    allowed = {"@anna:ex.test"}
    table, phone = Table(may_verify=allowed.__contains__), Phone()
    reach = {s: p for s, p in REACH.items() if kind in DUE[s]}
    next(iter(reach.values()))(table, phone)
    allowed.clear()
    effects = table.hear(phone, kind, getattr(phone, kind)(), TheirKeys("", {}))
    assert is_cancelled(effects, phone, EndReason.USER)
    assert table.desk.live() == ()


def test_whoever_may_verify_no_longer_may_still_cancel() -> None:
    allowed = {"@anna:ex.test"}
    table, phone = Table(may_verify=allowed.__contains__), Phone()
    table.shown(phone)
    allowed.clear()
    ended = Ended(phone.flow_id, phone.user_id, EndReason.USER, Side.THEM)
    assert table.hear(phone, "cancel", phone.cancel(), TheirKeys("", {})) == (ended,)


@pytest.mark.parametrize("way", [Phone, in_room])
def test_each_event_may_come_twice(way: Any) -> None:
    table, phone = Table(), way()
    request = phone.request(table.ms())
    once = [len(table.hear(phone, "request", request))]
    twice = [len(table.hear(phone, "request", request))]

    def hear(kind: str, content: Content) -> Any:
        effects = table.hear(phone, kind, content)
        once.append(len(effects))
        twice.append(len(table.hear(phone, kind, content)))
        return effects

    phone.hear_accept(hear("start", phone.start())[0].content)
    phone.hear_key(hear("key", phone.key())[0].content)
    mac = phone.mac()
    hear("mac", mac)
    assert len(table.desk.confirm(phone.flow_id, table.now)) == 2
    assert table.desk.confirm(phone.flow_id, table.now) == ()
    for kind, content in (("start", phone.start()), ("key", phone.key()), ("mac", mac)):
        assert table.hear(phone, kind, content) == ()
    (verified,) = hear("done", phone.done())
    assert isinstance(verified, Verified)
    assert once == [1, 1, 2, 0, 1]
    assert twice == [0, 0, 0, 0, 0]


def test_the_whole_exchange_replayed_is_nothing() -> None:
    table, phone = Table(), Phone()
    request = phone.request(table.ms())
    table.verified(phone)
    said = [("start", phone.start()), ("key", phone.key()), ("mac", phone.mac())]
    for kind, content in [("request", request), *said, ("done", phone.done())]:
        assert table.hear(phone, kind, content) == ()
    assert table.desk.live() == ()


@pytest.mark.parametrize("stage", REACH)
@pytest.mark.parametrize("kind", [*KINDS, "cancel"])
@pytest.mark.parametrize("way", [Phone, in_room])
def test_somebody_else_cannot_meddle(stage: Stage, kind: str, way: Any) -> None:
    table, phone = Table(), way()
    REACH[stage](table, phone)
    mallory = way()
    mallory.user_id = "@mallory:ex.test"
    if kind == "start" and not phone.room_id:
        table.hear(mallory, "start", mallory.start(from_device="MALLORY"))  # told no, once
    content = phone.cancel() if kind == "cancel" else _new(phone, kind)
    assert table.hear(mallory, kind, content) == ()
    assert table.stage() is stage


@pytest.mark.parametrize("kind", [*KINDS, "cancel"])
@pytest.mark.parametrize(
    ("way", "other"),
    [
        pytest.param(Phone, {"room_id": "!direct:ex.test"}, id="to-device-then-in-room"),
        pytest.param(in_room, {"room_id": ""}, id="in-room-then-to-device"),
        pytest.param(in_room, {"room_id": "!else:ex.test"}, id="another-room"),
        pytest.param(Phone, {"flow_id": "txn-9"}, id="another-flow"),
        pytest.param(Phone, {"flow_id": ""}, id="no-flow"),
    ],
)
def test_an_event_of_another_way_is_no_part_of_the_flow(
    kind: str, way: Any, other: dict[str, str]
) -> None:
    table, phone = Table(), way()
    table.shown(phone)
    elsewhere = way()
    for name, value in other.items():
        setattr(elsewhere, name, value)
    content = phone.cancel() if kind == "cancel" else _new(phone, kind)
    assert not any(isinstance(e, Ended) for e in table.hear(elsewhere, kind, content))
    assert table.stage() is Stage.COMPARING


@pytest.mark.parametrize("kind", ["start", "key", "mac", "done", "cancel"])
def test_in_a_room_another_device_of_theirs_has_no_say(kind: str) -> None:
    table, phone = Table(), in_room()
    table.confirmed(phone)
    content = getattr(phone, kind)()
    assert table.hear(phone, kind, content, device_id="GHOST") == ()
    assert table.stage() is Stage.CONFIRMED


def test_in_a_room_the_device_itself_is_heard() -> None:
    table, phone = Table(), in_room()
    table.confirmed(phone)
    assert len(table.hear(phone, "mac", phone.mac(), device_id="ANNA")) == 1


@pytest.mark.parametrize("stage", [Stage.READY, Stage.COMMITTED, Stage.CONFIRMED, Stage.FINISHING])
def test_the_administrators_word_counts_only_while_codes_are_compared(stage: Stage) -> None:
    table, phone = Table(), Phone()
    REACH[stage](table, phone)
    assert table.desk.confirm(phone.flow_id, table.now) == ()
    assert table.desk.refuse(phone.flow_id, table.now) == ()
    assert table.stage() is stage


@pytest.mark.parametrize("flow_id", ["", "txn-9", "TXN-1"])
def test_the_administrators_word_on_an_unknown_flow_is_nothing(flow_id: str) -> None:
    table, phone = Table(), Phone()
    table.shown(phone)
    assert table.desk.confirm(flow_id, table.now) == ()
    assert table.desk.refuse(flow_id, table.now) == ()
    assert table.stage() is Stage.COMPARING


@pytest.mark.parametrize("way", [Phone, in_room])
@pytest.mark.parametrize("they_said_yes", [True, False])
def test_codes_that_differ_end_it(way: Any, they_said_yes: bool) -> None:
    table, phone = Table(), way()
    table.shown(phone)
    if they_said_yes:
        table.hear(phone, "mac", phone.mac())
    effects = table.desk.refuse(phone.flow_id, table.now)
    assert is_cancelled(effects, phone, EndReason.MISMATCHED_SAS)
    assert table.desk.live() == ()
    assert table.desk.confirm(phone.flow_id, table.now) == ()
    assert table.hear(phone, "mac", phone.mac()) == ()
