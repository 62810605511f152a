"""Comparing words as people do: without accents, case or punctuation."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"}
_FEMININE = re.compile(r"\(e\)|[·.•](?:e|ne|ère)\b|\(ère\)", re.IGNORECASE)


def folded(text: str) -> str:
    """``"Prénom  (usuel)"`` as ``"prenom usuel"``."""
    lowered = "".join(_LETTERS.get(c, c) for c in text.casefold())
    bare = (c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", "".join(bare)))


def without_feminine(text: str) -> str:
    """``"référent(e)"`` and ``"référent·e"`` as ``"référent"``."""
    return _FEMININE.sub("", text)


def localpart(first: str, family: str) -> str:
    """``"Jean-Éric", "de La Tour"`` as ``"jean-eric.de-la-tour"``; empty when nothing is left."""
    parts = [re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-") for name in (first, family)]
    return ".".join(part for part in parts if part)[:100]
