"""Digits and signs for letters: ``k4r1m``, ``m@rtin``, ``$ophie``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from pc_matrix.language.familiar import is_common, is_word, name_level
from pc_matrix.language.resources import Resources
from pc_matrix.language.spelling import Edit, Spelt

_SIGNS = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b",
    "9": "gq", "@": "a", "$": "s", "€": "e", "£": "l", "!": "i", "|": "li",
}  # fmt: skip
_LAST = ("i", "l", "in", "ain")
"""What a final 1 stands for: ``dem1``, ``cop1``."""
_CHUNK = re.compile(
    r"(?<![\w@$€£!|.])[a-z0-9@$€£!|]*(?:[a-z][0-9@$€£!|]|[0-9@$€£!|][a-z])[a-z0-9@$€£!|]*(?![\w@])"
)
_FACT = re.compile(
    r"\d{1,3}(?:[a-df-z]|er|em?|h|min|mn|heures?|eme|ere|nde|ieme|ans|kms?|kmh|kg|cv|cc|bis|ter|euros?|cm2?"
    r"|m2|mm|ml|cl|gb|go|mo|ch|km)"
    r"|(?:[a-z]|r[nd]|c[depmst]|gr|bp|ds|i[dx]|ev|[gpm]s)[1-9]\d{0,2}|\d+x\d+|[a-z]{0,2}2m\d{1,2}|\d+h\d*(?:mn|min)?"
    r"|[a-z]{2}\d{3}[a-z]{2}|\d{2,4}[a-z]{2,3}\d{2,3}"
)
"""A time, a rank, a measure, a road, a model, a plate."""
_NUMBER = re.compile(r"(?<![\w@$€£!|.,-])[a-z0-9]{2,4}(?![\w@.,-])")
_MOST, _MANY, _FREQUENT = 64, 2, 55


def unleet(spelt: Spelt, known: Resources) -> list[Edit]:
    """The letters for every chunk that reads as a word or a name.

    In a text that has several, numbers are letters too: ``135`` is *les*.
    """
    found = [edit for m in _CHUNK.finditer(spelt.text) for edit in _edit(m, spelt.text, known)]
    if len(found) >= _MANY:
        taken = {start for start, _, _ in found}
        found += [
            (*m.span(), word)
            for m in _NUMBER.finditer(spelt.text)
            if m.start() not in taken and (word := _frequent(m.group(), known)) != m.group()
        ]
    return found


def _edit(match: re.Match[str], text: str, known: Resources) -> Iterator[Edit]:
    chunk = match.group()
    bare = chunk.strip("!|")
    if bare.isalpha():
        if chunk == bare + "!" and _is_cut_name(bare, known):  # mehd!
            yield *match.span(), bare + "i"
        return
    chunk = chunk if _weight(read(chunk, known), known) > 1 else chunk.rstrip("!|")
    end = match.start() + len(chunk)
    if "@" in chunk and re.match(r"[\w.-]*\.[a-z]{2}", text[end:]):
        return
    letters = read(chunk, known)
    if letters != chunk:
        yield match.start(), end, letters


def _frequent(number: str, known: Resources) -> str:
    readings = map("".join, product(*(_SIGNS.get(c, c) for c in number)))
    best = max(readings, key=lambda word: known.frequency.get(word, 0))
    return best if known.frequency.get(best, 0) >= _FREQUENT else number


def read(chunk: str, known: Resources) -> str:
    """The best known reading of ``chunk``, or ``chunk``."""
    if len(chunk) < 3 or chunk.isalpha() or _FACT.fullmatch(chunk) or is_word(chunk, known):
        return chunk
    if chunk[0] == "@" and chunk[1:].isalnum():
        return chunk
    options: list[str | tuple[str, ...]] = [_SIGNS.get(c, c) for c in chunk]
    if chunk[-1] == "1" and len(chunk) > 3:
        options[-1] = _LAST
    letters = (reading for reading in map("".join, islice(product(*options), _MOST)))
    best = max(letters, key=lambda word: _weight(word, known))
    if chunk[-1] == "1" and best.endswith("n") and not is_common(best, known):
        return chunk
    if _weight(best, known) >= _least(chunk):
        return best
    return _first_reading(chunk)


def _first_reading(chunk: str) -> str:
    """What is surely no number, and nothing known: ``va553ur``, ``wi$n!€wski``."""
    letters = sum(c.isalpha() for c in chunk)
    inside = sum(not c.isalpha() for c in chunk[1:-1])
    if chunk.rstrip("0123456789").isalpha() or letters < 3 or len(chunk) < 6:
        return chunk
    if inside < 2 and not set(chunk[1:-1]) & set("@$€£"):
        return chunk
    return "".join(_SIGNS.get(c, c)[0] for c in chunk)


def _is_cut_name(word: str, known: Resources) -> bool:
    return (
        name_level(word + "i", known) > 2
        and not is_word(word, known)
        and not name_level(word, known)
    )


def is_fact(chunk: str) -> bool:
    """Whether digits are digits there: a time, a rank, a measure, a road, a model, a plate."""
    return bool(_FACT.fullmatch(chunk))


def _weight(word: str, known: Resources) -> float:
    """How well a word is known: a name's digits and a common word on one scale."""
    common = known.frequency.get(word, 0) / 10 if is_common(word, known) else 0.0
    return max(name_level(word, known), common, 4.0 * (word in known.tags))


def _least(chunk: str) -> int:
    """A number in front is more often a number, and a short word more often chance."""
    if len(chunk) < 4:
        return 5
    return (3 if len(chunk) > 4 else 4) if chunk[0].isdigit() else 1
