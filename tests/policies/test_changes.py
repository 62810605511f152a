"""What becomes of a report whose message was changed or taken away: the whole table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from policies.changes import (
    Change,
    Known,
    Reading,
    Standing,
    Taken,
    Wish,
    is_read,
    may_ask,
    may_follow,
    of_edit,
    of_loss,
    of_withdrawal,
    standing,
    wish,
)
from policies.denunciation.verdict import Decision
from policies.refusal import Refusal
from policies.relay import Relayable
from policies.reports import Report, ReportState
from policies.terms import MessageKind, RoomId, SenderTrust
from tests.fakes import commune as c

REPORT = Report(
    1, None, c.CENTRE_ROOM, c.MESSAGE_ID, c.REFERENT, c.FLAG_ID, None, ReportState.OPEN, c.NOW
)
NO, LATER, SHOW, UPDATE, ASK, DOUBT, RESUME, WITHDRAW = (
    Change.NOTHING,
    Change.LATER,
    Change.SHOW,
    Change.UPDATE,
    Change.ASK,
    Change.DOUBT,
    Change.RESUME,
    Change.WITHDRAW,
)
READINGS: tuple[Reading, ...] = (*Known, *Decision, *Refusal)
DOUBTFUL = {
    Refusal.NOT_TEXT,
    Refusal.VOICE,
    Refusal.VIDEO,
    Refusal.BAD_PLACE,
    Refusal.ATTACHMENT_OPEN,
    Refusal.ATTACHMENT_GONE,
    Refusal.UNSETTLED,
    Refusal.UNCHECKED,
    Refusal.EMPTY,
    Refusal.TOO_LONG,
}
EDITS: dict[Standing, dict[Reading, Change]] = {
    Standing.NOWHERE: dict.fromkeys(READINGS, NO),
    Standing.IN_FLIGHT: dict.fromkeys(READINGS, LATER),
    Standing.LEAVING: dict.fromkeys(READINGS, WITHDRAW),
    Standing.RETURNED: {Decision.RELAY: SHOW, Decision.REDACT: SHOW, Decision.HOLD: SHOW},
    Standing.WAITING: dict.fromkeys(Decision, SHOW),
    Standing.QUESTIONED: dict.fromkeys(READINGS, NO),
    Standing.STANDS: {
        Decision.RELAY: UPDATE,
        Decision.REDACT: ASK,
        Decision.HOLD: ASK,
        Decision.RETURN: WITHDRAW,
        **dict.fromkeys(DOUBTFUL, DOUBT),
    },
    Standing.ASKED: {
        Known.SENT: RESUME,
        Decision.RELAY: UPDATE,
        Decision.REDACT: ASK,
        Decision.HOLD: ASK,
        Decision.RETURN: WITHDRAW,
        **dict.fromkeys(DOUBTFUL, DOUBT),
    },
}
"""What is not named does nothing."""


@pytest.mark.parametrize(("where", "reading"), list(product(Standing, READINGS)))
def test_what_an_edit_does(where: Standing, reading: Reading) -> None:
    expected = EDITS[where].get(reading, NO)
    assert of_edit(where, reading, may_ask=True) is expected
    alone = DOUBT if expected is ASK else expected
    assert of_edit(where, reading, may_ask=False) is alone
    hurried = Change.HURRY if where is Standing.QUESTIONED else expected
    assert of_edit(where, reading, may_ask=True, in_danger=True) is hurried


@pytest.mark.parametrize(("where", "reading"), list(product(Standing, READINGS)))
def test_what_was_taken_away_stands_nowhere_any_more(where: Standing, reading: Reading) -> None:
    """An edit's way, but that nothing stays as it was for want of an answer or of a judgement."""
    edit = EDITS[where].get(reading, NO)
    is_out = where in (Standing.STANDS, Standing.ASKED)
    expected = Change.WITHHOLD if edit is ASK else edit
    if is_out and isinstance(reading, Refusal):
        expected = WITHDRAW
    assert of_loss(where, reading, may_ask=True) is expected
    alone = WITHDRAW if edit is ASK else expected
    assert of_loss(where, reading, may_ask=False) is alone


@pytest.mark.parametrize("where", Standing)
def test_words_are_read_only_where_they_matter(where: Standing) -> None:
    """Where they are not read, every reading does the same."""
    does = {
        of_edit(where, reading, may_ask=True, in_danger=danger)
        for reading in READINGS
        for danger in (True, False)
    }
    assert is_read(where) is (len(does) > 1)


@pytest.mark.parametrize(
    ("where", "message", "flag"),
    [
        (Standing.NOWHERE, NO, NO),
        (Standing.RETURNED, NO, NO),
        (Standing.IN_FLIGHT, LATER, LATER),
        (Standing.WAITING, WITHDRAW, WITHDRAW),
        (Standing.QUESTIONED, WITHDRAW, WITHDRAW),
        (Standing.LEAVING, WITHDRAW, WITHDRAW),
        (Standing.STANDS, WITHDRAW, ASK),
        (Standing.ASKED, WITHDRAW, ASK),
    ],
)
def test_what_a_redaction_does(where: Standing, message: Change, flag: Change) -> None:
    assert of_withdrawal(where, Taken.MESSAGE, may_ask=True) is message
    assert of_withdrawal(where, Taken.MESSAGE, may_ask=False) is message
    assert of_withdrawal(where, Taken.FLAG, may_ask=True) is flag
    assert of_withdrawal(where, Taken.FLAG, may_ask=False) is (NO if flag is ASK else flag)


@pytest.mark.parametrize("state", ReportState)
@pytest.mark.parametrize(("in_flight", "copies", "asked"), list(product([True, False], repeat=3)))
def test_where_a_report_stands(
    state: ReportState, in_flight: bool, copies: bool, asked: bool
) -> None:
    before = {
        ReportState.AWAITING: Standing.WAITING,
        ReportState.OFFERED: Standing.WAITING,
        ReportState.ASKED: Standing.QUESTIONED,
        ReportState.RETURNED: Standing.RETURNED,
    }
    if state is ReportState.WITHDRAWN:
        expected = Standing.NOWHERE
    elif state is ReportState.WITHDRAWING:
        expected = Standing.LEAVING
    elif copies:
        expected = Standing.ASKED if asked else Standing.STANDS
    elif in_flight:
        expected = Standing.IN_FLIGHT
    else:
        expected = before.get(state, Standing.NOWHERE)
    report = replace(REPORT, state=state)
    assert standing(report, in_flight=in_flight, copies=copies, asked=asked) is expected


def test_without_a_report_there_is_nothing_to_follow() -> None:
    assert standing(None, in_flight=True, copies=True, asked=True) is Standing.NOWHERE


def test_at_whose_wish() -> None:
    assert wish(c.RESIDENT, c.RESIDENT, c.REFERENT) is Wish.AUTHOR
    assert wish(c.REFERENT, c.REFERENT, c.REFERENT) is Wish.AUTHOR
    assert wish(c.REFERENT, c.RESIDENT, c.REFERENT) is Wish.REFERENT
    assert wish(c.STRANGER, c.RESIDENT, c.REFERENT) is Wish.MODERATOR
    assert wish(c.STRANGER, None, c.REFERENT) is Wish.MODERATOR


def test_the_words_of_a_member_are_followed_whatever_became_of_his_referent() -> None:
    message = c.message()
    for directory in (c.directory(), c.without_mandates(c.REFERENT)):
        assert may_follow(REPORT, message, directory, c.NOW) == Relayable(c.CENTRE)


def test_what_is_not_followed() -> None:
    message, full = c.message(), c.directory()
    elsewhere = replace(REPORT, source_room=RoomId("!gone"))
    cases = [
        (elsewhere, message, full, Refusal.NOT_A_SECTOR_ROOM),
        (replace(REPORT, source_room=c.POLICE_ROOM), message, full, Refusal.NOT_A_SECTOR_ROOM),
        (REPORT, None, full, Refusal.UNREADABLE),
        (REPORT, replace(message, room_id=c.GARE_ROOM), full, Refusal.UNREADABLE),
        (REPORT, message, c.without_mandates(c.RESIDENT), Refusal.AUTHOR_UNKNOWN),
        (REPORT, replace(message, trust=SenderTrust.UNSIGNED), full, Refusal.UNSIGNED_DEVICE),
        (REPORT, replace(message, kind=MessageKind.UNSETTLED), full, Refusal.UNSETTLED),
    ]
    for report, said, directory, refusal in cases:
        assert may_follow(report, said, directory, c.NOW) is refusal


def test_who_can_still_be_asked() -> None:
    full = c.directory()
    assert may_ask(REPORT, full, c.NOW)
    assert not may_ask(REPORT, c.without_mandates(c.REFERENT), c.NOW)
    assert not may_ask(REPORT, full, c.START - timedelta(days=1))
    private = c.private_room(c.REFERENT)
    roomless = replace(full, rooms={r: k for r, k in full.rooms.items() if r != private})
    assert not may_ask(REPORT, roomless, c.NOW)
