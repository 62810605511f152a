"""What a word as written stands for: short messages, mistakes, words by ear, words run together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pc_matrix.language.resources import EDGE, Resources
from pc_matrix.language.sounds import sound
from pc_matrix.language.stretched import unstretched

ELIDED = {
    "l": "le", "d": "de", "j": "je", "c": "ce", "s": "se", "n": "ne", "m": "me", "t": "te",
    "qu": "que", "jusqu": "jusque", "lorsqu": "lorsque", "puisqu": "puisque", "quelqu": "quelqu",
}  # fmt: skip
_LEET = str.maketrans("013457@$", "oieastas")

_ROAD_NUMBER = re.compile(r"(?:d|rd|n|rn|a|m|cd)\d{2,4}")
"""``D137``, of which no digit stands for a letter."""
_NAME_LETTERS = 5
"""From here on a first name that a hundred bear is one, and no word with a slip: *quang*."""


@lru_cache(maxsize=4096)
def respell(raw: str, known: Resources) -> tuple[str, ...]:
    """What a word as written stands for: one form, or several (``g`` → ``je ai``)."""
    if raw in known.sms:
        return known.sms[raw]
    if _is_word(raw, known):
        return (_known_mistake(raw, known),)
    if any(c.isdigit() for c in raw):
        return (_unleet(raw, known),)
    level = max(known.first_names.get(raw, 0), known.surnames.get(raw, 0))
    given = len(raw) >= _NAME_LETTERS and known.first_names.get(raw, 0) >= 3
    if level >= 4 or given:
        return (raw,)
    if level == 3:
        right = _corrected(raw, known)
        common = right != raw and known.frequency.get(right, 0) >= 50
        return _glued(raw, known) or (right if common else raw,)
    right = _corrected(raw, known)
    rare = level and known.frequency.get(right, 0) < (40 if level == 2 else 36)
    return _glued(raw, known) or (raw if rare else right,)


def squeezed(raw: str, known: Resources) -> str:
    """Without elongations or digits for letters: ``kaaariiim``, ``k4rim``."""
    raw = unstretched(raw, known)
    if _ROAD_NUMBER.fullmatch(raw):
        return raw
    if len(raw) > 3 and any(c.isdigit() for c in raw) and not raw[0].isdigit():
        return _unleet(raw, known)
    return raw


def _known_mistake(raw: str, known: Resources) -> str:
    """The right word for a mistake so frequent (``apelle``) that frequency lists have it."""
    often = known.frequency.get(raw, 0)
    if raw in known.words or raw in known.tags or often > 36 or len(raw) < 5:
        return raw
    right = _corrected(raw, known)
    return right if known.frequency.get(right, 0) >= often + 14 else raw


def _is_word(form: str, known: Resources) -> bool:
    return form in known.frequency or form in known.tags or form in known.verbs


def _unleet(raw: str, known: Resources) -> str:
    letters = raw.translate(_LEET)
    named = letters in known.first_names or letters in known.surnames
    return letters if len(raw) > 2 and (named or _is_word(letters, known)) else raw


def _glued(raw: str, known: Resources) -> tuple[str, ...]:
    """``larret`` → ``le arret``, ``jvois`` → ``je vois``; empty when it is not glued."""
    for head in ("qu", "l", "d", "j", "c", "s", "n", "m", "t"):
        rest = raw[len(head) :]
        if not raw.startswith(head) or len(rest) < 3 or rest[0] not in "aeiouhy":
            continue
        if known.frequency.get(rest, 0) >= 32 and rest in known.words:
            return (ELIDED[head], rest)
    return ()


def _corrected(raw: str, known: Resources) -> str:
    """The ordinary word that ``raw`` misspells, or ``raw``."""
    if len(raw) < 3 or len(raw) > 20:
        return raw
    shrunk = re.sub(r"(.)\1{2,}", r"\1", raw)
    if shrunk != raw and _is_word(shrunk, known):
        return shrunk
    for ending in ("e", "s", "t", "es", "ent", "r", "d", "x", "z"):
        if known.frequency.get(raw + ending, 0) >= 30:
            return raw + ending
    near = _one_mistake(raw, known)
    if near and known.frequency[near] >= 40:
        return near
    heard = known.sounds.get(sound(shrunk)) if len(raw) > 3 else None
    if heard and heard[0] in _SAME_START.get(raw[0], raw[0]):
        return heard
    return near or raw


_SAME_START = {"k": "kcq", "c": "cksq", "s": "sc", "j": "jg", "g": "gj", "f": "fp", "q": "qck",
               "o": "oah", "e": "eh", "a": "ah", "i": "ih", "z": "zs", "u": "uh"}  # fmt: skip


def _one_mistake(raw: str, known: Resources) -> str:
    """The most frequent common word at one edit, for words of five letters or more."""
    if len(raw) < 5:
        return ""
    common = (w for w in _edits(raw, known.beginnings, known.endings) if w in known.common)
    return max(common, key=lambda w: known.frequency[w], default="")


def _edits(word: str, beginnings: frozenset[str], endings: frozenset[str]) -> Iterator[str]:
    """``word`` with one letter less, more, other, or two exchanged, but for the first.

    Where no common word begins as ``word`` does, the mistake is at its beginning; likewise its end.
    """
    size = len(word)
    first = 1 if word[-EDGE:] in endings else max(1, size - EDGE - 1)
    last = size if word[:EDGE] in beginnings else min(size, EDGE - 1)
    for i in range(first, last + 1):
        head, tail = word[:i], word[i:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in "abcdefghijklmnopqrstuvwxyz":
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
