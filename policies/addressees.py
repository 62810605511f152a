"""To which sectors a bulletin goes, as an officer types it: ``centre, gare : fermez vos volets``.

Names and codes are understood without accents, capitals or articles, and with one typing mistake
(two in long names); everything is shown before it leaves. What could be two sectors, or none, is
asked back. *All* is never guessed: it has to be written as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.mistakes import mistakes
from policies.terms import Sector, SectorCode

_ALL = frozenset({"tous", "toutes", "tout", "all", "tous les secteurs", "all sectors"})
_URGENT = frozenset({"urgent", "urgente", "urgence"})
_EXCEPT = frozenset({"sauf", "hors", "hormis", "except"})
_ARTICLES = ("le ", "la ", "les ", "l ", "secteur ", "the ")
_LONGEST_HEAD, _MOST_WORDS = 200, 6
_SEPARATOR = re.compile(r"\s*(?:[,;/+&]|\bet\b|\band\b)\s*", re.IGNORECASE)
_ONE_MISTAKE, _TWO_MISTAKES = 4, 9  # letters from which a name may have so many


@dataclass(frozen=True, slots=True)
class Addressed:
    """The sectors in the commune's order, the words for them, and whether they wait for no day."""

    sectors: tuple[SectorCode, ...]
    text: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class UnknownSectors:
    """What names no sector, as it was typed, and the sectors that may have been meant."""

    typed: tuple[str, ...]
    near: tuple[SectorCode, ...] = ()

    def __repr__(self) -> str:
        """Without what was typed: it may be the beginning of somebody's words."""
        return f"UnknownSectors({len(self.typed)}, near={self.near})"


def addressed(words: str, sectors: Sequence[Sector]) -> Addressed | UnknownSectors:
    """Who is addressed by ``words``, and what is left to say."""
    urgent, rest = _urgency(words.strip())
    found = _before_a_colon(rest, sectors) or _first_words(rest, sectors)
    if isinstance(found, UnknownSectors):
        return found
    codes, text = found
    return Addressed(tuple(s.code for s in sectors if s.code in codes), text, urgent)


def _urgency(words: str) -> tuple[bool, str]:
    first, _, rest = words.partition(" ")
    if _folded(first) in _URGENT:
        return True, rest.lstrip(" :,")
    return False, words


_Found = tuple[frozenset[SectorCode], str]


def _before_a_colon(words: str, sectors: Sequence[Sector]) -> _Found | UnknownSectors | None:
    """A list that a colon ends; ``None`` when what stands before it is no list of sectors."""
    head, colon, text = words.partition(":")
    if not colon or "\n" in head.strip() or len(head) > _LONGEST_HEAD:
        return None
    parts = [part for part in _SEPARATOR.split(head.strip()) if part]
    meant = [_meant(part, sectors) for part in parts]
    if not any(meant):
        return None
    unclear = [p for p, codes in zip(parts, meant, strict=True) if not _is_clear(p, codes)]
    if not unclear:
        return frozenset().union(*meant), text.strip()
    if len(parts) == 1 or any(len(part.split()) > _MOST_WORDS for part in unclear):
        return None  # « tous Attention : … », or a sentence with a comma before its colon
    near = {code for part in unclear for code in _meant(part, sectors)}
    return UnknownSectors(tuple(unclear), tuple(s.code for s in sectors if s.code in near))


def _first_words(words: str, sectors: Sequence[Sector]) -> _Found | UnknownSectors:
    """Names at the beginning, set apart by commas; what follows the last one is the text."""
    codes: set[SectorCode] = set()
    rest = words
    while True:
        name, after, found = _longest_name(rest, sectors)
        if not _is_clear(name, found):
            near = tuple(s.code for s in sectors if s.code in found)
            return UnknownSectors((name,) if name else (), near)
        codes |= found
        separator = _SEPARATOR.match(after)
        if separator is None or not _goes_on(separator[0], after[separator.end() :], sectors):
            return _told(name, frozenset(codes), after.strip(" :,;\n"))
        rest = after[separator.end() :]


def _told(name: str, codes: frozenset[SectorCode], text: str) -> _Found | UnknownSectors:
    """« tous sauf la gare » is no way to say whom; it must not go to the station."""
    excluding = text.partition(" ")[0]
    if _folded(excluding) in _EXCEPT:
        return UnknownSectors((f"{name} {excluding}",))
    return codes, text


def _goes_on(separator: str, rest: str, sectors: Sequence[Sector]) -> bool:
    """Whether the list does: always after a comma, after « et » only when a sector follows."""
    if separator.strip() in (",", ";"):
        return bool(rest)
    name, _after, found = _longest_name(rest, sectors)
    return _is_clear(name, found)


def _longest_name(words: str, sectors: Sequence[Sector]) -> tuple[str, str, frozenset[SectorCode]]:
    """The longest beginning that names a sector, its rest, and which ones it may name."""
    ends = [m.end() for m in re.finditer(r"[^\s,;:/+&]+", words.split("\n", 1)[0])][:_MOST_WORDS]
    tries = [(words[:end], words[end:]) for end in reversed(ends)]
    for is_exact in (True, False):
        for name, after in tries:
            found = _exactly(name, sectors) if is_exact else _meant(name, sectors)
            if found:
                return name, after, found
    name, after = tries[-1] if tries else ("", words)
    return name, after, frozenset()


def _is_clear(name: str, codes: frozenset[SectorCode]) -> bool:
    return len(codes) == 1 or (bool(codes) and _folded(name) in _ALL)


def _meant(name: str, sectors: Sequence[Sector]) -> frozenset[SectorCode]:
    """The sectors that ``name`` may stand for: those that it is, or else those that it is near."""
    return _exactly(name, sectors) or frozenset(
        s.code for s in sectors if any(_is_near(_folded(name), known) for known in _names(s))
    )


def _exactly(name: str, sectors: Sequence[Sector]) -> frozenset[SectorCode]:
    bare = _folded(name)
    if bare in _ALL:
        return frozenset(s.code for s in sectors)
    return frozenset(s.code for s in sectors if bare in _names(s) or _short(bare) in _names(s))


def _names(sector: Sector) -> Iterator[str]:
    for name in (_folded(sector.code), _folded(sector.name)):
        yield name
        yield _short(name)


def _short(name: str) -> str:
    """Without its article."""
    for article in _ARTICLES:
        if name.startswith(article):
            return name.removeprefix(article)
    return name


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.casefold())
    letters = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return " ".join(re.findall(r"[^\W_]+", letters))


def _is_near(typed: str, known: str) -> bool:
    if len(known) < _ONE_MISTAKE:
        return False
    allowed = 2 if len(known) >= _TWO_MISTAKES else 1
    return abs(len(typed) - len(known)) <= allowed and mistakes(typed, known) <= allowed
