"""Words in disguise, written plainly again: spelt out, broken, in digits and signs, glued.

Every reading has to be a word or a name that is known; where none is, the text stays as it is, and
a text of which too much stays so is not legible.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pc_matrix.language.broken import glued, rejoined, unemphasised
from pc_matrix.language.dictated import dictated
from pc_matrix.language.familiar import is_word
from pc_matrix.language.leet import is_fact, unleet
from pc_matrix.language.letters import spelt_out
from pc_matrix.language.resources import Resources
from pc_matrix.language.spelling import Spelt
from pc_matrix.language.stretched import never_double

_PIECE = re.compile(r"[^\W_]+")
_LONGEST_WORD, _SHORT = 22, 3
_SPELT_OUT, _BROKEN, _IN_DIGITS, _DOUBLED, _SPLINTERS, _SHARE = 24, 3, 5, 5, 5, 0.25
"""How many letters spelt out, or words of another disguise, make a text a puzzle; of splinters also
which share."""


def undisguised(spelt: Spelt, known: Resources) -> Spelt:
    """``spelt`` with its disguised words put right."""
    made = dict.fromkeys((dictated, unemphasised, spelt_out, unleet, rejoined, glued), 0)
    for reading in made:
        edits = reading(spelt, known)
        if edits:
            spelt = spelt.rewritten(edits)
            made[reading] = len(edits)
    puzzle = made[spelt_out] >= _SPELT_OUT or made[rejoined] >= _BROKEN
    puzzle = puzzle or _is_puzzle(spelt.text, made[unleet], known)
    return replace(spelt, legible=False) if spelt.legible and puzzle else spelt


def _is_puzzle(text: str, read_digits: int, known: Resources) -> bool:
    """Whether too much is left in splinters, digits, doubles, or in a word too long to be any."""
    pieces = _PIECE.findall(text)
    left = [p for p in pieces if len(p) > 1 and not is_word(p, known)]
    digits = sum(not (p.isalpha() or is_fact(p)) for p in left)
    if digits > 1 and digits + read_digits >= _IN_DIGITS:
        return True
    if sum(bool(never_double(p)) for p in left) >= _DOUBLED:
        return True
    splinters = sum(len(p) <= _SHORT for p in left)
    if splinters >= _SPLINTERS and splinters > len(pieces) * _SHARE:
        return True
    return any(len(p) > _LONGEST_WORD and p.isalpha() for p in left)
