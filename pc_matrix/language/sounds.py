"""Words written by ear: a key that they share with their ordinary spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping


def sound(word: str) -> str:
    """A key that words written by ear share with their ordinary spelling."""
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word


_SOUNDS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(.)\1+", r"\1"),
        (r"^h", ""),
        (r"ph", "f"),
        (r"eau|au", "o"),
        (r"qu?|c(?=[aourltk]|$)|ck", "k"),
        (r"c(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"ge(?=[ao])", "j"),
        (r"je(?=[ao])", "j"),
        (r"tion", "sion"),
        (r"z|x", "s"),
        (r"y", "i"),
        (r"ai|ei|est$", "e"),
        (r"en|an|am|em", "a~"),
        (r"in|im|ain", "e~"),
        (r"(?<=[^aeiou])er$|(?<=[^aeiou])ez$", "e"),
        (r"(?:ent|es|e|s|t|d|p)$", ""),
        (r"(?:e|s)$", ""),
    )
)


def by_sound(frequency: Mapping[str, int], words: frozenset[str]) -> dict[str, str]:
    """The most frequent word of each sound, among ``words`` that are common (Zipf 3 and more)."""
    best: dict[str, str] = {}
    for word, value in frequency.items():
        key = sound(word) if value >= 30 and len(word) > 3 and word in words else ""
        if key and (key not in best or frequency[best[key]] < value):
            best[key] = word
    return best
