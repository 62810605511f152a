"""A report's history: who may see it, and what it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.authority import officers
from policies.history import MOST_SHOWN, Destinations, Line, Open, Way, history, may_see, open_ones
from policies.mails import Mail, MailKind, MailState
from policies.refusal import Refusal
from policies.reports import Link, LinkState, Report, ReportState
from policies.steps import Step, StepKind
from policies.terms import EventId, RoomId, UserId
from tests.fakes import commune as c

REPORT = Report(
    1,
    "2026-0001",
    c.CENTRE_ROOM,
    c.MESSAGE_ID,
    c.REFERENT,
    c.FLAG_ID,
    None,
    ReportState.SENT,
    c.NOW,
)


def link(room: RoomId, state: LinkState = LinkState.SENT) -> Link:
    return Link(1, 1, room, "txn", None, state, c.NOW + timedelta(minutes=1))


def mail(kind: MailKind = MailKind.REPORT, state: MailState = MailState.TAKEN) -> Mail:
    return Mail(1, 1, c.POLICE, kind, None, "txn", state, False, c.NOW + timedelta(minutes=2))


SENT = Destinations((link(c.GENDARMERIE_ROOM),), (mail(),))


@pytest.mark.parametrize("who", [c.REFERENT, c.OFFICER, c.POLICEMAN, c.MAYOR])
def test_those_whom_it_concerns_see_it(who: UserId) -> None:
    assert may_see(who, REPORT, SENT, c.directory(), c.NOW) == REPORT


@pytest.mark.parametrize("who", [c.RESIDENT, c.OTHER_REFERENT, c.STRANGER])
def test_others_hear_the_same_as_of_no_report(who: UserId) -> None:
    for report in (REPORT, None):
        found = may_see(who, report, SENT, c.directory(), c.NOW)
        assert found is Refusal.NOT_YOUR_REPORT


def test_nobody_without_a_mandate_sees_even_his_own() -> None:
    gone = c.without_mandates(c.REFERENT)
    assert may_see(c.REFERENT, REPORT, SENT, gone, c.NOW) is Refusal.NOT_YOUR_REPORT


def test_an_officer_of_another_authority_does_not_see_it() -> None:
    only = Destinations((link(c.GENDARMERIE_ROOM), link(RoomId("!gone")), link(c.GARE_ROOM)), ())
    found = may_see(c.POLICEMAN, REPORT, only, c.directory(), c.NOW)
    assert found is Refusal.NOT_YOUR_REPORT


def test_everything_stands_in_its_order() -> None:
    up = Step(StepKind.TAKEN_UP, c.NOW + timedelta(minutes=3), c.GENDARMERIE, EventId("$up"))
    urgent = Step(StepKind.URGENT, c.NOW)
    assert history(REPORT, SENT, (up, urgent), c.directory()) == (
        Line(c.NOW, Way.FLAGGED),
        Line(c.NOW, StepKind.URGENT),
        Line(c.NOW + timedelta(minutes=1), Way.SENT, c.GENDARMERIE),
        Line(c.NOW + timedelta(minutes=2), Way.MAILED, c.POLICE),
        Line(up.at, StepKind.TAKEN_UP, c.GENDARMERIE),
    )


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (link(c.GENDARMERIE_ROOM, LinkState.PENDING), Way.SENDING),
        (link(c.GENDARMERIE_ROOM, LinkState.UNCERTAIN), Way.UNCERTAIN),
        (mail(state=MailState.WAITING), Way.MAIL_WAITS),
        (mail(state=MailState.HANDING), Way.MAIL_WAITS),
        (mail(state=MailState.REFUSED), Way.MAIL_FAILED),
        (mail(MailKind.EDIT), Way.MAIL_EDITED),
        (mail(MailKind.WITHDRAWAL), Way.MAIL_WITHDRAWN),
    ],
)
def test_how_far_it_came(sent: Link | Mail, expected: Way) -> None:
    there = Destinations((sent,), ()) if isinstance(sent, Link) else Destinations((), (sent,))
    assert history(REPORT, there, (), c.directory())[-1].what is expected


@pytest.mark.parametrize(
    ("state", "kinds", "expected"),
    [
        (ReportState.AWAITING, (), True),
        (ReportState.OFFERED, (), True),
        (ReportState.SENT, (), True),
        (ReportState.UNCERTAIN, (), True),
        (ReportState.SENT, (StepKind.TAKEN_UP,), True),
        (ReportState.SENT, (StepKind.CLOSED,), False),
        (ReportState.SENT, (StepKind.DROPPED,), False),
        (ReportState.RETURNED, (), False),
    ],
)
def test_which_reports_are_open(
    state: ReportState, kinds: tuple[StepKind, ...], expected: bool
) -> None:
    report = replace(REPORT, state=state)
    steps = tuple(Step(kind, c.NOW, c.POLICE) for kind in kinds)
    assert open_ones([(report, steps)]) == ((Open(report, steps),) if expected else ())


def test_a_list_ends_somewhere() -> None:
    assert len(open_ones([(REPORT, ())] * (MOST_SHOWN + 5))) == MOST_SHOWN


def test_who_works_there() -> None:
    assert officers(c.POLICE, c.directory(), c.NOW) == (c.POLICEMAN,)
    assert officers(c.POLICE, c.without_mandates(c.POLICEMAN), c.NOW) == ()
