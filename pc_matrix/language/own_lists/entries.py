"""What one row lists, as the words of a text are compared with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pc_matrix.language.own_lists.classes import ListClass, Row
from pc_matrix.language.resources import Resources
from pc_matrix.language.spelling import plain, spell
from pc_matrix.language.tokens import Word, describe, words
from policies.denunciation.wordlist import words as listed

_MELTED = {"le": {"au", "du"}, "les": {"aux", "des"}}
_ELIDED = {"l": "le", "d": "de"}
ARTICLES = listed("le la les l un une des du au aux")
_SHORT = {
    "st": "saint", "ste": "sainte", "av": "avenue", "ave": "avenue", "bd": "boulevard",
    "bld": "boulevard", "bvd": "boulevard", "pl": "place", "imp": "impasse", "rte": "route",
    "ch": "chemin", "gal": "general", "mal": "marechal", "dr": "docteur", "pdt": "president",
}  # fmt: skip
_PHONE = re.compile(r"(?:(?:00)?33(?:0)?|0)?([1-9]\d{8})")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A name of several words, each given by the forms that it may take in a text."""

    kind: ListClass
    parts: tuple[frozenset[str], ...]
    line: int = 0


def spelt(text: str, known: Resources) -> list[Word]:
    """The words of an entry as a message's are, without punctuation, one for each written word.

    They are read as they are written: neither short for anything nor misspelt. A place that no
    dictionary knows must not lend its effect to an ordinary word.
    """
    found = [w for w in words(spell(text), known) if w.kind != "punct"]
    written = [w for i, w in enumerate(found) if i == 0 or w.start != found[i - 1].start]
    return [_as_written(w, known) if w.kind == "word" else w for w in written]


def _as_written(w: Word, known: Resources) -> Word:
    form = w.form if _ELIDED.get(w.raw) == w.form else w.raw
    word = Word(w.start, w.end, w.raw, form, capital=w.capital)
    describe(word, known)
    return word


def full(word: str) -> str:
    """``st`` as ``saint``."""
    return _SHORT.get(word, word)


def parts_of(found: Sequence[Word]) -> tuple[frozenset[str], ...]:
    """The forms of each word: as written, spelt out when it was elided (``l'`` → ``le``), and a
    first article as it melts into *à* or *de*: *le Tartempion*, *au Tartempion*."""
    forms = [{full(w.raw), full(w.form)} if w.kind == "word" else {w.raw} for w in found]
    if len(forms) > 1:
        forms[0] |= _MELTED.get(found[0].form, set())
    return tuple(frozenset(form) for form in forms)


def entries(row: Row, found: Sequence[Word]) -> tuple[Entry, ...]:
    """What ``row`` lists; an agent's family name before or after the given ones."""
    if row.kind is not ListClass.AGENT:
        return (Entry(row.kind, parts_of(found), row.line),)
    named = name_of(found)
    if len(named) == 1:
        return (Entry(row.kind, parts_of(found), row.line),)
    parts = tuple(frozenset({full(w.raw), w.form}) for w in named)
    turned = (parts[i:] + parts[:i] for i in range(len(parts)))
    return tuple(Entry(row.kind, p, row.line) for p in dict.fromkeys(turned))


def name_of(found: Sequence[Word]) -> Sequence[Word]:
    """An agent's name without what goes around it: *Mme*, *le brigadier-chef*, *maire*."""
    first, last = 0, len(found)
    while first < last and _formal(found, first):
        first += 1
    while last > first and _formal(found, last - 1):
        last -= 1
    return found[first:last]


def _formal(found: Sequence[Word], i: int) -> bool:
    if found[i].form in ARTICLES:
        return i + 1 < len(found) and bool(found[i + 1].tags & {"title", "rank"})
    return bool(found[i].tags & {"title", "rank"})


def phone(text: str) -> str:
    """Ten digits, or nothing when ``text`` is no French number.

    A spreadsheet takes the first zero off: nine digits are understood.
    """
    digits = re.sub(r"[\s.\-/()+\u2010-\u2015]", "", text)
    found = _PHONE.fullmatch(digits) if digits.isascii() else None
    return f"0{found[1]}" if found else ""


def email(text: str) -> str:
    """The address as ``contacts`` reads it, or nothing."""
    address = re.sub(r"\s", "", plain(text))
    return address if _EMAIL.fullmatch(address) else ""
