"""Words broken in two or more, and names glued: ``Ka rim``, ``ka**rim``, ``#KarimBenali``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pc_matrix.language.familiar import (
    ALL,
    ALONE,
    is_word,
    name_level,
    zipf,
    zipf_of_word,
)
from pc_matrix.language.resources import Resources
from pc_matrix.language.spelling import Edit, Spelt
from pc_matrix.language.tokens import respell

_PIECE = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"""[*~|`^=\\\[\]{}<>#+_"()]+""")
_ENDS = re.compile(r"[.,;:!?]\s")
_MOST_PIECES, _LONGEST_GAP = 4, 8
_SURE = 2.5
"""How many times likelier, as a logarithm, one word has to be than its pieces side by side."""
_LIKELY_APART = 3.3
_SELDOM, _OFTEN, _MISSPELT = 3.8, 4.5, 45
_LINK = 5.5
"""Words so frequent (*de*, *que*, *la*) that they are part of no name broken by a space."""


def rejoined(spelt: Spelt, known: Resources) -> list[Edit]:
    """The pieces of every broken word, put together."""
    text = spelt.text
    pieces = [m.span() for m in _PIECE.finditer(text)]
    values = [zipf(text[a:b], known) for a, b in pieces]
    found: list[Edit] = []
    i = 0
    while i < len(pieces) - 1:
        last = _end(text, pieces, values, i, known)
        found += [(pieces[k][1], pieces[k + 1][0], "") for k in range(i, last - 1)]
        i = max(i + 1, last)
    return found


def _end(
    text: str, pieces: Sequence[tuple[int, int]], values: Sequence[float], i: int, known: Resources
) -> int:
    """The end of the longest broken word that starts with piece ``i``, or 0."""
    apart, best = values[i], 0
    joined = text[slice(*pieces[i])]
    marked, linked = True, apart > _LINK
    for j in range(i + 1, min(i + _MOST_PIECES, len(pieces))):
        gap = text[pieces[j - 1][1] : pieces[j][0]]
        marked = marked and bool(_MARKUP.fullmatch(gap))
        apart += values[j] - ALL
        if apart > _LIKELY_APART and not marked:
            break
        before, after = text[slice(*pieces[j - 1])], text[slice(*pieces[j])]
        if not _may_break(gap, before, after, known):
            break
        if gap.isspace() and _are_words(before, after, values[j - 1 : j + 1], known):
            break
        joined += after
        linked = linked or values[j] > _LINK
        if _stands(joined, apart, known, marked=marked, linked=linked):
            best = j + 1
    return best


def _stands(joined: str, apart: float, known: Resources, *, marked: bool, linked: bool) -> bool:
    """Whether ``joined`` is surely one word, and its pieces are not."""
    if len(joined) < 4 or not joined.isalpha():
        return False
    whole = zipf_of_word(joined, known)
    if marked:
        return whole > 0
    if linked and joined not in known.words:
        return False
    return whole > 0 and apart < whole - _SURE


def _may_break(gap: str, before: str, after: str, known: Resources) -> bool:
    """Whether one word may stand on both sides of ``gap``."""
    if "\n" in gap or len(gap) > _LONGEST_GAP or _ENDS.match(gap):
        return False
    if gap == "'":
        return before not in ALONE or _is_part_of_name(before, after, known)
    return f"{before} {after}" not in known.surnames


def _is_part_of_name(before: str, after: str, known: Resources) -> bool:
    """``d'upont``: the rest is nothing, and many bear the whole as a name."""
    rest = is_word(after, known) or after in known.communes or name_level(after, known) > 1
    return not rest and name_level(before + after, known) >= 4


def _are_words(before: str, after: str, values: Sequence[float], known: Resources) -> bool:
    """Whether two pieces with a space between are two words, be it misspelt ones."""
    if min(values) > _SELDOM:
        return True
    for piece, beside in ((before, values[1]), (after, values[0])):
        if len(piece) < 2 or piece in known.sms or "road" in known.tags.get(piece, ()):
            return True
        if beside > _OFTEN and _is_misspelt(piece, known):
            return True
    return False


def _is_misspelt(piece: str, known: Resources) -> bool:
    if piece in known.words:
        return False
    lacks = any(known.frequency.get(piece + end, 0) > _MISSPELT for end in ("s", "t", "e", "x"))
    return lacks or respell(piece, known) != (piece,)


def glued(spelt: Spelt, known: Resources) -> list[Edit]:
    """A space where a first name and a family name were written as one word."""
    found: list[Edit] = []
    for match in _PIECE.finditer(spelt.text):
        piece, start = match.group(), match.start()
        if len(piece) > 6 and piece.isalpha() and not is_word(piece, known):
            at = _seam(spelt, start, piece, known)
            if at:
                found.append((start + at, start + at, " "))
    return found


def _seam(spelt: Spelt, start: int, piece: str, known: Resources) -> int:
    """Where the second name begins, or 0: at a capital (``KarimBenali``), or in ``#karimbenali``."""
    if name_level(piece, known):
        return 0
    for at in range(3, len(piece) - 2):
        capital = spelt.original[spelt.origin[start + at]].isupper()
        before = spelt.original[spelt.origin[start + at - 1]].islower()
        if capital and before and _two_names(piece[:at], piece[at:], known, least=2):
            return at
    if spelt.text[start - 1 : start] in ("#", "@"):
        for at in range(len(piece) - 3, 2, -1):
            if _two_names(piece[:at], piece[at:], known, least=3):
                return at
    return 0


def _two_names(one: str, other: str, known: Resources, *, least: int) -> bool:
    given, family = known.first_names, known.surnames
    return (given.get(one, 0) >= least and family.get(other, 0) >= least - 1) or (
        family.get(one, 0) >= least and given.get(other, 0) >= least
    )
