"""Who gets into a managed room: every verdict, and what no snapshot whatever may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import room_marks
from policies.guard import (
    Change,
    Flaw,
    ManagedRoom,
    Question,
    Step,
    Verdict,
    at_once,
    judge,
    managed,
)
from policies.guard_snapshot import RoomAccess, Snapshot
from policies.room_marks import Mark
from policies.terms import RoomKind, UserId
from tests.policies.worlds import COMMUNE, NOW, SECTOR, key, user

BOT, ANNA, MALLORY = COMMUNE.bot, user("anna"), user("mallory")
ROOM = ManagedRoom(BOT, Mark(SECTOR, "nonce"))
HELD = Snapshot(7, COMMUNE.code, BOT, {SECTOR: RoomAccess({ANNA: None})})
ENTERING = (Step.JOIN, Step.INVITE, Step.KNOCK)


def verdict(
    step: Step, person: UserId, held: Snapshot | Flaw = HELD, room: ManagedRoom | None = ROOM
) -> Verdict:
    found = at_once(room, Change(step, person))
    return found if isinstance(found, Verdict) else judge(found, held, NOW)


def until(end: datetime | None, *, knocks: bool = False) -> Snapshot:
    return replace(HELD, rooms={SECTOR: RoomAccess({ANNA: end}, knocks)})


@pytest.mark.parametrize("step", ENTERING)
def test_whom_the_registry_knows_gets_in_until_the_mandate_ends(step: Step) -> None:
    assert verdict(step, ANNA) is Verdict.GIVEN
    assert verdict(step, ANNA, until(NOW + timedelta(milliseconds=1))) is Verdict.GIVEN
    assert not verdict(step, ANNA, until(NOW)).allows


def test_a_stranger_gets_in_nowhere() -> None:
    assert verdict(Step.JOIN, MALLORY) is Verdict.NOT_GIVEN
    assert verdict(Step.INVITE, MALLORY) is Verdict.NOT_GIVEN
    assert verdict(Step.KNOCK, MALLORY) is Verdict.NO_KNOCKING
    assert verdict(Step.JOIN, ANNA, until(NOW)) is Verdict.ENDED
    other = ManagedRoom(BOT, Mark(key(RoomKind.AUTHORITY, "gendarmerie"), "n"))
    assert verdict(Step.JOIN, ANNA, room=other) is Verdict.NOT_GIVEN


def test_a_room_that_is_open_to_knocks_is_open_to_nothing_else() -> None:
    assert verdict(Step.KNOCK, MALLORY, until(None, knocks=True)) is Verdict.KNOCKS
    assert verdict(Step.KNOCK, ANNA, until(NOW, knocks=True)) is Verdict.KNOCKS
    assert verdict(Step.JOIN, MALLORY, until(None, knocks=True)) is Verdict.NOT_GIVEN
    assert verdict(Step.JOIN, ANNA, until(NOW, knocks=True)) is Verdict.ENDED


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        (Flaw.ABSENT, Verdict.NO_SNAPSHOT),
        (Flaw.UNREADABLE, Verdict.UNREADABLE_SNAPSHOT),
        (Flaw.FORGED, Verdict.FORGED_SNAPSHOT),
        (Flaw.REPLAYED, Verdict.REPLAYED_SNAPSHOT),
    ],
)
def test_without_a_snapshot_that_counts_nobody_gets_in(flaw: Flaw, said: Verdict) -> None:
    assert {verdict(step, ANNA, flaw) for step in ENTERING} == {said}
    assert not said.allows


def test_another_communes_or_bots_snapshot_does_not_count() -> None:
    stranger = replace(HELD, bot=user("autre-bot"))
    assert verdict(Step.JOIN, ANNA, stranger) is Verdict.FOREIGN_SNAPSHOT
    code = SECTOR.commune.__class__("59350")
    assert verdict(Step.JOIN, ANNA, replace(HELD, commune=code)) is Verdict.FOREIGN_SNAPSHOT


def test_an_address_or_an_unknown_step_is_never_allowed() -> None:
    assert verdict(Step.INVITE_ADDRESS, ANNA) is Verdict.BY_ADDRESS
    assert verdict(Step.OTHER, ANNA) is Verdict.UNKNOWN_STEP


def test_a_mark_that_cannot_be_read_lets_in_the_bot_alone() -> None:
    room = ManagedRoom(BOT, None)
    assert {verdict(step, ANNA, room=room) for step in ENTERING} == {Verdict.UNREADABLE_MARK}
    assert verdict(Step.JOIN, BOT, room=room) is Verdict.BOT
    assert verdict(Step.OUT, ANNA, room=room) is Verdict.OUT


def test_a_managed_room_is_known_by_its_creation_alone() -> None:
    mark = Mark(SECTOR, "n")
    creation = {"room_version": "12", room_marks.FIELD: room_marks.as_content(mark)}
    assert managed(BOT, creation, {BOT}) == ManagedRoom(BOT, mark)
    assert managed(BOT, {room_marks.FIELD: "garbled"}, {BOT}) == ManagedRoom(BOT, None)
    assert managed(BOT, {"room_version": "12"}, {BOT}) is None
    assert managed(MALLORY, creation, {BOT}) is None
    assert managed(BOT, creation, frozenset()) is None


people = st.sampled_from([ANNA, MALLORY, BOT, user("carl", "elsewhere.test")])
ends = st.none() | st.timedeltas(timedelta(-9), timedelta(9)).map(lambda delta: NOW + delta)
accesses = st.builds(RoomAccess, st.dictionaries(people, ends), st.booleans())
held_ones = st.sampled_from(Flaw) | st.builds(
    Snapshot,
    st.integers(),
    st.sampled_from([COMMUNE.code, COMMUNE.code.__class__("59350")]),
    people,
    st.dictionaries(st.sampled_from([SECTOR, key(RoomKind.REFERENTS)]), accesses),
)
rooms = st.none() | st.builds(ManagedRoom, st.just(BOT), st.none() | st.just(Mark(SECTOR, "nonce")))
changes = st.builds(Change, st.sampled_from(Step), people, st.booleans())


@given(rooms, changes, held_ones)
def test_the_verdict_is_never_more_generous_than_the_rules(
    room: ManagedRoom | None, change: Change, held: Snapshot | Flaw
) -> None:
    found = at_once(room, change)
    if isinstance(found, Question):
        found = judge(found, held, NOW)
    if room is None:
        assert found is Verdict.OTHER_ROOM
    elif change.step is Step.OUT:
        assert found is Verdict.OUT
    elif found.allows and change.person != BOT and not (change.is_in and change.step is Step.JOIN):
        assert isinstance(held, Snapshot)
        assert (held.commune, held.bot) == (COMMUNE.code, BOT)
        access = held.rooms[SECTOR]
        end = access.members.get(change.person, NOW)
        assert end is None or end > NOW or (access.knocks and change.step is Step.KNOCK)


@given(st.sampled_from(Step), people, st.sampled_from(Flaw))
def test_leaving_and_staying_ask_for_no_snapshot(step: Step, person: UserId, flaw: Flaw) -> None:
    assert at_once(ROOM, Change(Step.OUT, person)) is Verdict.OUT
    stays = at_once(ROOM, Change(Step.JOIN, person, is_in=True))
    assert stays is (Verdict.BOT if person == BOT else Verdict.STAYS)
    assert at_once(None, Change(step, person)) is Verdict.OTHER_ROOM


def test_every_verdict_allows_or_refuses_as_its_name_says() -> None:
    assert {v for v in Verdict if v.allows} == {
        Verdict.OTHER_ROOM,
        Verdict.OUT,
        Verdict.STAYS,
        Verdict.BOT,
        Verdict.GIVEN,
        Verdict.KNOCKS,
    }
