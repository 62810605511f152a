"""Digits and signs for letters: ``k4r1m``, ``m@rtin``, ``$ophie``."""

from __future__ import annotations

import re
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
    r"(?<![\w@$€£!|])[a-z0-9@$€£!|]*(?:[a-z][0-9@$€£!|]|[0-9@$€£!|][a-z])[a-z0-9@$€£!|]*(?![\w@])"
)
_FACT = re.compile(
    r"\d+(?:[a-df-z]|er|e|h|min|mn|heures?|eme|ere|nde|ieme|ans|kms?|kmh|kg|cv|cc|bis|ter|euros?|cm2?"
    r"|m2|mm|ml|cl|gb|go|mo|ch|km)"
    r"|(?:[a-z]|r[nd]|c[depmst]|gr|bp|ds|i[dx]|ev|[gpm]s)[1-9]\d{0,2}|\d+x\d+|\d+h\d*(?:mn|min)?"
    r"|[a-z]{2}\d{3}[a-z]{2}|\d{2,4}[a-z]{2,3}\d{2,3}"
)
"""A time, a rank, a measure, a road, a model, a plate."""
_MOST = 64


def unleet(spelt: Spelt, known: Resources) -> list[Edit]:
    """The letters for every chunk that reads as a word or a name."""
    found = []
    for match in _CHUNK.finditer(spelt.text):
        start, end = match.span()
        chunk = match.group()
        if chunk.strip("!|").isalpha():
            continue
        while chunk[-1] in "!|":
            chunk, end = chunk[:-1], end - 1
        if "@" in chunk and re.match(r"[.\-_]?[\w-]+\.[a-z]", spelt.text[end:]):
            continue
        letters = read(chunk, known)
        if letters != chunk:
            found.append((start, end, letters))
    return found


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
    return best if _weight(best, known) >= _least(chunk) else chunk


def _weight(word: str, known: Resources) -> int:
    """How well a word is known: a name's digits and a common word on one scale."""
    return max(name_level(word, known), 4 * is_common(word, known))


def _least(chunk: str) -> int:
    """A number in front is more often a number, and a short word more often chance."""
    return 4 if chunk[0].isdigit() or len(chunk) < 4 else 1
