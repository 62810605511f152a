"""What fits can be said: no server refuses a message of the bot for its size."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridges.wording import advice, bulletin, feedback
from pc_matrix.homeserver.crypto.outbound import payload
from pc_matrix.voice import _content
from policies import commands
from policies.broadcast import Bulletin, may_broadcast
from policies.denunciation.verdict import Rule
from policies.lengths import fits
from policies.refusal import Refusal
from policies.terms import Person, UserId
from tests.fakes import commune as c

WHO = Person(UserId("@" + "a" * 100 + ":" + "b" * 150), "Anne " * 20)
MOST = 65_536
GENDARMERIE = c.commune().authorities[0]
FACTS = bulletin.Facts(999_999_999, ("Quartier " * 3,) * 100, 10_000, held_until=c.NOW)
HEAVIEST = ["a", "é", "🚩", '"', "&", "\n", "\x01", "\u2028", "\\"]


def weight_of_event(words: str) -> int:
    """The largest event that says ``words``, sealed."""
    reasons = [advice.Reason(rule.value, words[:40]) for rule in list(Rule)[:12]]
    notices = (
        advice.preview(WHO, words, reasons),
        advice.returned(WHO, reasons, words),
        bulletin.preview(WHO, Bulletin(GENDARMERIE, words, (), ()), FACTS, (), "fr"),
        feedback.answered(WHO, "2026-0001", "Gendarmerie " * 5, words),
    )
    plain = max(len(payload("!" + "r" * 200, "m.room.message", _content(n))) for n in notices)
    return plain * 4 // 3 + 1_500


@pytest.mark.parametrize("sign", HEAVIEST)
def test_the_heaviest_words_that_fit_can_be_said(sign: str) -> None:
    longest = bisect_left(range(45_000), True, key=lambda n: not fits(sign * n)) - 1
    assert longest > 1_000
    assert weight_of_event(sign * longest) < MOST


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=20, max_size=100), st.integers(50, 200))
def test_whatever_fits_can_be_said(words: str, times: int) -> None:
    if fits(words * times):
        assert weight_of_event(words * times) < MOST


def test_a_usual_message_fits() -> None:
    assert fits("Un fourgon blanc tourne dans la rue depuis ce matin. " * 75)


def test_what_an_officer_says_has_to_fit_too() -> None:
    novel = "mot " * 10_000
    assert not fits(commands.numbered(f"2026-0001 {novel}").text)
    said = c.message(f"!diffuser tous {novel}", room_id=c.GENDARMERIE_ROOM, sender=c.OFFICER)
    assert may_broadcast(said, c.directory(), c.NOW) is Refusal.TOO_LONG
