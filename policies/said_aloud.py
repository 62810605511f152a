"""Letters and numbers said in words, as people dictate a plate: « bravo », « six cent »."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.denunciation.wordlist import words

_WORD = re.compile(r"[A-Z]+|[0-9]+")
_GAP = re.compile(r"[\W_]{1,3}")
_ALPHABET = {
    word: word[0]
    for word in words(
        "ALPHA ALFA BRAVO CHARLIE DELTA ECHO FOXTROT GOLF HOTEL INDIA JULIETTE JULIET JULIETT KILO"
        " LIMA MIKE NOVEMBER OSCAR PAPA QUEBEC ROMEO SIERRA TANGO UNIFORM VICTOR WHISKY WHISKEY"
        " XRAY YANKEE ZULU ANATOLE BERTHE CELESTIN DESIRE EUGENE FRANCOIS GASTON HENRI IRMA JOSEPH"
        " KLEBER LOUIS MARCEL NICOLAS OSCAR PIERRE QUINTAL RAOUL SUZANNE THERESE URSULE VICTOR"
        " WILLIAM XAVIER YVONNE ZOE"
    )
}
"""The alphabets of aviation and of the French post."""
_COUNTED = (
    "ZERO UN DEUX TROIS QUATRE CINQ SIX SEPT HUIT NEUF DIX ONZE DOUZE TREIZE QUATORZE QUINZE SEIZE"
)
_UNITS = {word: value for value, word in enumerate(_COUNTED.split())}
_TENS = {"VINGT": 20, "TRENTE": 30, "QUARANTE": 40, "CINQUANTE": 50, "SOIXANTE": 60}
_HUNDRED = words("CENT CENTS")
_BETWEEN = words("ET TIRET")


@dataclass(frozen=True, slots=True)
class Unit:
    """``symbols`` is what ``start:end`` stands for; ``spelt`` when it was said in a word."""

    symbols: str
    start: int
    end: int
    spelt: bool


def units(folded: str) -> Iterator[list[Unit]]:
    """Runs of letters and numbers in a text of capitals without accents, at least one in words."""
    run: list[Unit] = []
    number: list[re.Match[str]] = []
    for word in _words(folded):
        if word is not None and _is_number(word.group()):
            number.append(word)
            continue
        if word is not None and word.group() in _BETWEEN:
            continue
        run += _numbered(number)
        number = []
        unit = None if word is None else _unit(word)
        if unit is not None:
            run.append(unit)
            continue
        yield from _telling(run)
        run = []
    yield from _telling(run + _numbered(number))


def _words(folded: str) -> Iterator[re.Match[str] | None]:
    """The words; ``None`` where more than a space or a hyphen stands between two."""
    at, folded = 0, re.sub("X.RAY", "XRAY.", folded)
    for word in _WORD.finditer(folded):
        gap = folded[at : word.start()]
        if gap and not _GAP.fullmatch(gap):
            yield None
        yield word
        at = word.end()


def _is_number(word: str) -> bool:
    return word in _UNITS or word in _TENS or word in ("VINGTS", *_HUNDRED)


def _unit(word: re.Match[str]) -> Unit | None:
    said = word.group()
    if said in _ALPHABET:
        return Unit(_ALPHABET[said], *word.span(), spelt=True)
    if said.isdigit() or len(said) <= 2:
        return Unit(said, *word.span(), spelt=False)
    return None


def _telling(run: list[Unit]) -> Iterator[list[Unit]]:
    if any(unit.spelt for unit in run):
        yield run


def _numbered(said: list[re.Match[str]]) -> list[Unit]:
    """The number words as digits: « six cent quarante » and « six quatre zéro » are 640."""
    if not said:
        return []
    parts: list[int] = []
    for word in said:
        _add(parts, word.group())
    return [Unit("".join(map(str, parts)), said[0].start(), said[-1].end(), spelt=True)]


def _add(parts: list[int], word: str) -> None:
    last = parts[-1] if parts else 0
    if word in _HUNDRED:
        parts[-1:] = [100 * last] if 0 < last < 10 else [*parts[-1:], 100]
    elif word in ("VINGT", "VINGTS") and last % 100 == 4:
        parts[-1] = last - 4 + 80
    elif parts and _takes(last, _UNITS.get(word, _TENS.get(word, 0))):
        parts[-1] = last + _UNITS.get(word, _TENS.get(word, 0))
    else:
        parts.append(_UNITS.get(word, _TENS.get(word, 0)))


def _takes(last: int, value: int) -> bool:
    """Whether ``value`` goes on the number before it: « cent » takes all, « vingt » 1 to 9."""
    if last >= 100 and last % 100 == 0:
        return 0 < value < 100
    tens, rest = last % 100, last % 10
    if rest or tens < 20:
        return tens == 10 and 7 <= value <= 9
    return 0 < value < (20 if tens in (60, 80) else 10)
