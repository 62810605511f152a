from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pc_matrix.registry import Registry
from policies.terms import UserId
from policies.verification import Comparison, Stage, Verification
from tests.registry.conftest import CODE, NOW, OTHER

ANNE, BORIS = UserId("@anne:s.test"), UserId("@boris:s.test")
BEGUN = Verification(ANNE, "$request", "!private", NOW)
SHOWN = replace(
    BEGUN, stage=Stage.SHOWN, emoji=(0, 63, 7, 7, 12, 40, 1), decimals=(1000, 9191, 4711)
)


def test_codes_stand_in_the_place_of_the_beginning(registry: Registry) -> None:
    registry.set_verification(CODE, BEGUN)
    assert registry.verifications(CODE) == [BEGUN]
    registry.set_verification(CODE, SHOWN)
    assert registry.verifications(CODE) == [SHOWN]
    earlier = Verification(BORIS, "txn1", "", NOW - timedelta(minutes=1))
    registry.set_verification(CODE, earlier)
    assert registry.verifications(CODE) == [earlier, SHOWN]
    assert registry.verifications(OTHER) == []


def test_an_answer_is_for_the_codes_that_were_shown_and_stands(registry: Registry) -> None:
    registry.set_verification(CODE, SHOWN)
    assert registry.compare_verification(CODE, SHOWN, Comparison.DIFFERENT)
    assert not registry.compare_verification(CODE, SHOWN, Comparison.SAME)
    assert registry.verifications(CODE) == [replace(SHOWN, comparison=Comparison.DIFFERENT)]


@pytest.mark.parametrize(
    "other",
    [
        BEGUN,
        replace(SHOWN, flow_id="$another"),
        replace(SHOWN, emoji=(1, 63, 7, 7, 12, 40, 1)),
        replace(SHOWN, decimals=(1001, 9191, 4711)),
        replace(SHOWN, user_id=BORIS),
    ],
)
def test_codes_that_changed_meanwhile_are_not_answered(
    registry: Registry, other: Verification
) -> None:
    registry.set_verification(CODE, other)
    assert not registry.compare_verification(CODE, SHOWN, Comparison.SAME)
    assert not registry.compare_verification(OTHER, other, Comparison.SAME)
    assert registry.verifications(CODE) == [other]


def test_what_has_no_codes_yet_is_not_answered(registry: Registry) -> None:
    registry.set_verification(CODE, BEGUN)
    assert not registry.compare_verification(CODE, BEGUN, Comparison.SAME)
    assert registry.verifications(CODE) == [BEGUN]


def test_an_end_forgets_that_one_alone(registry: Registry) -> None:
    registry.set_verification(CODE, SHOWN)
    registry.set_verification(OTHER, SHOWN)
    assert not registry.end_verification(CODE, ANNE, "$earlier")
    assert not registry.end_verification(CODE, BORIS, SHOWN.flow_id)
    assert registry.end_verification(CODE, ANNE, SHOWN.flow_id)
    assert not registry.end_verification(CODE, ANNE, SHOWN.flow_id)
    assert registry.verifications(CODE) == []
    assert registry.verifications(OTHER) == [SHOWN]
