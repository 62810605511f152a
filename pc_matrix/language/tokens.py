"""Text into words with their offsets, respelt where people write short or by ear."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from pc_matrix.language.familiar import is_word, name_level
from pc_matrix.language.resources import Resources
from pc_matrix.language.respelling import ELIDED, respell, squeezed
from pc_matrix.language.spelling import Spelt
from pc_matrix.language.stretched import is_stretched, undoubled

_WORD = re.compile(
    r"""
    (?P<email>[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+)
  | (?P<url>https?://\S+|www\.\S+|[\w-]+(?:\.[\w-]+)*\.(?:com|fr|net|org|me|be|tv|gg|ly|io)/\S+)
  | (?P<handle>@[\w.-]+(?::[\w.-]+)?)
  | (?P<plate>\b(?:[a-z]{2}[ -]?\d{3}[ -]?[a-z]{2}|\d{2,4}[ -][a-z]{2,3}[ -]\d{2})\b)
  | (?P<phone>(?<![\w])(?:\(?(?:\+|00)\s?33\)?[\s.\-/]*(?:\(0\))?[\s.\-/]*[1-9]|0[\s.\-/]*[1-9])
        (?:[\s.\-/]*\d){8}(?![\dh]))
  | (?P<time>\b\d{1,2}\s?(?:h|heures?)\s?\d{0,2}(?![\w])|\b\d{1,2}:\d{2}\b)
  | (?P<account>(?<![^\W_])[a-z][a-z0-9]*(?:_+[a-z0-9]+)+)
  | (?P<num>\d+(?![^\W_]))
  | (?P<word>[^\W_]+)
  | (?P<punct>[^\w\s]|_|\n)
    """,
    re.VERBOSE,
)
_APOSTROPHE = re.compile(r"(?P<surname>\b([no])'([a-z]{3,}))")
_FRENCH = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-'’àâäçéèêëîïôöùûüÿœæ")
_STREWN = re.compile(r"[a-z][A-Z]")
LINE = "\n"


@dataclass(slots=True)
class Word:
    """A token on its way: ``raw`` as written (normalised), ``form`` as understood."""

    start: int
    end: int
    raw: str
    form: str
    kind: str = "word"
    capital: bool = False
    flags: str = ""
    lemmas: tuple[str, ...] = ()
    tags: set[str] = field(default_factory=set)
    neutral: bool = False


def words(spelt: Spelt, known: Resources) -> list[Word]:
    """Every token of a text in order."""
    found: list[Word] = []
    shouted = _shouted(spelt.original)
    for match in _matches(spelt.text, known):
        start, end = spelt.span(match.start(), match.end())
        kind, raw = match.lastgroup or "word", match.group()
        if kind == "surname":
            kind, raw = "word", raw.replace("'", "")
        if kind != "word":
            found.append(Word(start, end, raw, raw if kind in ("punct", "num") else kind, kind))
            continue
        elided = spelt.text[match.end() : match.end() + 1] == "'" and raw in ELIDED
        capital = not shouted and _stands_out(spelt, start, end, raw, known)
        raw, forms = (raw, (ELIDED[raw],)) if elided else _understood(raw, known)
        if raw == "t" and found and found[-1].raw == "c" and found[-1].form == "est":
            found[-1].form = "etait"
            continue
        short = {"notname"} if not elided and raw in known.sms else set()
        found.extend(
            Word(start, end, raw, form, capital=capital, tags=set(short)) for form in forms
        )
    return _described(found, spelt, known)


def _understood(raw: str, known: Resources) -> tuple[str, tuple[str, ...]]:
    """``raw`` without letters too many, and what it stands for."""
    raw = squeezed(raw, known)
    forms = respell(raw, known)
    if forms == (raw,):
        raw = undoubled(raw, known)
        return raw, (raw,)
    return (forms[0] if is_stretched(raw, forms[0], known) else raw), forms


def _described(found: list[Word], spelt: Spelt, known: Resources) -> list[Word]:
    """With their readings, as far as the words around decide them."""
    found = [w for i, w in enumerate(found) if w.raw not in ("-", "'") or not _glue(found, i)]
    for word in found:
        describe(word, known)
        if word.form == word.raw:
            _accented(word, spelt.original)
    for i, word in enumerate(found):
        if word.form == "on":
            _plural_have(word, [w for w in found[i + 1 : i + 3] if w.flags != "R"][:1])
        elif i and found[i - 1].form in _PRONOUNS:
            _verb_after_pronoun(word, known)
    return found


_PRONOUNS = frozenset({"il", "elle", "ils", "elles", "qui"})


def _stands_out(spelt: Spelt, start: int, end: int, raw: str, known: Resources) -> bool:
    """Whether it has a capital, or is no word and is written as nobody writes one."""
    original = spelt.original[start:end]
    if original[0].isupper():
        return True
    if original.isascii():
        return not original.isalnum() and not is_word(raw, known)
    original = unicodedata.normalize("NFC", original)
    if original.upper() == original.lower() and name_level(raw, known) > 1:
        return True  # letters without case hide whether it was one
    disguised = not original.isalnum() or not _FRENCH.issuperset(original.lower())
    return disguised and not is_word(raw, known)


def _matches(text: str, known: Resources) -> Iterator[re.Match[str]]:
    """The tokens of ``text``; ``N'Diaye`` and ``O'Brien`` are one where they are surnames."""
    at = 0
    while found := _WORD.search(text, at):
        joined = _APOSTROPHE.match(text, found.start())
        rest = joined[3] if joined else ""
        if joined and rest not in known.words and _surname(joined[2], rest, known):
            found = joined
        yield found
        at = found.end()


def _surname(head: str, rest: str, known: Resources) -> bool:
    """Whether two persons or more bear ``N'Diaye``, written as one word or as two."""
    return max(known.surnames.get(f"{head}{gap}{rest}", 0) for gap in ("", " ")) >= 2


def _glue(found: list[Word], i: int) -> bool:
    """Whether it only joins words: an apostrophe, the hyphen of ``belle-fille``."""
    word = found[i]
    if word.raw == "-" and 0 < i < len(found) - 1:
        before, after = found[i - 1], found[i + 1]
        return before.end == word.start and after.start == word.end and before.kind == "word"
    return word.raw == "'"


def _accented(word: Word, original: str) -> None:
    """A final é tells a participle from a finite verb: ``tapé``."""
    written = original[word.start : word.end].lower()
    if written.endswith(("é", "ée", "és", "ées")) and _FRENCH.issuperset(written):
        word.flags = "".join(f for f in word.flags if f not in "vwfy")


def _verb_after_pronoun(word: Word, known: Resources) -> None:
    """``i travail``, ``ki vol``: after a pronoun, a noun that lacks the verb's ending."""
    if word.flags.strip("Nsp") or not word.flags or word.neutral:
        return
    for ending in ("le", "e", "t", "se"):
        flags, lemmas = known.words.get(word.form + ending, ("", ()))
        if "v" in flags:
            word.form += ending
            word.flags, word.lemmas = "v", lemmas
            for lemma in lemmas:
                word.tags |= known.verbs.get(lemma, frozenset())
            return


def _plural_have(word: Word, following: list[Word]) -> None:
    """``on vu``, ``on tapé`` for *ont*: the participle cannot follow *on*."""
    if following:
        flags = following[0].flags
        if "K" in flags and not set(flags) & set("vw"):
            word.form, word.flags, word.lemmas = "ont", "w", ("avoir",)


def describe(word: Word, known: Resources) -> None:
    """Look up the readings of ``word.form``."""
    flags, lemmas = known.words.get(word.form, ("", ()))
    word.flags, word.lemmas = flags, lemmas
    word.tags |= known.tags.get(word.form, frozenset())
    for plural in ("s", "x"):
        if word.form.endswith(plural) and len(word.form) > 3:
            word.tags |= known.tags.get(word.form[:-1], frozenset()) & _TAKE_PLURAL
    for lemma in lemmas:
        word.tags |= known.verbs.get(lemma, frozenset())


_TAKE_PLURAL = frozenset({"kin", "job", "human", "neighbour", "shady", "site", "shop", "victim"})


def _shouted(text: str) -> bool:
    """Whether capitals tell nothing: nearly every letter is one, or they are strewn."""
    letters = [c for c in text if c.isalpha()]
    capitals = sum(map(str.isupper, letters))
    if capitals > len(letters) * 0.6:
        return True
    return capitals > len(letters) * 0.3 and len(_STREWN.findall(text)) > len(letters) * 0.1
