"""The network's arithmetic, on a network of a few numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pc_matrix.language.roles import rows as rows_module
from pc_matrix.language.roles.marks import Marked
from pc_matrix.language.roles.network import Answer, Network, groups
from pc_matrix.language.roles.weights import networks
from tests.language.roles.tiny import LETTER_GROUPS, MARKS, WORDS, Held, held, weights, word

WEIGHTS = weights()
NETWORK = Network(WEIGHTS)
VAN = [word("le"), word("fourgon", "cap"), word("vole"), word(".", letters="")]

a_word = st.builds(
    Marked,
    st.sampled_from([*WORDS, "inconnu"]),
    st.sampled_from(["", "a", "fourgon", "été", "x" * 30]),
    st.frozensets(st.sampled_from([*MARKS, "inconnue"])),
)
messages = st.lists(a_word, min_size=1, max_size=12)


def read(words: list[Marked], network: Network = NETWORK) -> Answer:
    (answer,) = network.read(words, [(0, len(words))])
    return answer


@given(messages)
def test_every_word_has_a_part_and_the_message_a_kind(words: list[Marked]) -> None:
    answer = read(words)
    assert answer.parts.shape == (len(words), 5)
    assert answer.kinds.shape == (3,)
    assert answer.against.shape == (len(words),)
    for shares in (answer.parts, answer.kinds):
        assert shares.dtype == np.float32
        assert (shares >= 0).all()
        assert shares.sum(-1) == pytest.approx(1, abs=1e-5)


@given(messages)
def test_what_the_words_add_sums_to_the_denunciations_logit(words: list[Marked]) -> None:
    answer = read(words)
    logits = np.log(answer.kinds.astype(np.float64))
    bias = WEIGHTS["msg.bias"][0, 0]
    expected = logits[2] - logits[:2].mean() - (bias[2] - bias[:2].mean())
    assert answer.against.sum() == pytest.approx(expected, abs=1e-2)


@given(messages)
def test_the_same_words_have_the_same_answer_whoever_asked_before(words: list[Marked]) -> None:
    again, fresh = read(words), read(words, Network(WEIGHTS))
    for one in (again, fresh):
        answer = read(words)
        assert np.array_equal(answer.parts, one.parts)
        assert np.array_equal(answer.kinds, one.kinds)
        assert np.array_equal(answer.against, one.against)


def differs(one: list[Marked], other: list[Marked]) -> bool:
    return not np.allclose(read(one).kinds, read(other).kinds, atol=1e-6)


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
    near, far = read([*long, word("fourgon")]), read([*long, word("deux")])
    assert not np.allclose(near.parts[0], far.parts[0], atol=1e-7)


def test_the_mean_of_several_networks_is_the_answer() -> None:
    drawn = held(3)
    alone = [read(VAN, Network(networks(one_of(drawn, n)))) for n in range(3)]
    together = read(VAN, Network(networks(drawn)))
    for name in ("parts", "kinds", "against"):
        each = [getattr(answer, name) for answer in alone]
        assert np.allclose(getattr(together, name), np.mean(each, axis=0), atol=1e-5)
        assert not np.allclose(each[0], each[1], atol=1e-3)


def one_of(drawn: Held, number: int) -> Held:
    """The network ``number`` as the only one."""
    arrays = {
        n.replace(f"{number}.", "0.", 1): array
        for n, array in drawn.items()
        if n.startswith(f"{number}.")
    }
    arrays |= {n: drawn[n] for n in ("words", "marks")}
    return arrays | {"shape": np.array([1, *drawn["shape"].tolist()[1:]], np.int32)}


@given(st.lists(a_word, min_size=6, max_size=14), st.integers(1, 5), st.integers(1, 400))
def test_parts_read_in_one_pass_do_not_see_one_another(
    words: list[Marked], cut: int, most: int
) -> None:
    parts = [(0, len(words)), (0, cut), (cut, len(words)), (cut - 1, cut + 1)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rows_module, "MOST", most)
        answers = NETWORK.read(words, parts)
    assert len(answers) == len(parts)
    for (first, last), answer in zip(parts, answers, strict=True):
        alone = read(words[first:last])
        assert np.allclose(answer.parts, alone.parts, atol=1e-5)
        assert np.allclose(answer.kinds, alone.kinds, atol=1e-5)
        assert np.allclose(answer.against, alone.against, atol=1e-4)


def test_no_part_has_no_answer() -> None:
    assert NETWORK.read(VAN, []) == []


@given(st.text(min_size=1, max_size=40))
def test_the_groups_of_letters_are_rows_of_the_table(letters: str) -> None:
    found = groups(letters, LETTER_GROUPS)
    assert found
    assert all(0 <= row < LETTER_GROUPS for row in found)
    assert len(found) == len(letters) + max(len(letters) - 1, 0)


def test_groups_are_the_same_on_every_machine() -> None:
    # ^vo vol ole le$ ^vol vole ole$, by their CRC-32
    assert groups("vole", 4096) == [2065, 2027, 1139, 101, 2420, 3389, 318]
