"""Events of verification as they arrive, and the line that they leave by."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import Any, cast

import pytest

from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.crypto.outbound import Audience
from pc_matrix.homeserver.crypto.rotation import Rotation
from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.http import Json, MatrixHttp
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from pc_matrix.homeserver.room_view import RoomView
from pc_matrix.homeserver.trust import OwnIdentity
from pc_matrix.homeserver.verification.values import SendInRoom, SendToDevice, TheirKeys
from pc_matrix.homeserver.verification_events import (
    from_device,
    from_room,
    is_request,
    sealed_by,
    signed,
    their_keys,
)
from pc_matrix.homeserver.verification_line import VerificationLine
from policies.trust import IdentityFacts, KeyFacts
from tests.fakes import commune as c
from tests.homeserver.verification.phone import Phone
from tests.verifications.hall import GOOD, seen

START = "m.key.verification.start"
ASKS = {"msgtype": "m.key.verification.request", "to": c.BOT, "body": "!signaler"}


def in_room(kind: str, content: Json) -> RoomEvent:
    return RoomEvent("$event", "!room", c.OFFICER, c.NOW, kind, content)


def refers(to: Any, rel_type: str = "m.reference") -> Json:
    return {"m.relates_to": {"rel_type": rel_type, "event_id": to}}


def test_a_request_in_a_room_is_named_by_its_own_event() -> None:
    received = from_room(in_room("m.room.message", ASKS | refers("$other")))
    assert received is not None
    assert (received.flow_id, received.room_id, received.sent_at) == ("$event", "!room", c.NOW)


def test_what_follows_refers_to_the_request() -> None:
    received = from_room(in_room(START, refers("$request")))
    assert received is not None
    assert (received.flow_id, received.type, received.device_id) == ("$request", START, "")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("m.room.message", {"msgtype": "m.text", "body": "m.key.verification.request"}),
        ("m.reaction", ASKS),
        (START, {}),
        (START, refers("$request", "m.thread")),
        (START, refers(7)),
        (START, refers("")),
        (START, refers("$a b")),
        (START, refers("$\x00")),
        (START, refers("$" + "x" * 255)),
        (START, {"m.relates_to": "$request"}),
    ],
)
def test_everything_else_in_a_room_is_none(kind: str, content: Json) -> None:
    assert from_room(in_room(kind, content)) is None


@pytest.mark.parametrize("flow_id", ["", "a b", "é", "\n", "x" * 256, None, 7, ["x"]])
def test_an_id_that_is_none_names_no_flow_between_devices(flow_id: object) -> None:
    assert from_device(ToDeviceEvent(c.OFFICER, START, {"transaction_id": flow_id})) is None


def test_between_devices() -> None:
    event = ToDeviceEvent(c.OFFICER, START, {"transaction_id": "x" * 255})
    received = from_device(event)
    assert received is not None
    assert (received.flow_id, received.room_id) == ("x" * 255, "")
    assert from_device(replace(event, type="m.secret.request")) is None


def test_only_what_asks_is_a_request() -> None:
    assert is_request(in_room("m.room.message", ASKS))
    assert not is_request(in_room("m.room.message", {"body": "m.key.verification.request"}))
    assert not is_request(in_room(START, ASKS))


@pytest.mark.parametrize("fault", ["names_itself", "signed_by_itself", "signed_by_owner", "speaks"])
def test_only_devices_that_their_owner_signed_count(fault: str) -> None:
    phone = Phone(c.OFFICER)
    assert their_keys(seen(phone)) == TheirKeys(phone.master_key, {"ANNA": phone.ed25519})
    faulty = seen(phone, replace(GOOD, **{fault: False}))
    assert their_keys(faulty) == TheirKeys(phone.master_key, {})
    assert signed(faulty) == frozenset()


def test_an_identity_in_pieces_or_none_has_no_keys() -> None:
    phone = Phone(c.OFFICER)
    whole = seen(phone)
    broken = replace(whole, identity=replace(whole.identity, is_signed=False))
    stranger = replace(whole.identity, master=replace(whole.identity.master, names_owner=False))
    assert their_keys(broken) == TheirKeys("", {})
    assert their_keys(replace(whole, identity=stranger)) == TheirKeys("", {})
    assert their_keys(replace(whole, identity=IdentityFacts(KeyFacts()))) == TheirKeys("", {})
    assert their_keys(None) == TheirKeys("", {})


def test_who_sealed_an_event() -> None:
    phone = Phone(c.OFFICER)
    known, right = seen(phone), Ciphertext("curve", phone.ed25519)
    assert sealed_by(right, known) == "ANNA"
    assert sealed_by(replace(right, sender_key="other"), known) == ""
    assert sealed_by(replace(right, claimed_ed25519="other"), known) == ""
    assert sealed_by(None, known) == sealed_by(right, None) == ""


class FakeHttp:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Json]] = []

    async def request(self, method: str, path: str, body: Json) -> Json:
        self.asked.append((method, path, body))
        return {}


class FakeMachine:
    """A device whose encryption shows for whom it is."""

    class account:  # noqa: N801
        user_id, device_id, ed25519 = c.BOT, "BOT", "ED"

    class outbound:  # noqa: N801
        @staticmethod
        async def encrypt(
            room_id: str, kind: str, content: Json, audience: Audience, _rotation: Rotation
        ) -> Json:
            readers = sorted(device.device_id for device in audience.readers)
            return {"in": room_id, "kind": kind, "readers": readers, "barred": audience.barred}


async def _view(_room_id: str) -> RoomView:
    return RoomView()


@pytest.fixture
def http() -> FakeHttp:
    return FakeHttp()


@pytest.fixture
def line(http: FakeHttp) -> VerificationLine:
    return VerificationLine(
        cast(MatrixHttp, http),
        cast(Machine, FakeMachine()),
        OwnIdentity(c.BOT, "MASTER"),
        defaultdict(asyncio.Lock),
        _view,
    )


def test_whose_keys_the_line_proves(line: VerificationLine) -> None:
    own = line.own
    assert (own.user_id, own.device_id, own.ed25519, own.master_key) == (
        c.BOT,
        "BOT",
        "ED",
        "MASTER",
    )


async def test_to_devices_it_goes_plain(line: VerificationLine, http: FakeHttp) -> None:
    await line.to_device(SendToDevice(c.OFFICER, ("A", "B"), START, {"x": 1}), "txn")
    ((method, path, body),) = http.asked
    assert (method, path) == ("PUT", f"/_matrix/client/v3/sendToDevice/{START}/txn")
    assert body == {"messages": {c.OFFICER: {"A": {"x": 1}, "B": {"x": 1}}}}


async def test_in_a_room_it_goes_plain_or_for_some_alone(
    line: VerificationLine, http: FakeHttp
) -> None:
    effect = SendInRoom("!room", START, refers("$request"))
    await line.in_room(effect, "t1", None)
    await line.in_room(effect, "t2", seen(Phone(c.OFFICER)))
    (_, plain, content), (_, sealed, secret) = http.asked
    assert plain.endswith(f"/rooms/%21room/send/{START}/t1")
    assert content == refers("$request")
    assert sealed.endswith("/rooms/%21room/send/m.room.encrypted/t2")
    assert secret == {"in": "!room", "kind": START, "readers": ["ANNA"], "barred": frozenset()}


@pytest.mark.parametrize("kind", ["m.room.message", "m.room_key", "m.room.member", ""])
async def test_nothing_else_leaves_by_this_line(
    line: VerificationLine, http: FakeHttp, kind: str
) -> None:
    with pytest.raises(ValueError, match="not a verification"):
        await line.to_device(SendToDevice(c.OFFICER, ("A",), kind, {}), "txn")
    for readers in (None, seen(Phone(c.OFFICER))):
        with pytest.raises(ValueError, match="not a verification"):
            await line.in_room(SendInRoom("!room", kind, {}), "txn", readers)
    assert http.asked == []
