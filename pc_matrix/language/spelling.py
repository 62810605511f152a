"""Characters as a reader sees them: lower case, no accents, one alphabet, and where each was."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LOOKALIKES = str.maketrans(
    dict(
        pair.split(" ")
        for pair in [
            "а a",
            "е e",
            "о o",
            "р p",
            "с c",
            "у y",
            "х x",
            "к k",
            "м m",
            "т t",
            "в b",
            "н h",
            "і i",
            "ԁ d",
            "ѕ s",
            "ј j",
            "ӏ l",
            "ɡ g",
            "α a",
            "ο o",
            "ρ p",
            "τ t",
            "υ u",
            "ι i",
            "κ k",
            "ν v",
            "ε e",
            "ϲ c",
            "ı i",
            "ł l",
            "ø o",
            "đ d",
            "þ p",
            "ʟ l",
            "ǀ l",
            "’ '",
            "ʼ '",
            "‘ '",
            "´ '",
            "` '",
            "′ '",
            "＇ '",
            "ʹ '",
            '“ "',
            '” "',
            '« "',
            '» "',
            "– -",
            "— -",
            "− -",
            "‐ -",
            "‑ -",
        ]
    )
)
_SPELT_OUT = {"œ": "oe", "æ": "ae", "ß": "ss", "…": "..."}
_SEPARATED = re.compile(r"(?<![^\W_])[a-z](?:([ .\-_*·])[a-z])(?:\1[a-z]){2,}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Spelt:
    """Normalised text; ``origin[i]`` is the offset of its i-th character in the original."""

    text: str
    origin: tuple[int, ...]
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's span for the normalised span ``start:end`` (not empty)."""
        last = self.origin[end - 1] + 1
        while last < len(self.original) and unicodedata.combining(self.original[last]):
            last += 1
        return self.origin[start], last


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """What one character stands for: empty for invisible ones, a space for symbols."""
    if char.lower() in _SPELT_OUT:
        return _SPELT_OUT[char.lower()]
    kept = []
    for part in unicodedata.normalize("NFKD", char.translate(_LOOKALIKES)):
        category = unicodedata.category(part)
        if category in ("Mn", "Me", "Cf", "Cs", "Co", "Cn") or part == "\u3164":
            continue
        if category[0] in "ZC" or category in ("So", "Sk") or ord(part) > 0x1F000:
            kept.append("\n" if part in "\n\r\u2028\u2029" else " ")
            continue
        kept.append(part.lower().translate(_LOOKALIKES))
    return "".join(kept)


def plain(text: str) -> str:
    """Lower case, without accents, invisible characters or lookalikes."""
    return "".join(map(_plain, text))


def _end_of_name(found: re.Match[str]) -> int:
    """Where the spelt-out name ends: in ``K a r i m a volé`` before *a*."""
    letters = found.group()[::2]
    another_word = found[1] == " " and len(letters) > 5 and letters[-1] in "ay"
    return found.end() - 2 if another_word else found.end()


def spell(text: str) -> Spelt:
    """Normalise ``text``; a name that was spelt out (K a r i m, K.a.r.i.m) is put together."""
    letters: list[str] = []
    origin: list[int] = []
    for offset, char in enumerate(text):
        for letter in _plain(char):
            letters.append(letter)
            origin.append(offset)
    joined, dropped = "".join(letters), set[int]()
    for found in _SEPARATED.finditer(joined):
        dropped.update(range(found.start() + 1, _end_of_name(found), 2))
    if dropped:
        kept = [i for i in range(len(joined)) if i not in dropped]
        joined, origin = "".join(joined[i] for i in kept), [origin[i] for i in kept]
    return Spelt(joined, tuple(origin), text)
