"""Whatever anybody sends, at whatever stage: nothing raises, and nobody is verified by it.

Some thousand events at every run; ten times as many with ``scripts/test --soak``.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pc_matrix.homeserver.verification.values import (
    Received,
    SendInRoom,
    SendToDevice,
    Stage,
    TheirKeys,
    Verified,
)
from tests.homeserver.hostile_shapes import ANYTHING, SCALARS
from tests.homeserver.verification.phone import Content, Phone
from tests.homeserver.verification.table import Table, in_room, keys_of
from tests.homeserver.verification.test_order import REACH

_SHORT = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
_LONG = settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))

_KINDS = ("request", "ready", "start", "accept", "key", "mac", "done", "cancel", "new")
_TYPES = (*(f"m.key.verification.{kind}" for kind in _KINDS), "m.room.message", "")
_FIELDS = (
    *("from_device", "methods", "timestamp", "transaction_id", "to", "msgtype", "method", "key"),
    *("key_agreement_protocols", "hashes", "message_authentication_codes", "mac", "keys", "code"),
    *("short_authentication_string", "commitment", "reason", "m.relates_to"),
)
_NAMES = st.sampled_from(
    ("@anna:ex.test", "@bot:ex.test", "@bert:ex.test", "ANNA", "BOT", "txn-1", "$request")
) | st.text(max_size=6)
_ROOMS = st.sampled_from(("", "!direct:ex.test", "!else:ex.test"))
_CONTENTS = ANYTHING | st.dictionaries(
    st.sampled_from(_FIELDS), ANYTHING | _NAMES | st.lists(_NAMES, max_size=3), max_size=8
)
_KEYS = st.builds(
    TheirKeys, _NAMES, st.dictionaries(_NAMES, _NAMES | st.just("A" * 43), max_size=3)
)
_EVENTS = st.builds(
    Received,
    sender=_NAMES,
    flow_id=_NAMES,
    room_id=_ROOMS,
    type=st.sampled_from(_TYPES),
    content=_CONTENTS,
    device_id=st.just("") | _NAMES,
    sent_at=st.none() | st.just(Table().now),
)
_STAGES = st.sampled_from(list(REACH))
_WAYS = st.sampled_from((Phone, in_room))


def _check_anything(stage: Stage, way: Any, events: list[tuple[Received, TheirKeys]]) -> None:
    table, phone = Table(), way()
    REACH[stage](table, phone)
    for received, keys in events:
        for effect in table.desk.receive(received, keys, table.now):
            _assert_sane(effect)
        table.desk.confirm(received.flow_id, table.now)
        assert len({live.user_id for live in table.desk.live()}) == len(table.desk.live())


def _assert_sane(effect: Any) -> None:
    assert not isinstance(effect, Verified)
    if isinstance(effect, SendToDevice):
        assert effect.content["transaction_id"]
        assert all(effect.device_ids)
    elif isinstance(effect, SendInRoom):
        assert effect.content["m.relates_to"]["event_id"]


@_SHORT
@given(
    _STAGES.filter(lambda s: s is not Stage.FINISHING),
    _WAYS,
    st.lists(st.tuples(_EVENTS, _KEYS), max_size=6),
)
def test_any_event(stage: Stage, way: Any, events: list[tuple[Received, TheirKeys]]) -> None:
    _check_anything(stage, way, events)


@pytest.mark.soak
@_LONG
@given(
    _STAGES.filter(lambda s: s is not Stage.FINISHING),
    _WAYS,
    st.lists(st.tuples(_EVENTS, _KEYS), max_size=6),
)
def test_any_event_for_long(
    stage: Stage, way: Any, events: list[tuple[Received, TheirKeys]]
) -> None:
    _check_anything(stage, way, events)


_NEXT = {"ready": "start", "committed": "key", "comparing": "mac", "confirmed": "mac"}


def _spoil(content: Content, data: st.DataObject) -> Content:
    """The honest content with one thing changed, added or taken away, at any depth."""
    spoilt = copy.deepcopy(content)
    place: Any = spoilt
    while True:
        name = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[name], dict) or not place[name] or data.draw(st.booleans()):
            break
        place = place[name]
    match data.draw(st.sampled_from(("change", "add", "take"))):
        case "change":
            place[name] = data.draw(ANYTHING)
        case "add":
            place[data.draw(st.text(max_size=4))] = data.draw(SCALARS)
        case _:
            del place[name]
    return spoilt


def _check_spoilt(stage: Stage, way: Any, data: st.DataObject) -> None:
    table, phone = Table(), way()
    REACH[stage](table, phone)
    kind = _NEXT[stage.value]
    honest = getattr(phone, kind)()
    spoilt = _spoil(honest, data)
    effects = table.hear(phone, kind, spoilt)
    assert not any(isinstance(effect, Verified) for effect in effects)
    if kind != "mac":
        return
    table.desk.confirm(phone.flow_id, table.now)
    for effect in table.hear(phone, "done", phone.done()):
        # What the proofs do not cover may differ: the frame, and names that we do not know.
        if isinstance(effect, Verified):
            assert (spoilt["mac"], spoilt["keys"]) == (honest["mac"], honest["keys"])


@_SHORT
@given(st.sampled_from([s for s in REACH if s.value in _NEXT]), _WAYS, st.data())
def test_an_honest_event_spoilt(stage: Stage, way: Any, data: st.DataObject) -> None:
    _check_spoilt(stage, way, data)


@pytest.mark.soak
@_LONG
@given(st.sampled_from([s for s in REACH if s.value in _NEXT]), _WAYS, st.data())
def test_an_honest_event_spoilt_for_long(stage: Stage, way: Any, data: st.DataObject) -> None:
    _check_spoilt(stage, way, data)


@_SHORT
@given(st.lists(st.tuples(_EVENTS, _KEYS), max_size=8))
def test_an_honest_person_beside_is_verified(events: list[tuple[Received, TheirKeys]]) -> None:
    """Other persons' events, whatever they are, leave a flow alone."""
    table, phone = Table(), Phone("@carla:ex.test", "CARLA", flow_id="txn-carla")
    table.ready(phone)
    steps = iter(events)

    def disturb() -> None:
        if (step := next(steps, None)) is not None:
            table.desk.receive(*step, table.now)

    disturb()
    phone.hear_accept(table.hear(phone, "start", phone.start())[0].content)  # type: ignore[union-attr]
    disturb()
    phone.hear_key(table.hear(phone, "key", phone.key())[0].content)  # type: ignore[union-attr]
    disturb()
    table.desk.confirm(phone.flow_id, table.now)
    disturb()
    table.hear(phone, "mac", phone.mac(), keys_of(phone))
    disturb()
    assert isinstance(table.hear(phone, "done", phone.done())[0], Verified)
