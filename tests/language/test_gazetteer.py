"""Long word lists: every word of the files is found, nothing else is, in a tenth of the memory."""

from __future__ import annotations

import lzma
import sys
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pc_matrix.language.gazetteer import Gazetteer
from pc_matrix.language.resources import load_resources

WORDS = {"a": 7, "ben": 3, "ben m barek": 2, "le": 65, "le bonte": 1, "zoé": 4, "œuf": 5}
TOLD = st.text(
    st.characters(exclude_characters="\t\n", exclude_categories=["Cs"]), min_size=1, max_size=6
)


def gazetteer(words: dict[str, int], end: str = "\n") -> Gazetteer[int]:
    lines = "".join(f"{word}\t{value}{end}" for word, value in sorted(words.items()))
    return Gazetteer(lines.encode(), lambda _, value: int(value), end=end)


@given(st.dictionaries(TOLD, st.integers(0, 10**6), max_size=300), st.lists(TOLD, max_size=20))
def test_it_answers_as_a_dict_does(words: dict[str, int], asked: list[str]) -> None:
    found = gazetteer(words)
    assert dict(found) == words
    assert len(found) == len(words)
    assert dict(found.rows()) == words
    for word in [*asked, *words]:
        assert (word in found, found.get(word), found.get(word, -1)) == (
            word in words,
            words.get(word),
            words.get(word, -1),
        )


@pytest.mark.parametrize("word", ["", "m barek", "ben m", "be", "le\t65", "z", "zz", "\ud800", "A"])
def test_a_part_of_a_line_is_no_word(word: str) -> None:
    found = gazetteer(WORDS)
    assert word not in found
    with pytest.raises(KeyError):
        found[word]


def test_two_lines_are_no_word() -> None:
    assert gazetteer(WORDS).get("a\t7\nben") is None


def test_a_lines_end_may_be_a_word_where_something_else_ends_the_lines() -> None:
    found = gazetteer({"\n": 1, "a": 2}, end="\0")
    assert (found["\n"], found["a"], found.get("\0")) == (1, 2, None)


NAMES = ("words", "frequency", "surnames", "first_names", "sounds")


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_a_file_is_found(name: str) -> None:
    """The files are sorted, and say every word once: otherwise some are not."""
    data = files("pc_matrix.language").joinpath("data", f"{name}.txt.xz").read_bytes()
    rows = [r.split("\t") for r in lzma.decompress(data).decode().splitlines()]
    words = [word for word, _ in rows]
    assert words == sorted(set(words))
    held = getattr(load_resources(), name)
    for word, value in rows:
        got = held[word]
        told = " ".join([got[0], *got[1]]) if name == "words" else str(got)
        assert told == value or word in ("vit", "vis")


def test_long_lists_are_no_dicts_of_strings() -> None:
    """A ``dict`` of the family names alone takes more than twenty megabytes."""
    known = load_resources()
    for name in NAMES:
        assert isinstance(getattr(known, name), Gazetteer), name
    surnames = known.surnames
    assert isinstance(surnames, Gazetteer)
    assert surnames.nbytes < 5_000_000 < sum(map(sys.getsizeof, surnames))
