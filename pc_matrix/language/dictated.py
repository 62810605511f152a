"""Phones, addresses and house numbers said in words or with odd signs, as they are dialled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pc_matrix.language.numerals import ATOM, Numeral, numerals
from pc_matrix.language.resources import Resources
from pc_matrix.language.spelling import Edit, Spelt
from policies.denunciation.wordlist import words as listed

_JOIN = r"(?:[^\w\n]|_|\bet\b){1,6}"
_PART = rf"(?:{ATOM}|\d{{1,4}}(?![^\W_]))"
_SERIES = re.compile(rf"(?<![^\W_]){_PART}(?:{_JOIN}{_PART})+")
_HINT = re.compile(rf"(?<![^\W_]){ATOM}")
_LEAST_GROUPS, _PHONE, _MOST_SLIPS = 4, 10, 4
_SLIPS = {"o": "0", "i": "1", "l": "1", "s": "5", "b": "8"}
_SIGN = r"(?:[^\w\n:]|_)"
_ZERO_TOO = rf"(?:\({_SIGN}?[0o]{_SIGN}?\))?"
_PREFIX = rf"(?:\(?(?:(?:\+|00){_SIGN}{{0,3}}|(?<!\w))33{_SIGN}{{0,3}}{_ZERO_TOO})"
_ODDLY = re.compile(
    rf"(?:{_PREFIX}|(?<![^\W_])\(?[0o])(?:{_SIGN}{{0,4}}[0-9oilsb]){{9}}(?![^\W_]|{_SIGN}?\d)"
)
_AS_DIALLED = re.compile(r"\(?(?:\+\s?33|0033)?\)?[\d\s.\-/]*(?:\(0\))?[\d\s.\-/]+")

_AT = r"(?:@|[(\[{<*]\s?(?:at|a|arobase?|chez)\s?[)\]}>*]|\ba[rt]r?obas?e?s?\b|\barob\b)"
_AT_WORD = r"\b(?:at|chez|sur)\b"
_DOT = r"(?:\.|[(\[{]\s?(?:\.|dot|point|pt)\s?[)\]}]|\b(?:point|dot)\b)"
_HOSTS = (
    "gmail|hotmail|orange|free|yahoo|outlook|live|sfr|laposte|wanadoo|icloud|proton|protonmail|pm"
    "|bbox|numericable|neuf|msn|aol|gmx|me|club-internet"
)
_TLD = r"(?:com|fr|net|org|eu|be|ch|lu|de|es|it|info|me|io|email|uk|re|bzh|ovh)(?![^\W_])"
_LOCAL = rf"[a-z0-9](?:[\w.+-]*[a-z0-9])?(?:\s?(?:{_DOT}|\b(?:tiret|underscore)\b)\s?[a-z0-9_+-]+)*"
_MAIL = re.compile(
    rf"(?<![^\W_]){_LOCAL}\s?{_AT}\s?[a-z0-9-]+(?:\s?{_DOT}\s?[a-z0-9-]+)*?\s?{_DOT}\s?{_TLD}"
    rf"|(?<![^\W_]){_LOCAL}\s{_AT_WORD}\s(?:{_HOSTS})\s?{_DOT}\s?{_TLD}"
)
_MAIL_HINT = re.compile(rf"{_DOT}\s?{_TLD}")
_PLAIN_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HOUSE = re.compile(
    rf"(?<![^\W_])(?<!')(?:(?P<who>voisine?s?|gens|celui|celles?|ceux|locataires?|famille|couple)\sdu"
    rf"|(?P<door>au|du|numero)|le|no|n|habite|habitent|loge|vit)\s(?={ATOM})"
)
_NUMBER = re.compile(rf"{ATOM}(?:(?:\s|-|\set\s|-et-){ATOM})*")
_AFTER_NUMBER = re.compile(r"(?:\s(?:bis|ter|quater))?,?\s?(?:de\s(?:la|l')\s?)?([a-z]+)?")
_LIVES = listed("qui a bis ter est et on ils elle il la le vole crie fait ont")


def dictated(spelt: Spelt, known: Resources) -> list[Edit]:
    """Digits for phones and house numbers, and one word for an address; they do not overlap."""
    text = spelt.text
    found: list[Edit] = []
    readings = (_mails(text), _phones(text), _oddly_written(text), _houses(text, known))
    for edit in (e for reading in readings for e in reading):
        if not any(edit[0] < end and start < edit[1] for start, end, _ in found):
            found.append(edit)
    return found


def _mails(text: str) -> Iterator[Edit]:
    if not _MAIL_HINT.search(text):
        return
    for match in _MAIL.finditer(text):
        written = match.group()
        if _PLAIN_MAIL.fullmatch(written):
            continue
        address = re.sub(rf"\s?(?:{_AT}|{_AT_WORD})\s?", "@", written, count=1)
        address = re.sub(rf"\s?{_DOT}\s?", ".", address)
        address = re.sub(r"\s?\btiret\b\s?", "-", address)
        address = re.sub(r"\s?\bunderscore\b\s?", "_", address)
        yield match.start(), match.end(), address.replace(" ", "")


def _phones(text: str) -> Iterator[Edit]:
    """A series of numbers, some of them in words, that makes a phone's ten digits."""
    if not _HINT.search(text):
        return
    for match in _SERIES.finditer(text):
        if not _HINT.search(match.group()):
            continue
        series = numerals(text, match.start(), match.end())
        for first in range(len(series)):
            last, digits = _phone(series[first:])
            if last:
                yield series[first].start, series[first + last - 1].end, digits
                break


def _phone(series: list[Numeral]) -> tuple[int, str]:
    """How many numbers of ``series`` are a phone, and its digits; 0 when they are none."""
    digits = ""
    for count, number in enumerate(series, 1):
        digits += number.digits
        national = f"0{digits[2:].removeprefix('0')}" if digits.startswith("33") else digits
        if not (national.startswith("0") and national[1:2] != "0") and len(digits) > 3:
            return 0, ""
        if len(national) >= _PHONE and count >= _LEAST_GROUPS:
            return count, national[:_PHONE]
    return 0, ""


def _oddly_written(text: str) -> Iterator[Edit]:
    """Letters for digits (``O6 l2…``), and signs that no phone has between them."""
    for match in _ODDLY.finditer(text):
        written = match.group()
        letters = sum(c in _SLIPS for c in written)
        if letters > _MOST_SLIPS or _AS_DIALLED.fullmatch(written):
            continue
        digits = "".join(_SLIPS.get(c, c) for c in written if c.isdigit() or c in _SLIPS)
        if digits[-9] != "0":
            yield match.start(), match.end(), f"0{digits[-9:]}"


def _houses(text: str, known: Resources) -> Iterator[Edit]:
    """``au douze rue des Lilas``, ``mon voisin du douze``; not ``du deux-pièces``."""
    for match in _HOUSE.finditer(text):
        number = _NUMBER.match(text, match.end())
        if not number:
            continue
        (read, *rest) = numerals(text, *number.span())
        after = _AFTER_NUMBER.match(text, number.end())
        following = after[1] if after and after[1] else ""
        road = "road" in known.tags.get(following, ())
        at_home = match["door"] and (not following or following in _LIVES)
        single = following == "" and text[number.start() : number.end()] == "neuf"  # du neuf
        if rest or int(read.digits) < 2 or single:
            continue
        if road or at_home or match["who"]:
            yield read.start, read.end, read.digits
