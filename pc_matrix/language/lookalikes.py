"""What one character stands for to the eye: its letter, a space, or nothing at all."""

from __future__ import annotations

import lzma
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

_SAME = {
    **dict.fromkeys("’ʼ‘´`′＇ʹ", "'"),
    **dict.fromkeys("“”«»„‟❝❞", '"'),
    **dict.fromkeys("–—−‐‑‒―", "-"),
    "œ": "oe", "æ": "ae", "ß": "ss", "…": "...",
}  # fmt: skip
_NOTHING = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters (of Hangul) that show nothing."""
_FIRST_FLAG, _LAST_FLAG = 0x1F1E6, 0x1F1FF
_PARENTHESISED = str.maketrans("", "", "()")


@lru_cache(maxsize=1)
def _letters() -> Mapping[str, str]:
    """Character → letters, from Unicode's confusables (see ``data/CREDITS.md``)."""
    with files("pc_matrix.language").joinpath("data", "lookalikes.txt.xz").open("rb") as raw:
        rows = lzma.decompress(raw.read()).decode().splitlines()
    return {char: letters for chars, letters in (r.split(" ") for r in rows) for char in chars}


@lru_cache(maxsize=4096)
def plain_character(char: str) -> str:
    """What ``char`` stands for: empty when it shows nothing, a space for a picture."""
    known = _SAME.get(char.lower()) or _letters().get(char)
    if known:
        return known
    if _FIRST_FLAG <= ord(char) <= _LAST_FLAG:
        return chr(ord(char) - _FIRST_FLAG + ord("a"))
    parts = unicodedata.normalize("NFKD", char)
    if len(parts) > 2 and parts.startswith("("):
        parts = parts.translate(_PARENTHESISED)
    return "".join(map(_plain_part, parts))


def _plain_part(part: str) -> str:
    category = unicodedata.category(part)
    if category in ("Mn", "Me", "Cf", "Cs", "Co", "Cn") or part in _NOTHING:
        return ""
    if category[0] in "ZC" or category in ("So", "Sk") or ord(part) > 0x1F000:
        return "\n" if part in "\n\r\u2028\u2029" else " "
    lower = part.lower()
    return _SAME.get(lower) or _letters().get(part) or lower


def plain(text: str) -> str:
    """Lower case, without accents, invisible characters or lookalikes."""
    return "".join(map(plain_character, text))
