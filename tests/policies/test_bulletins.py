"""What is to be done where, so that each room shows a bulletin once, as it was confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.bulletin_care import Concern, Delicate, concerns
from policies.bulletins import (
    STANDS_FOR,
    TRIED_FOR,
    Copy,
    CopyState,
    Step,
    Wording,
    WordingState,
    adds_rooms,
    has_lapsed,
    is_given_up,
    removal,
    spreading,
)
from policies.denunciation.analysis import Analysis, Token
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.relay import CERTAIN_FOR
from policies.terms import EventId
from tests.fakes import commune as c

OLD = c.NOW - CERTAIN_FOR - timedelta(minutes=1)
COPY = Copy(1, 1, c.CENTRE_ROOM, CopyState.SENT, c.NOW, EventId("$x"), 7)
SHOWN = Wording(7, 1, EventId(""), "d", WordingState.SHOWN, c.NOW, EventId("$p"))


@pytest.mark.parametrize(
    ("copy", "towards", "away"),
    [
        (None, Step.SEND, None),
        (COPY, None, Step.REDACT),
        (replace(COPY, wording_id=6), Step.EDIT, Step.REDACT),
        (replace(COPY, state=CopyState.PENDING), Step.SEND, Step.REDACT),
        (replace(COPY, state=CopyState.PENDING, begun_at=OLD), Step.GIVE_UP, Step.GIVE_UP),
        (replace(COPY, state=CopyState.FAILED, begun_at=OLD), Step.SEND, None),
        (replace(COPY, state=CopyState.UNCERTAIN), None, None),
        (replace(COPY, state=CopyState.REMOVED), None, None),
    ],
)
def test_the_step_of_a_room(copy: Copy | None, towards: Step | None, away: Step | None) -> None:
    copies = [] if copy is None else [copy]
    wanted = {} if towards is None else {c.CENTRE_ROOM: towards}
    assert spreading([c.CENTRE_ROOM], copies, 7, c.NOW) == wanted
    left = {} if away is None else {c.CENTRE_ROOM: away}
    assert spreading([], copies, 7, c.NOW) == left
    if copy is not None:
        assert removal(copy, c.NOW) is (away or Step.NOTHING)


def test_rooms_that_are_added_hear_of_it_anew() -> None:
    assert adds_rooms([c.CENTRE_ROOM, c.GARE_ROOM], [COPY])
    assert not adds_rooms([c.CENTRE_ROOM], [COPY])
    assert adds_rooms([c.CENTRE_ROOM], [replace(COPY, state=CopyState.FAILED)])


@pytest.mark.parametrize("state", WordingState)
def test_only_what_waits_for_its_officer_lapses(state: WordingState) -> None:
    wording = replace(SHOWN, state=state)
    waits = state in (WordingState.SHOWN, WordingState.ASKED)
    assert has_lapsed(wording, c.NOW + STANDS_FOR) is waits
    assert not has_lapsed(wording, c.NOW + STANDS_FOR - timedelta(seconds=1))


def test_rooms_that_refuse_are_given_up_in_the_end() -> None:
    leaving = replace(SHOWN, state=WordingState.LEAVING, due_at=c.NOW)
    assert not is_given_up(SHOWN, c.NOW + TRIED_FOR)
    assert not is_given_up(leaving, c.NOW + TRIED_FOR - timedelta(seconds=1))
    assert is_given_up(leaving, c.NOW + TRIED_FOR)


def analysis(text: str, *tokens: Token, readable: bool = True) -> Analysis:
    return Analysis(text, tokens, (), readable)


def test_what_is_delicate_is_told_with_its_words() -> None:
    text = "AB-123-CD Martin le fils 0320"
    tokens = (
        Token(0, 9, "plate"),
        Token(10, 16, "martin"),
        Token(0, 9, "x", tags=frozenset({"plate"})),
    )
    found = (
        Finding(Rule.PERSON, 10, 16),
        Finding(Rule.KIN_OF, 17, 24),
        Finding(Rule.PHONE, 25, 29),
    )
    verdict = Verdict(Decision.RETURN, "", found)
    assert concerns(analysis(text, *tokens), verdict) == (
        Concern(Delicate.ACCUSES),
        Concern(Delicate.PLATE, "AB-123-CD"),
        Concern(Delicate.NAME, "Martin"),
        Concern(Delicate.POINTS, "le fils"),
    )
    assert "Martin" not in repr(concerns(analysis(text, *tokens), verdict))


def test_harmless_advice_is_asked_once_and_the_unreadable_twice() -> None:
    plain = Verdict(Decision.RELAY, "x")
    assert concerns(analysis("x"), plain) == ()
    assert concerns(analysis("x", readable=False), plain) == (Concern(Delicate.UNREAD),)


def test_a_long_mention_is_cut() -> None:
    name = "a" * 100
    verdict = Verdict(Decision.REDACT, "", (Finding(Rule.PERSON, 0, 100),))
    (found,) = concerns(analysis(name, Token(0, 100, name)), verdict)
    assert found.words == "a" * 59 + "…"
