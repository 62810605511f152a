"""Words that are spelt out: ``K a r i m``, ``K.a.r.i.m``, ``K🔥a🔥r🔥i🔥m``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pc_matrix.language.familiar import is_familiar, name_level
from pc_matrix.language.leet import read as unleet
from pc_matrix.language.resources import Resources
from pc_matrix.language.segments import segments
from pc_matrix.language.spelling import Edit, Spelt

_RUN = re.compile(
    r"(?<![^\W_])[a-z0-9@$€](?:(?:[^\w\n@$€]|_){1,8}[a-z0-9@$€](?![^\W_])){2,}(?![^\W_])"
)
_LETTER = re.compile(r"[a-z0-9@$€]")
_WORDS = frozenset("aydljcsnmtgovp")
"""Letters that stand alone in ordinary messages: ``il y a``, ``l'a``, ``c``."""
_SHORT_WORD, _AVERAGE = 5, 3


def spelt_out(spelt: Spelt, known: Resources) -> list[Edit]:
    """The letters of each word that was spelt out, put together."""
    return [
        edit
        for run in _RUN.finditer(spelt.text)
        for places in _apart(spelt, [m.start() for m in _letters(spelt.text, run)])
        if len(places) > 2
        for edit in _joined(spelt, places, known)
    ]


def _letters(text: str, run: re.Match[str]) -> Iterator[re.Match[str]]:
    return _LETTER.finditer(text, run.start(), run.end())


def _apart(spelt: Spelt, places: Sequence[int]) -> Iterator[Sequence[int]]:
    """One list for each word: what stands between its letters is everywhere the same, and a
    capital begins another."""
    gaps = [spelt.text[a + 1 : b] for a, b in pairwise(places)]
    capitals = [spelt.original[spelt.origin[i]].isupper() for i in places]
    mixed = _is_mixed(gaps)
    begin = 0
    while begin < len(places) - 1:
        end = begin + 1
        while end < len(places) and (mixed or gaps[end - 1] == gaps[begin]):
            if capitals[end] and not capitals[end - 1]:
                break
            end += 1
        yield places[begin:end]
        begin = end if end - begin > 2 or mixed else begin + 1


def _is_mixed(gaps: Sequence[str]) -> bool:
    """Whether something else stands between each two letters; not for initials (J.-M. P., à…)."""
    changes = sum(one != other for one, other in pairwise(gaps))
    sentence = any("." in gap or "," in gap for gap in gaps)
    return len(gaps) > 2 and changes * 2 >= len(gaps) and not sentence


def _joined(spelt: Spelt, places: Sequence[int], known: Resources) -> Iterator[Edit]:
    """Nothing between the letters of a word, a space between words."""
    letters = "".join(spelt.text[i] for i in places)
    gap = spelt.text[places[0] + 1 : places[1]]
    if len(places) < 4 and _are_initials(spelt, places, gap):
        return
    begins = _words(letters, known, spaced=gap.isspace())
    for i, (one, other) in enumerate(pairwise(places), 1):
        if i in begins:
            if other > one + 2:
                yield one + 1, other, " "
        elif begins:
            yield one + 1, other, ""


def _are_initials(spelt: Spelt, places: Sequence[int], gap: str) -> bool:
    capitals = [spelt.original[spelt.origin[i]].isupper() for i in places]
    return ("." in gap and capitals[0]) or (all(capitals) and not gap.isspace())


def _words(letters: str, known: Resources, *, spaced: bool) -> frozenset[int]:
    """Where words begin in the ``letters`` of a run; nowhere when they stand for themselves."""
    count = len(letters)
    if count < 3 or sum(c.isdigit() for c in letters) * 2 > count:
        return frozenset()
    for first, last in _readings(letters, spaced=spaced):
        if _makes_word(letters[first:last], known, spaced=spaced):
            return frozenset({0, first, *range(last, count)})
    certain = count > 3 and letters.isalpha() and not (spaced and set(letters) <= _WORDS)
    if not certain:
        return frozenset()
    begins = segments(letters, known) if spaced and count > _SHORT_WORD else frozenset()
    return begins if len(begins) * _AVERAGE <= count and begins else frozenset({0})


def _readings(letters: str, *, spaced: bool) -> Iterator[tuple[int, int]]:
    """All of them, or without the word of one letter before or after: ``K a r i m a volé``."""
    count = len(letters)
    if spaced and count > 5 and letters[-1] in "ay":
        yield 0, count - 1
    yield 0, count
    for last in (count - 1, count - 2):
        if spaced and set(letters[last:]) <= _WORDS:
            yield 0, last
    for first in (1, 2):
        if spaced and set(letters[:first]) <= _WORDS:
            yield first, count


def _makes_word(letters: str, known: Resources, *, spaced: bool) -> bool:
    if len(letters) < 3 or (spaced and len(letters) < 5 and set(letters) <= _WORDS):
        return False
    word = letters if letters.isalpha() else unleet(letters, known)
    if len(word) > 3 or not spaced:
        return is_familiar(word, known)
    return name_level(word, known) > 3
