"""Words in disguise, written plainly again: spelt out, broken, in digits and signs, glued.

Every reading has to be a word or a name that is known; where none is, the text stays as it is, and
a text of which too much stays so is not legible.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pc_matrix.language.broken import glued, rejoined
from pc_matrix.language.dictated import dictated
from pc_matrix.language.familiar import is_word, name_level
from pc_matrix.language.leet import unleet
from pc_matrix.language.letters import spelt_out
from pc_matrix.language.resources import Resources
from pc_matrix.language.spelling import Spelt

_PIECE = re.compile(r"[^\W_]+")
_LONGEST_WORD, _FRAGMENT = 22, 3
_SOME, _SHARE = 5, 0.25


def undisguised(spelt: Spelt, known: Resources) -> Spelt:
    """``spelt`` with its disguised words put right."""
    for reading in (spelt_out, unleet, rejoined, glued, dictated):
        edits = reading(spelt, known)
        if edits:
            spelt = spelt.rewritten(edits)
    if spelt.legible and _is_puzzle(spelt.text, known):
        return replace(spelt, legible=False)
    return spelt


def _is_puzzle(text: str, known: Resources) -> bool:
    """Whether a quarter of the text is in splinters, or one word too long to be any."""
    pieces = _PIECE.findall(text)
    splinters = sum(len(p) <= _FRAGMENT and not is_word(p, known) for p in pieces)
    if splinters >= _SOME and splinters > len(pieces) * _SHARE:
        return True
    longest = max(pieces, key=len, default="")
    return len(longest) > _LONGEST_WORD and longest.isalpha() and not is_word(longest, known)
