"""Text into words with their offsets, respelt where people write short or by ear."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from pc_matrix.language.familiar import is_word
from pc_matrix.language.resources import EDGE, Resources
from pc_matrix.language.sounds import sound
from pc_matrix.language.spelling import Spelt
from pc_matrix.language.stretched import is_stretched, undoubled, unstretched

_ELIDED = {
    "l": "le", "d": "de", "j": "je", "c": "ce", "s": "se", "n": "ne", "m": "me", "t": "te",
    "qu": "que", "jusqu": "jusque", "lorsqu": "lorsque", "puisqu": "puisque", "quelqu": "quelqu",
}  # fmt: skip
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
_LEET = str.maketrans("013457@$", "oieastas")
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
        elided = spelt.text[match.end() : match.end() + 1] == "'" and raw in _ELIDED
        capital = not shouted and _stands_out(spelt, start, end, raw, known)
        raw = _squeezed(raw, known)
        forms = (_ELIDED[raw],) if elided else respell(raw, known)
        if forms == (raw,):
            raw = undoubled(raw, known)
            forms = (raw,)
        elif is_stretched(raw, forms[0], known):
            raw = forms[0]
        if raw == "t" and found and found[-1].raw == "c" and found[-1].form == "est":
            found[-1].form = "etait"
            continue
        short = {"notname"} if not elided and raw in known.sms else set()
        found.extend(
            Word(start, end, raw, form, capital=capital, tags=set(short)) for form in forms
        )
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


def respell(raw: str, known: Resources) -> tuple[str, ...]:
    """What a word as written stands for: one form, or several (``g`` → ``je ai``)."""
    if raw in known.sms:
        return known.sms[raw]
    if _is_word(raw, known):
        return (_known_mistake(raw, known),)
    if any(c.isdigit() for c in raw):
        return (_unleet(raw, known),)
    level = max(known.first_names.get(raw, 0), known.surnames.get(raw, 0))
    if level >= 4:
        return (raw,)
    if level == 3:
        right = _corrected(raw, known)
        common = right != raw and known.frequency.get(right, 0) >= 50
        return _glued(raw, known) or (right if common else raw,)
    right = _corrected(raw, known)
    rare = level and known.frequency.get(right, 0) < (40 if level == 2 else 36)
    return _glued(raw, known) or (raw if rare else right,)


def _squeezed(raw: str, known: Resources) -> str:
    """Without elongations or digits for letters: ``kaaariiim``, ``k4rim``."""
    raw = unstretched(raw, known)
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
            return (_ELIDED[head], rest)
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


def _shouted(text: str) -> bool:
    """Whether capitals tell nothing: nearly every letter is one, or they are strewn."""
    letters = [c for c in text if c.isalpha()]
    capitals = sum(map(str.isupper, letters))
    if capitals > len(letters) * 0.6:
        return True
    return capitals > len(letters) * 0.3 and len(_STREWN.findall(text)) > len(letters) * 0.1
