"""Numbers in words: ``quatre-vingt-douze``, ``zéro six douze…``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIRST = (
    "zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize",
)  # fmt: skip
_UNITS = {word: value for value, word in enumerate(_FIRST)} | {
    "une": 1, "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
_TENS = {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_NAMES = "|".join(sorted({*_UNITS, *_TENS, "cent"}, key=len, reverse=True))
ATOM = rf"(?:{_NAMES})(?![^\W_])"
_ATOMS = re.compile(rf"(?<![^\W_])(?:{_NAMES}|et|\d+)(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Numeral:
    """One number, as digits, from the words ``start:end`` of a text."""

    start: int
    end: int
    digits: str


def numerals(text: str, start: int, end: int) -> list[Numeral]:
    """The numbers in ``text[start:end]``, which has nothing but numbers and what joins them."""
    atoms = list(_ATOMS.finditer(text, start, end))
    found: list[Numeral] = []
    i = 0
    while i < len(atoms):
        if atoms[i].group() == "et":
            i += 1
            continue
        value, last = _number([m.group() for m in atoms[i : i + 6]])
        digits = atoms[i].group() if atoms[i].group().isdigit() else str(value)
        found.append(Numeral(atoms[i].start(), atoms[i + last - 1].end(), digits))
        i += last
    return found


def _number(words: Sequence[str]) -> tuple[int, int]:
    """The value of the longest number at the beginning, and how many words it has."""
    if words[0].isdigit():
        return int(words[0][:9]), 1
    value, used = _hundreds(words)
    if used:
        rest, more = _below_hundred(words[used:])
        return (value + rest, used + more) if more and words[used] != "zero" else (value, used)
    return _below_hundred(words)


def _hundreds(words: Sequence[str]) -> tuple[int, int]:
    if words[0] == "cent":
        return 100, 1
    head = _UNITS.get(words[0], 0)
    return (100 * head, 2) if words[1:2] == ["cent"] and 1 < head < 10 else (0, 0)


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    if not words or words[0].isdigit():
        return 0, 0
    if words[0] == "quatre" and words[1:2] and words[1] in ("vingt", "vingts"):
        return _with_units(80, 20, words, 2)
    if words[0] in _TENS:
        tens = _TENS[words[0]]
        return _with_units(tens, 20 if tens == 60 else 10, words, 1)
    if words[0] in _UNITS:
        value = _UNITS[words[0]]
        return _with_units(value, 10, words, 1) if value >= 70 or value == 10 else (value, 1)
    return 0, 0


def _with_units(tens: int, below: int, words: Sequence[str], used: int) -> tuple[int, int]:
    """``vingt et un``, ``soixante-douze``; ten takes seven, eight and nine alone."""
    following = used + (words[used : used + 1] == ["et"])
    if following >= len(words) or words[following] not in _UNITS:
        return tens, used
    more, last = _UNITS[words[following]], following + 1
    if more == 10 and below == 20 and words[last : last + 1] and words[last] in _UNITS:
        unit = _UNITS[words[last]]
        if 6 < unit < 10:
            return tens + 10 + unit, last + 1
    if not 0 < more < below or (tens == 10 and more < 7):
        return tens, used
    return tens + more, last
