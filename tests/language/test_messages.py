"""Every written message gets the decision that the rules ask for, however it is written."""

from __future__ import annotations

import pytest

from policies.denunciation.verdict import Decision
from tests.language.corpus import Case
from tests.language.decided import decided
from tests.language.still_wrong import ALL, WRITTEN, Wrong, found, known, outcome

KNOWN = {(wrong.written, wrong.text): wrong for wrong in known()}
MOST_WRONG, MOST_LEAVING = 0.06, 2
"""Whatever the table says: the share of all messages, and how many denunciations may leave."""


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text[:40])
def test_a_message_is_decided_as_the_rules_say(case: Case, written: str) -> None:
    if (written, case.text) in KNOWN:
        pytest.skip("known to be wrong")
    assert outcome(case, written) == case.decision.value


def test_what_is_known_to_be_wrong_is_so_and_no_worse() -> None:
    """A better filter has a shorter table: ``scripts/still-wrong`` writes it."""
    now = {(wrong.written, wrong.text): wrong for wrong in found()}
    right = [key for key in KNOWN if key not in now]
    assert len(right) <= len(KNOWN) // 10, right
    assert [w for key, w in now.items() if _is_worse(w, KNOWN.get(key, w))] == []


def _is_worse(now: Wrong, before: Wrong) -> bool:
    """Whether a denunciation that was held leaves, or a fact that was held is returned."""
    order = [d.value for d in (Decision.RELAY, Decision.REDACT, Decision.HOLD, Decision.RETURN)]
    if "name left" in (now.outcome, before.outcome):
        return now.outcome != before.outcome
    rank = order.index(now.outcome) - order.index(before.outcome)
    return rank < 0 if now.expected is Decision.RETURN else rank > 0


@pytest.mark.parametrize("written", WRITTEN)
def test_few_are_wrong_and_hardly_any_denunciation_leaves(written: str) -> None:
    wrong = [w for w in KNOWN.values() if w.written == written]
    assert len(wrong) <= MOST_WRONG * len(ALL)
    leaving = [w for w in wrong if w.expected is Decision.RETURN and w.outcome != "hold"]
    assert len(leaving) <= MOST_LEAVING
    assert [w for w in wrong if w.outcome == "name left"] == []


def test_a_returned_message_leaves_no_text() -> None:
    for case in ALL:
        verdict = decided(case.text)
        assert (verdict.text == "") is (verdict.decision is Decision.RETURN)
