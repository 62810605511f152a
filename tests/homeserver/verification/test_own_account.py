"""What our own account's devices send, this one among them."""

from __future__ import annotations

from typing import Any

import pytest

from pc_matrix.homeserver.verification.values import Ended, EndReason, Side, Stage
from tests.homeserver.verification.phone import Phone
from tests.homeserver.verification.table import OWN, Table, in_room


def test_our_own_request_is_an_echo() -> None:
    table = Table()
    assert table.request(Phone(OWN.user_id, OWN.device_id)) == ()
    assert table.request(Phone(OWN.user_id, "ADMIN", room_id="!direct:ex.test")) == ()


def _own(device_id: str, flow_id: str = "$request", room_id: str = "!direct:ex.test") -> Phone:
    return Phone(OWN.user_id, device_id, room_id, flow_id)


def _ready(device_id: str) -> dict[str, Any]:
    return {"from_device": device_id, "methods": ["m.sas.v1"]}


def test_another_device_of_ours_that_answered_first_has_the_request() -> None:
    # As when the bot was away: it finds the request, and an administrator's answer after it.
    table, phone = Table(), in_room()
    table.ready(phone)
    ended = Ended("$request", phone.user_id, EndReason.ACCEPTED, Side.US)
    assert table.hear(_own("ADMIN"), "ready", _ready("ADMIN")) == (ended,)
    assert table.hear(phone, "start", phone.start()) == ()


def test_another_device_of_ours_that_answered_later_has_not() -> None:
    table, phone = Table(), in_room()
    table.ready(phone)
    assert table.hear(_own("BOT"), "ready", _ready("BOT")) == ()
    assert table.hear(_own("ADMIN"), "ready", _ready("ADMIN")) == ()
    assert table.stage() is Stage.READY


def test_another_device_of_ours_is_too_late_once_they_started() -> None:
    table, phone = Table(), in_room()
    table.accepted(phone)
    assert table.hear(_own("ADMIN"), "ready", _ready("ADMIN")) == ()
    assert table.stage() is Stage.COMMITTED


def test_another_device_of_ours_may_cancel() -> None:
    table, phone = Table(), in_room()
    table.shown(phone)
    ended = Ended("$request", phone.user_id, EndReason.USER, Side.US)
    own = _own("ADMIN")
    assert table.hear(own, "cancel", own.cancel()) == (ended,)
    assert table.desk.live() == ()


@pytest.mark.parametrize(
    "own", [_own("ADMIN", flow_id="$other"), _own("ADMIN", room_id="!other:ex.test")]
)
def test_our_other_devices_flows_are_theirs(own: Phone) -> None:
    table, phone = Table(), in_room()
    table.ready(phone)
    assert table.hear(own, "cancel", own.cancel()) == ()
    assert table.hear(own, "ready", _ready("ADMIN")) == ()
    assert table.stage() is Stage.READY


@pytest.mark.parametrize("kind", ["start", "key", "mac", "done", "accept"])
def test_the_echo_of_our_own_events_is_nothing(kind: str) -> None:
    table, phone = Table(), in_room()
    own, content = _own("BOT"), _ready("BOT") | {"method": "m.sas.v1", "key": phone.public}
    for reach, stage in ((table.ready, Stage.READY), (table.shown, Stage.COMPARING)):
        phone = in_room(f"${stage}")
        reach(phone)
        own.flow_id = phone.flow_id
        assert table.hear(own, kind, content) == ()
        assert table.stage() is stage
        table.hear(phone, "cancel", phone.cancel())
