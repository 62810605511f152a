"""A long message in parts: nothing is left out, and there are never many."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pc_matrix.language.roles.marks import Marked
from pc_matrix.language.roles.windows import DROWNS, LENGTH, sentences, windows
from tests.language.roles.tiny import word

WORD, END = word("mot"), word(".", letters="")


def said(lengths: list[int]) -> list[Marked]:
    """Sentences of so many words each, the last without its end."""
    return [w for length in lengths for w in (*[WORD] * length, END)][:-1]


sentences_of = st.lists(st.integers(0, 3 * LENGTH), min_size=1, max_size=40).map(said)
dots = st.lists(st.sampled_from([WORD, END]), min_size=1, max_size=600)


@settings(max_examples=400)
@given(st.one_of(sentences_of, dots))
@example([END] * 4000)
@example([WORD] * 4000)
@example(said([51, 48] * 40))
@example(said([1, 48, 51] * 40))
def test_parts_cover_every_word_and_are_few(words: list[Marked]) -> None:
    spans = windows(words)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(words)
    for first, last in spans:
        assert 0 <= first <= last <= len(words)
        assert last - first <= LENGTH
    for (first, last), (then, end) in pairwise(spans):
        assert first < then <= last < end  # on, without a gap, and never twice the same end
    assert len(spans) <= 2 + 2 * len(words) // (LENGTH // 2)


@given(st.lists(st.sampled_from([WORD, END]), max_size=LENGTH))
def test_what_is_not_long_is_one_part(words: list[Marked]) -> None:
    assert windows(words) == [(0, len(words))]


def test_a_part_ends_with_a_sentence_and_the_next_begins_with_that_sentence() -> None:
    words = said([29, 29, 29, 29, 29])
    assert windows(words) == [(0, 90), (60, 149)]


def test_a_sentence_that_is_too_long_is_cut_and_a_fifth_is_read_twice() -> None:
    fifth = LENGTH // 5
    assert windows([WORD] * 150) == [(0, LENGTH), (LENGTH - fifth, 150)]


def test_an_end_in_the_first_half_is_too_early_to_cut_at() -> None:
    assert windows(said([30, 200]))[0] == (0, LENGTH)


def test_a_line_ends_a_sentence_too() -> None:
    line = word("\n", letters="")
    assert windows([*[WORD] * 69, line, *[WORD] * 60])[0] == (0, 70)


# --- sentence by sentence


@settings(max_examples=200)
@given(st.one_of(sentences_of, dots))
def test_sentences_do_not_overlap_and_each_says_something(words: list[Marked]) -> None:
    spans = sentences(words)
    assert len(spans) != 1 or len(words) > LENGTH
    for first, last in spans:
        assert last - first <= LENGTH
        assert sum(w is WORD for w in words[first:last]) >= 3
    for (_, end), (then, _) in pairwise(spans):
        assert end <= then


def test_a_short_sentence_belongs_to_the_next_and_one_alone_is_the_message() -> None:
    assert sentences(said([DROWNS, 1, 4, 6])) == [
        (0, DROWNS + 1), (DROWNS + 1, DROWNS + 8), (DROWNS + 8, DROWNS + 14),
    ]  # fmt: skip
    assert sentences(said([1, DROWNS])) == []
    assert sentences(said([DROWNS])) == []
    assert sentences([]) == []


def test_a_short_message_is_read_as_a_whole_alone() -> None:
    assert len(sentences(said([DROWNS - 5, 4]))) == 2
    assert sentences(said([DROWNS - 6, 4])) == []


def test_a_name_and_a_number_are_words_of_a_sentence() -> None:
    named = [word("<name>"), WORD, word("<num>"), END]
    long = [*said([DROWNS]), END]
    n = len(long)
    assert sentences([*long, *named, *named]) == [(0, n), (n, n + 4), (n + 4, n + 8)]
