"""Letters written more often than the word has them: ``kaaarim``, ``karrim``, ``annnne``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from pc_matrix.language.familiar import is_common, is_word, name_level
from pc_matrix.language.resources import Resources

_RUNS = re.compile(r"(.)\1*")
_DOUBLED = re.compile(r"([^\W\d])\1")
_LONG = re.compile(r"(.)\1{2,}")
_NEVER_DOUBLE = re.compile(r"([aiuhjkqvwxyzbdg])\1|^(.)\2")
"""Letters that French hardly doubles, or at the beginning of no word."""
_MOST, _OFTEN_BORNE, _OFTEN_READ = 32, 4, 40


def never_double(word: str) -> bool:
    """Whether it doubles a letter that French does not double there."""
    return bool(_NEVER_DOUBLE.search(word))


def unstretched(raw: str, known: Resources) -> str:
    """The known word or name that ``raw`` stretches; else without letters that nobody doubles."""
    if not _DOUBLED.search(raw) or is_word(raw, known):
        return raw
    shorter = _NEVER_DOUBLE.sub(lambda m: m[0][0], raw) if not name_level(raw, known) else raw
    if not _LONG.search(raw):
        return shorter
    best = max(_readings(raw), key=lambda word: _weight(word, known))
    return best if _weight(best, known) else _LONG.sub(r"\1", raw)


def undoubled(raw: str, known: Resources) -> str:
    """The name or the frequent word that ``raw``, which means nothing, has with a letter less."""
    if not _DOUBLED.search(raw) or len(raw) < 4 or is_word(raw, known) or name_level(raw, known):
        return raw
    readings = tuple(_readings(raw))
    best = max(readings, key=lambda word: known.frequency.get(word, 0))
    if known.frequency.get(best, 0) >= _OFTEN_READ and best in known.words:
        return best
    best = max(readings, key=lambda name: name_level(name, known))
    often = name_level(best, known) >= _OFTEN_BORNE and best not in known.communes
    return best if often else raw


def is_stretched(raw: str, form: str, known: Resources) -> bool:
    """Whether ``raw``, which is nobody's name, is ``form`` with some letters twice."""
    if raw == form or name_level(raw, known):
        return False
    return bool(_DOUBLED.search(raw)) and form in _readings(raw)


def _readings(raw: str) -> Iterator[str]:
    """Each run of a letter once or twice, the shortest first."""
    runs = [run.group() for run in _RUNS.finditer(raw)]
    options = [(run[0], run[0] * 2) if len(run) > 1 else (run,) for run in runs]
    return map("".join, islice(product(*options), _MOST))


def _weight(word: str, known: Resources) -> int:
    return max(name_level(word, known), 4 * is_common(word, known)) if len(word) > 2 else 0
