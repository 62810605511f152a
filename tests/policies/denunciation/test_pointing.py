"""What explains a judgement that rests on the reader: who is accused, and by which words."""

from __future__ import annotations

import pytest

from policies.denunciation.analysis import Analysis, EntityKind, Leaning
from policies.denunciation.pointing import ACCUSED, accused_words, reproach
from policies.denunciation.verdict import Finding
from tests.policies.denunciation.made import Likely, Said, made

BAD: Likely = (0.1, 0.1, 0.8)


def leaning_of(analysis: Analysis) -> Leaning:
    assert analysis.leaning is not None
    return analysis.leaning


def told(analysis: Analysis, findings: list[Finding]) -> list[tuple[str, str]]:
    return [(f.rule.value, analysis.text[f.start : f.end]) for f in findings]


def who(analysis: Analysis) -> list[tuple[str, str]]:
    return told(analysis, accused_words(analysis, leaning_of(analysis)))


def what(analysis: Analysis) -> list[tuple[str, str]]:
    return told(analysis, reproach(analysis, leaning_of(analysis)))


@pytest.mark.parametrize("kind", [k for k in EntityKind if k is not EntityKind.UNKNOWN])
def test_an_accused_mention_is_told_by_its_kind(kind: EntityKind) -> None:
    read = made(Said("le"), Said("fils", accused=ACCUSED), "vole", spans=[(kind, 0, 2)], likely=BAD)
    assert who(read) == [(kind.value, "le fils")]


def test_somebody_unknown_who_is_accused_is_told_by_his_words() -> None:
    read = made(Said("lui", accused=0.9), "vole", spans=[(EntityKind.UNKNOWN, 0, 1)], likely=BAD)
    assert who(read) == [("designated", "lui")]


def test_a_mention_that_is_not_accused_is_not_told() -> None:
    read = made(
        Said("Karim", accused=ACCUSED - 0.01),
        Said("lulu", accused=0.9),
        spans=[(EntityKind.PERSON, 0, 1)],
        likely=BAD,
    )
    assert who(read) == [("designated", "lulu")]


def test_words_of_no_kind_are_told_in_runs_without_signs() -> None:
    read = made(
        Said("le", accused=0.4),
        Said("grand", accused=0.5),
        "du",
        Said("bal", accused=0.9),
        Said("!", accused=0.9),
        likely=BAD,
    )
    assert who(read) == [("designated", "le grand"), ("designated", "bal")]


def test_a_word_of_a_told_mention_is_not_told_twice() -> None:
    read = made(
        Said("Karim", accused=0.9),
        Said("lulu", accused=0.9),
        spans=[(EntityKind.PERSON, 0, 1)],
        likely=BAD,
    )
    assert who(read) == [("person", "Karim"), ("designated", "lulu")]


def test_where_no_word_is_likely_the_likeliest_is_told() -> None:
    read = made("ça", Said("vole", accused=0.02), Said("!", accused=0.3), likely=BAD)
    assert who(read) == [("designated", "vole")]


def test_where_no_word_is_likely_the_likeliest_mention_is_told() -> None:
    read = made("vu", Said("Karim", accused=0.1), spans=[(EntityKind.PERSON, 1, 2)], likely=BAD)
    assert who(read) == [("person", "Karim")]


def test_the_reproach_is_the_run_around_the_word_that_weighs_most() -> None:
    read = made(
        Said("Karim", accused=0.9, against=9.0),
        Said("traîne", against=1.0),
        Said("encore", against=3.0),
        Said("dehors", against=0.9),
        Said("tard", against=2.0),
        likely=BAD,
    )
    assert what(read) == [("reproach", "traîne encore")]


@pytest.mark.parametrize(
    "word",
    [
        Said("Karim", accused=ACCUSED, against=3.0),  # the mention itself
        Said("12", against=3.0),
        Said("!", against=3.0),
        Said("dort", against=0.0),
        Said("dort", against=-1.0),
    ],
)
def test_where_no_word_speaks_against_there_is_no_reproach(word: Said) -> None:
    assert what(made(word, likely=BAD)) == []
