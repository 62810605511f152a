"""Words broken in two or more, and names glued: ``Ka rim``, ``ka**rim``, ``#KarimBenali``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pc_matrix.language.familiar import (
    ALL,
    ALONE,
    is_word,
    name_level,
    zipf,
    zipf_of_word,
)
from pc_matrix.language.resources import Resources
from pc_matrix.language.respelling import respell
from pc_matrix.language.spelling import Edit, Spelt
from policies.denunciation.wordlist import words as listed

_PIECE = re.compile(r"[^\W_]+")
_DRAWN = re.compile(r"[*~`^\[\]{}|]+")
"""Marks that nobody puts inside a word for any other reason."""
_MARKUP = re.compile(r"""[*~|`^=\\\[\]{}<>#+"()]+""")
_STROKES = re.compile(r"[/·•‧]+")
"""Marks that stand between words, and seldom beside what is none."""
_EMPHASIS = re.compile(r"(?<![^\W_])[*~`_|]+(?=[^\W_])|(?<=[^\W_])[*~`|]+(?![^\W_])")
_AROUND = re.compile(r"""[*~|`^\[\]{}<>"'()]+""")
_ENDS = re.compile(r"[.,;:!?]+\s")
_ELISIONS = listed("jusqu lorsqu puisqu quelqu presqu aujourd entr prud")
_MOST_PIECES, _LONGEST_GAP = 4, 8
_SURE, _SURER = 2.5, 4.5
"""How many times likelier, as a logarithm, one word has to be than its pieces side by side;
more where all of these are words."""
_LIKELY_APART, _SELDOM, _OFTEN = 3.3, 3.8, 4.5
_LINK = 6.5
_MISTAKE = 1.0
"""How much rarer a misspelt word is than the word."""

Span = tuple[int, int]


def rejoined(spelt: Spelt, known: Resources) -> list[Edit]:
    """The pieces of every broken word, put together."""
    text = spelt.text
    pieces = [m.span() for m in _PIECE.finditer(text)]
    values = [zipf(text[a:b], known) for a, b in pieces]
    found: list[Edit] = []
    i = 0
    while i < len(pieces) - 1:
        words = text[pieces[i][1] : pieces[i + 1][0]] == " " and min(values[i : i + 2]) > _SELDOM
        joined = text[slice(*pieces[i])] + text[slice(*pieces[i + 1])]
        if words and not _is_frequent_name(joined, known):
            i += 1
            continue
        last = _end(text, pieces[i : i + _MOST_PIECES], values[i : i + _MOST_PIECES], known)
        if last:
            found += _edits(text, pieces[i : i + last])
        i += max(1, last)
    return found


def unemphasised(spelt: Spelt, _: Resources) -> list[Edit]:
    """Nothing for the marks that a reader sees as bold, slanted or hidden letters."""
    return [(*m.span(), "") for m in _EMPHASIS.finditer(spelt.text)]


def _edits(text: str, pieces: Sequence[Span]) -> Iterator[Edit]:
    """Nothing between ``pieces``, nor around them where marks stand between them."""
    gaps = [(one[1], other[0]) for one, other in pairwise(pieces)]
    yield from ((start, end, "") for start, end in gaps)
    if not any(_AROUND.search(text, *gap) for gap in gaps):
        return
    first, last = pieces[0][0], pieces[-1][1]
    if first and _AROUND.fullmatch(text[first - 1]):
        yield first - 1, first, ""
    if last < len(text) and _AROUND.fullmatch(text[last]):
        yield last, last + 1, ""


@dataclass(slots=True)
class _Joining:
    """Pieces put together so far: ``apart`` and ``beside`` are Zipf values, of all of them side by
    side and of the most frequent one."""

    joined: str
    apart: float
    beside: float
    words: bool
    marked: bool = True
    drawn: bool = True
    stroked: bool = True
    tight: bool = True
    odd: bool = False
    spaced: list[tuple[str, str, float, float]] = field(default_factory=list)

    def add(self, gap: str, piece: str, value: float, known: Resources) -> None:
        self.drawn = self.drawn and bool(_DRAWN.fullmatch(gap))
        self.marked = self.drawn or (self.marked and bool(_MARKUP.fullmatch(gap)))
        self.stroked = self.stroked and bool(_STROKES.fullmatch(gap))
        self.tight = self.tight and " " not in gap and gap != "-"
        self.odd = self.odd or (value <= 1 and len(piece) > 1)
        self.words = self.words and piece in known.words
        self.apart += value - ALL
        self.beside = max(self.beside, value)
        self.joined += piece

    def stands(self, known: Resources) -> bool:
        """Whether ``joined`` is surely one word, and its pieces are not."""
        if not self.joined.isalpha() or len(self.joined) < 3:
            return False
        if self.drawn or (self.stroked and self.odd):
            return True
        whole = zipf_of_word(self.joined, known)
        if self.marked or len(self.joined) < 4:
            return self.marked and whole > 0
        frequent = _is_frequent_name(self.joined, known) and self.beside < _LINK
        sure = whole - (_SURER if self.words and not frequent else _SURE)
        if whole <= 0 or self.apart > sure or not self._often_enough(known):
            return False
        if any(f"{before} {after}" in known.surnames for before, after, *_ in self.spaced):
            return False
        return self.apart + sum(_as_mistakes(*pair, known) for pair in self.spaced) <= sure

    def _often_enough(self, known: Resources) -> bool:
        if self.tight or self.joined in known.words:
            return True
        return name_level(self.joined, known) >= _least_level(self.beside)


def _end(text: str, pieces: Sequence[Span], values: Sequence[float], known: Resources) -> int:
    """How many of the ``pieces`` are one broken word; 0 when none."""
    before = text[slice(*pieces[0])]
    joining = _Joining(before, values[0], values[0], before in known.words)
    joining.odd = values[0] <= 1 and len(before) > 1
    best = 0
    for k in range(1, len(pieces)):
        gap, after = text[pieces[k - 1][1] : pieces[k][0]], text[slice(*pieces[k])]
        likely_apart = joining.apart + values[k] - ALL > _LIKELY_APART
        if (likely_apart and not _MARKUP.fullmatch(gap)) or not _may_break(
            gap, before, after, known
        ):
            break
        if " " in gap:
            if min(values[k - 1], values[k]) > _SELDOM and not _is_frequent_name(
                joining.joined + after, known
            ):
                break
            joining.spaced.append((before, after, values[k - 1], values[k]))
        joining.add(gap, after, values[k], known)
        if joining.stands(known):
            best = k + 1
        before = after
    return best


def _is_frequent_name(joined: str, known: Resources) -> bool:
    return known.first_names.get(joined, 0) > 4


def _least_level(beside: float) -> int:
    """Beside a frequent word, only a name that many bear is put together; beside *de*, a host."""
    return 5 if beside > _LINK else 4 if beside > _OFTEN else 2


def _may_break(gap: str, before: str, after: str, known: Resources) -> bool:
    """Whether one word may stand on both sides of ``gap``."""
    if gap == "_":
        return False  # an account's
    if "\n" in gap or len(gap) > _LONGEST_GAP or _ENDS.match(gap):
        return False
    if gap == "'":
        if before in ALONE:
            return _is_part_of_name(before, after, known)
        return before not in _ELISIONS and after != "s"  # Levi's
    return not (" " in gap and (_stands_alone(before, known) or _stands_alone(after, known)))


def _is_part_of_name(before: str, after: str, known: Resources) -> bool:
    """``d'upont``: the rest is nothing, and many bear the whole as a name."""
    level = name_level(before + after, known)
    rest = is_word(after, known) or after in known.communes
    return level >= 4 and not rest and name_level(after, known) < level - 1


def _stands_alone(piece: str, known: Resources) -> bool:
    return len(piece) < 2 or piece in ("st", "ste") or "road" in known.tags.get(piece, ())


def _as_mistakes(before: str, after: str, value: float, beside: float, known: Resources) -> float:
    """How much likelier two pieces are when they are words, be it misspelt ones."""
    gain = 0.0
    for piece, own, other in ((before, value, beside), (after, beside, value)):
        if other > _OFTEN and piece not in known.words:
            gain += max(0.0, _meant(piece, known) - _MISTAKE - own)
    return gain


def _meant(piece: str, known: Resources) -> float:
    """The Zipf value of the word that ``piece`` may be a misspelling of."""
    meant = [zipf(form, known) for form in respell(piece, known)]
    ends = [known.frequency.get(piece + end, 0) / 10 for end in ("s", "t", "e", "x")]
    return max(*meant, *ends) if len(meant) == 1 else ALL


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
    """Where the second name begins, or 0: at a capital (``KarimBenali``), in ``#karimbenali``."""
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
