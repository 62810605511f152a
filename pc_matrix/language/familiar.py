"""How likely letters are a word or a name that people write: what a disguise would hide."""

from __future__ import annotations

from functools import lru_cache

from pc_matrix.language.resources import Resources
from policies.denunciation.wordlist import words as listed

ALONE = listed("a y o l d j c s n m t g v k qu")
"""Letters that stand for a word, elided or short."""
_COMMON = 25
_UNKNOWN, _ALONE, _SHORT, _IN_LEXICON = 1.0, 6.0, 5.5, 3.5
ALL = 9.0
"""Zipf values are decimal logarithms per thousand million words."""


def is_word(piece: str, known: Resources) -> bool:
    """Whether ``piece`` is written by itself in ordinary messages."""
    if len(piece) < 2:
        return piece in ALONE or piece.isdigit()
    return (
        piece in known.frequency
        or piece in known.words
        or piece in known.tags
        or piece in known.sms
        or piece.isdigit()
    )


def name_level(letters: str, known: Resources) -> int:
    """How many bear it as a first or family name, in digits; 0 when nobody does."""
    return max(known.first_names.get(letters, 0), known.surnames.get(letters, 0))


def is_common(letters: str, known: Resources) -> bool:
    """Whether ``letters`` are a word that is often read, or one that the rules look for."""
    return (
        known.frequency.get(letters, 0) >= _COMMON
        or letters in known.tags
        or any(lemma in known.verbs for lemma in known.words.get(letters, ("", ()))[1])
    )


def is_familiar(letters: str, known: Resources) -> bool:
    """Whether ``letters`` are worth putting together: a common word, or somebody's name."""
    return is_common(letters, known) or name_level(letters, known) >= 2


@lru_cache(maxsize=4096)
def zipf(piece: str, known: Resources) -> float:
    """How often ``piece`` is read, as a Zipf value; a name as often as its bearers are many."""
    if len(piece) < 2:
        return _ALONE if piece in ALONE else _UNKNOWN
    value = max(known.frequency.get(piece, 0) / 10, name_level(piece, known) - 0.5, _UNKNOWN)
    if piece in known.sms:
        return max(value, _SHORT)
    in_lexicon = piece in known.tags or piece.removesuffix("s") in known.tags
    return max(value, _IN_LEXICON) if in_lexicon else value


def zipf_of_word(letters: str, known: Resources) -> float:
    """The same for what was put together: 0 for what is only found in foreign texts."""
    named = name_level(letters, known) - 0.5
    if letters not in known.words and letters not in known.tags:
        return max(named, 0.0)
    return max(known.frequency.get(letters, 0) / 10, named, _IN_LEXICON * (letters in known.tags))
