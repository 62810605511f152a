"""What référents type for a category, and what a whole message answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.categories import NUMBERS, answered, named
from policies.terms import Category


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("canbriolage", Category.BURGLARY),
        ("cambrioalge", Category.BURGLARY),
        ("vol", Category.BURGLARY),
        ("vehicul", Category.SUSPICIOUS_VEHICLE),
        ("voitrue", Category.SUSPICIOUS_VEHICLE),
        ("véhicule suspect", Category.SUSPICIOUS_VEHICLE),
        ("suspect vehicle", Category.SUSPICIOUS_VEHICLE),
        ("personne suspecte", Category.SUSPICIOUS_BEHAVIOUR),
        ("comportment", Category.SUSPICIOUS_BEHAVIOUR),
        ("démarchag", Category.ABUSIVE_CANVASSING),
        ("dépôt sauvage", Category.INCIVILITY),
        ("incivilté", Category.INCIVILITY),
        ("vulnerabel", Category.VULNERABLE_PERSON),
        ("une personne", Category.VULNERABLE_PERSON),
        ("autre véhicule", Category.SUSPICIOUS_VEHICLE),
        ("Autre.", Category.OTHER),
        ("l’effraction", Category.BURGLARY),
        ("merci beaucoup", None),
        ("2026-0042", None),
        ("12345", None),
        ("", None),
    ],
)
def test_named(said: str, expected: Category | None) -> None:
    assert named(said) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1", Category.BURGLARY),
        ("7️⃣", Category.OTHER),
        (" 3. ", Category.SUSPICIOUS_BEHAVIOUR),
        ("8", None),
        ("0", None),
        ("c'est un cambriolage", Category.BURGLARY),
        ("Le fourgon est revenu hier soir", None),
        ("Bonjour", None),
    ],
)
def test_answered(said: str, expected: Category | None) -> None:
    assert answered(said) is expected


def test_the_numbers_are_all_categories_in_order() -> None:
    assert list(NUMBERS.values()) == list(Category)


@given(st.text())
def test_whatever_is_typed_is_one_category_or_none(said: str) -> None:
    assert named(said) in {None, *Category}
    assert answered(said) in {None, *Category}
