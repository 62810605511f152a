"""Keywords and patterns only, as somebody careful would write them in an afternoon.

A name is one or more capitalised words after a title, or two of them in a row that no place word
announces. A word of ``accusations.txt`` with a name or a relation (``relations.txt``) is a
denunciation; a name, a phone or an e-mail address alone is masked; anything else passes.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from baselines.lines import Answer, serve

_WORD = r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[-'’][^\W\d_]+)*"
_TITLE = r"(?:m\.|mr|monsieur|mme|madame|mlle|mademoiselle|docteur|dr|maître|famille|les)"
_TITLED = re.compile(rf"(?<!\w)(?i:{_TITLE})\s+(?P<name>{_WORD}(?:\s+{_WORD})?)")
_FULL = re.compile(rf"(?<!\w)(?P<name>{_WORD}\s+{_WORD})(?!\w)")
_PLACE = re.compile(
    r"(?:rue|avenue|av\.?|boulevard|bd|place|allée|impasse|chemin|route|quai|square|cours|pont|"
    r"parc|école|collège|lycée|stade|salle|gymnase|résidence|parking|cité|rond-point|café|bar|"
    r"boulangerie|pharmacie|église|hôtel|centre|quartier|lotissement|tempête|saint|sainte)"
    r"(?:\s+(?:de|du|des|la|le|les))*(?:\s+d['’]|\s+l['’])?\s*$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w+])(?:\+33\s?|0033\s?|0)[1-9](?:[ .-]?\d{2}){4}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MASKS = (("email", _EMAIL, "[courriel]"), ("phone", _PHONE, "[téléphone]"))


def plain(text: str) -> str:
    """In lower case, without accents, apostrophes straight."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def _entries(name: str) -> list[str]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split(","))
    return [plain(word).strip() for word in words if word.strip()]


def _any_of(words: list[str]) -> str:
    return "|".join(re.escape(w).replace(r"\*", r"\w*") for w in words)


_ACCUSATION = re.compile(rf"(?<!\w)(?:{_any_of(_entries('accusations.txt'))})(?!\w)")
_RELATION = re.compile(
    rf"(?<!\w)(?:mon|ma|mes|notre|nos|le|la|les|leur|leurs|du|au)\s+"
    rf"(?:{_any_of(_entries('relations.txt'))})(?!\w)"
)
_NO_NAME = frozenset(_entries("no_names.txt"))


def decide(text: str) -> Answer:
    """What these rules make of a message."""
    names = _names(text)
    masked, kinds = _masked(text, names)
    simple = plain(text)
    if _ACCUSATION.search(simple) and (names or _RELATION.search(simple)):
        who = ("person",) if names else ("relation",)
        return Answer("return", "", (*who, "accusation"))
    return Answer("redact", masked, kinds) if kinds else Answer("relay", text)


def _names(text: str) -> list[tuple[int, int]]:
    """Where names stand, first to last; none lies over another."""
    spans = [m.span("name") for m in _TITLED.finditer(text)]
    for found in _FULL.finditer(text):
        start, end = found.span("name")
        apart = all(end <= s or e <= start for s, e in spans)
        if apart and not _is_something_else(text, start, found["name"]):
            spans.append((start, end))
    return sorted(spans)


def _is_something_else(text: str, start: int, name: str) -> bool:
    words = plain(name).split()
    return _PLACE.search(text[:start]) is not None or any(word in _NO_NAME for word in words)


def _masked(text: str, names: list[tuple[int, int]]) -> tuple[str, tuple[str, ...]]:
    """The text without them, and what kinds of thing were found."""
    kinds = ["person"] if names else []
    for start, end in reversed(names):
        text = f"{text[:start]}[personne]{text[end:]}"
    for kind, pattern, mask in _MASKS:
        text, found = pattern.subn(mask, text)
        kinds += [kind] if found else []
    return text, tuple(kinds)


if __name__ == "__main__":
    serve(decide)
