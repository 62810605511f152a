"""The network's arithmetic, on a network of a few numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pc_matrix.language.roles.marks import Marked
from pc_matrix.language.roles.network import Network, groups
from tests.language.roles.tiny import LETTER_GROUPS, MARKS, WORDS, weights, word

(WEIGHTS,) = weights()
NETWORK = Network(WEIGHTS)
VAN = [word("le"), word("fourgon", "cap"), word("vole"), word(".", letters="")]

a_word = st.builds(
    Marked,
    st.sampled_from([*WORDS, "inconnu"]),
    st.sampled_from(["", "a", "fourgon", "été", "x" * 30]),
    st.frozensets(st.sampled_from([*MARKS, "inconnue"])),
)
messages = st.lists(a_word, min_size=1, max_size=12)


@given(messages)
def test_every_word_has_a_part_and_the_message_a_kind(words: list[Marked]) -> None:
    answer = NETWORK.read(words)
    assert answer.parts.shape == (len(words), 5)
    assert answer.kinds.shape == (3,)
    assert answer.against.shape == (len(words),)
    for shares in (answer.parts, answer.kinds):
        assert shares.dtype == np.float32
        assert (shares >= 0).all()
        assert shares.sum(-1) == pytest.approx(1, abs=1e-5)


@given(messages)
def test_what_the_words_add_sums_to_the_denunciations_logit(words: list[Marked]) -> None:
    answer = NETWORK.read(words)
    logits = np.log(answer.kinds.astype(np.float64))
    bias = WEIGHTS["msg.bias"]
    expected = logits[2] - logits[:2].mean() - (bias[2] - bias[:2].mean())
    assert answer.against.sum() == pytest.approx(expected, abs=1e-2)


@given(messages)
def test_the_same_words_have_the_same_answer_whoever_asked_before(words: list[Marked]) -> None:
    again, fresh = NETWORK.read(words), Network(WEIGHTS).read(words)
    for one in (again, fresh):
        answer = NETWORK.read(words)
        assert np.array_equal(answer.parts, one.parts)
        assert np.array_equal(answer.kinds, one.kinds)
        assert np.array_equal(answer.against, one.against)


def differs(one: list[Marked], other: list[Marked]) -> bool:
    return not np.allclose(NETWORK.read(one).kinds, NETWORK.read(other).kinds, atol=1e-6)


def test_it_reads_words_letters_marks_and_their_order() -> None:
    assert differs(VAN, [word("un"), *VAN[1:]])
    assert differs(VAN, [*VAN[:2], replace(VAN[2], letters="volle"), VAN[3]])
    assert differs(VAN, [*VAN[:2], replace(VAN[2], marks=frozenset({"up"})), VAN[3]])
    assert differs(VAN, [VAN[2], VAN[1], VAN[0], VAN[3]])
    assert differs(VAN, VAN[:3])


def test_a_mark_or_a_word_that_it_does_not_know_is_as_none() -> None:
    assert not differs(VAN, [replace(VAN[0], marks=frozenset({"inconnue"})), *VAN[1:]])
    one, other = (Marked(form, "", frozenset()) for form in ("inconnu", "ignoré"))
    assert not differs([one, *VAN], [other, *VAN])


def test_a_distant_word_is_read_too() -> None:
    long = [word("le")] * 40
    assert differs([*long, word("fourgon")], [*long, word("deux")])
    near, far = NETWORK.read([*long, word("fourgon")]), NETWORK.read([*long, word("deux")])
    assert not np.allclose(near.parts[0], far.parts[0], atol=1e-7)


def test_two_networks_do_not_agree() -> None:
    other = Network(weights(seed=1)[0])
    assert not np.allclose(other.read(VAN).kinds, NETWORK.read(VAN).kinds, atol=1e-3)


@given(st.text(min_size=1, max_size=40))
def test_the_groups_of_letters_are_rows_of_the_table(letters: str) -> None:
    found = groups(letters, LETTER_GROUPS)
    assert found
    assert all(0 <= row < LETTER_GROUPS for row in found)
    assert len(found) == len(letters) + max(len(letters) - 1, 0)


def test_groups_are_the_same_on_every_machine() -> None:
    # ^vo vol ole le$ ^vol vole ole$, by their CRC-32
    assert groups("vole", 4096) == [2065, 2027, 1139, 101, 2420, 3389, 318]
