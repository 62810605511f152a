"""Which words are masked: the rules' names, as far as the reader agrees, and the reader's own."""

from __future__ import annotations

import pytest

from policies.denunciation.analysis import Analysis, EntityKind, Leaning
from policies.denunciation.identity import (
    ADDED,
    LEAST,
    NOBODY,
    SOMEBODY,
    SOMEBODYS_CONTACT,
    likeliest,
    named,
)
from tests.policies.denunciation.made import Likely, Said, made

FACT: Likely = (0.5, 0.5, 0.0)
PERSON = EntityKind.PERSON


def spoken(analysis: Analysis, *, and_accused: bool = False) -> list[tuple[str, str]]:
    found = named(analysis, and_accused=and_accused)
    return [(n.kind.value, analysis.text[n.start : n.end]) for n in found]


def leaning_of(analysis: Analysis) -> Leaning:
    assert analysis.leaning is not None
    return analysis.leaning


@pytest.mark.parametrize(
    "kind",
    [
        EntityKind.PERSON,
        EntityKind.PHONE,
        EntityKind.EMAIL,
        EntityKind.ADDRESS,
        EntityKind.ACCOUNT,
    ],
)
def test_without_a_reader_every_mention_that_names_is_masked(kind: EntityKind) -> None:
    assert spoken(made("vu", "Karim", spans=[(kind, 1, 2)])) == [(kind.value, "Karim")]


@pytest.mark.parametrize("kind", [k for k in EntityKind if not k.names])
def test_a_mention_that_only_describes_is_not_masked(kind: EntityKind) -> None:
    assert spoken(made("le", "fils", spans=[(kind, 0, 2)])) == []
    assert spoken(made("le", "fils", spans=[(kind, 0, 2)], likely=FACT)) == []


@pytest.mark.parametrize(
    ("word", "stays"),
    [
        (Said("Rose"), True),  # the reader makes nothing of it: better too much
        (Said("Rose", thing=NOBODY), False),
        (Said("Rose", free=NOBODY), False),
        (Said("Rose", thing=0.3, free=0.2), False),
        (Said("Rose", thing=NOBODY - 0.01), True),
        (Said("Rose", thing=0.6, third=SOMEBODY), True),
        (Said("Rose", thing=0.6, third=SOMEBODY - 0.01), False),
        (Said("Rose", thing=0.6, accused=SOMEBODY), True),
        (Said("Rose", thing=0.6, third=0.2, accused=0.15), True),
    ],
)
def test_a_name_is_let_go_where_the_reader_is_sure_that_it_is_nobodys(
    word: Said, stays: bool
) -> None:
    found = spoken(made("vu", word, spans=[(PERSON, 1, 2)], likely=FACT))
    assert found == ([("person", "Rose")] if stays else [])


def test_one_word_of_a_name_that_is_somebodys_keeps_the_whole() -> None:
    half = made(
        Said("Rose", thing=0.9),
        Said("Martin", thing=0.6, third=0.4),
        spans=[(PERSON, 0, 2)],
        likely=FACT,
    )
    assert spoken(half) == [("person", "Rose Martin")]


def test_a_name_half_a_thing_is_weighed_as_a_whole() -> None:
    whole = made(Said("Rose", thing=0.7), Said("Blanche"), spans=[(PERSON, 0, 2)], likely=FACT)
    assert spoken(whole) == [("person", "Rose Blanche")]


@pytest.mark.parametrize("kind", [EntityKind.PHONE, EntityKind.EMAIL])
@pytest.mark.parametrize(
    ("third", "stays"), [(SOMEBODYS_CONTACT, True), (SOMEBODYS_CONTACT - 0.01, False)]
)
def test_a_number_is_let_go_only_where_it_is_surely_nobody_elses(
    kind: EntityKind, third: float, stays: bool
) -> None:
    number = Said("0612345678", free=0.95, third=third)
    found = spoken(made("appelez", number, spans=[(kind, 1, 2)], likely=FACT))
    assert bool(found) is stays


def test_what_is_let_go_is_not_added_again() -> None:
    gone = made(Said("Rose", thing=0.6, third=0.15), spans=[(PERSON, 0, 1)], likely=FACT)
    assert spoken(gone) == []


@pytest.mark.parametrize(("third", "masks"), [(ADDED, True), (ADDED - 0.01, False)])
def test_a_word_that_only_the_reader_found_is_added(third: float, masks: bool) -> None:
    read = made("vu", Said("nanard", third=third), likely=FACT)
    assert spoken(read) == ([("person", "nanard")] if masks else [])


def test_without_a_reader_nothing_is_added() -> None:
    assert spoken(made("vu", Said("nanard", third=0.9))) == []


def test_neighbouring_words_are_one_mask_and_others_another() -> None:
    read = made(
        Said("nanard", third=0.9),
        Said("durand", third=0.8),
        "et",
        Said("lulu", third=0.7),
        likely=FACT,
    )
    assert spoken(read) == [("person", "nanard durand"), ("person", "lulu")]


def test_a_run_ends_at_a_sign_and_at_a_name_that_the_rules_found() -> None:
    read = made(
        Said("nanard", third=0.9),
        Said(",", third=0.9),
        Said("lulu", third=0.9),
        Said("Karim", third=0.9),
        Said("toto", third=0.9),
        spans=[(PERSON, 3, 4)],
        likely=FACT,
    )
    assert [words for _, words in spoken(read)] == ["nanard", "lulu", "Karim", "toto"]


def test_what_is_found_twice_is_told_in_the_order_of_the_text() -> None:
    read = made(Said("lulu", third=0.9), "et", "Karim", spans=[(PERSON, 2, 3)], likely=FACT)
    assert spoken(read) == [("person", "lulu"), ("person", "Karim")]


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("phone", EntityKind.PHONE),
        ("email", EntityKind.EMAIL),
        ("handle", EntityKind.ACCOUNT),
        ("account", EntityKind.ACCOUNT),
        ("12", EntityKind.ADDRESS),
        ("nanard", EntityKind.PERSON),
    ],
)
def test_the_first_word_of_an_added_run_says_its_kind(form: str, kind: EntityKind) -> None:
    read = made("vu", Said("quoi", third=0.9, form=form), likely=FACT)
    assert spoken(read) == [(kind.value, "quoi")]


def test_in_doubt_the_accused_is_masked_too_named_or_described() -> None:
    read = made(
        "le",
        Said("fils", accused=0.2, third=0.1),
        Said("boulanger", accused=0.3),
        "dort",
        spans=[(EntityKind.KIN_OF, 1, 3)],
        likely=FACT,
    )
    assert spoken(read) == []
    assert spoken(read, and_accused=True) == [("person", "fils boulanger")]


@pytest.mark.parametrize(("third", "found"), [(LEAST, True), (LEAST - 0.01, False)])
def test_the_likeliest_word_has_to_be_likely(third: float, found: bool) -> None:
    read = made(Said("vu", third=0.01), Said("nanard", third=third), likely=FACT)
    words = [read.text[n.start : n.end] for n in likeliest(read, leaning_of(read))]
    assert words == (["nanard"] if found else [])


def test_the_likeliest_word_is_one_and_has_its_kind() -> None:
    read = made(Said("12", third=0.2), Said("nanard", third=0.15), likely=FACT)
    (only,) = likeliest(read, leaning_of(read))
    assert (only.kind, only.first, only.last, only.start, only.end) == (
        EntityKind.ADDRESS, 0, 1, 0, 2,
    )  # fmt: skip


def test_of_no_words_none_is_the_likeliest() -> None:
    nothing = made(likely=FACT)
    assert likeliest(nothing, leaning_of(nothing)) == ()
