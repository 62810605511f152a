"""Where a text has a vehicle's plate, however it is written, spelt out or disguised.

Sources: arrêté du 9 février 2009, plates of the *SIV* (``AB-123-CD``, since 2009) and of the *FNI*
before (``1234 AB 59``). Behind « immatriculé » or « plaque » anything of letters and digits is one:
a foreign plate, a part of a plate.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from policies.denunciation.analysis import Analysis
from policies.denunciation.wordlist import words
from policies.said_aloud import Unit, units

Span = tuple[int, int]
"""``start:end`` in the text."""

_SEP = r"[\W_]{0,3}"
_APART = r"[\W_]{1,3}"
_DIGITS = r"[0-9OQ](?:[\W_]?[0-9OQ]){2}"
_SIV = re.compile(rf"(?<![^\W_])([A-Z]{{2}}){_SEP}{_DIGITS}{_SEP}([A-Z]{{2}})(?![^\W_])")
_FNI = re.compile(
    rf"(?<![^\W_])([0-9]{{1,4}}){_SEP}([A-Z]{{2,3}}){_SEP}([0-9]{{2,3}}|2[AB])(?![^\W_])"
)
_CUT = re.compile(
    rf"(?<![^\W_])([A-Z]{{2}}{_SEP}{_DIGITS})(?={_SEP}\[)"
    rf"|(?<=\]){_SEP}({_DIGITS}{_SEP}[A-Z]{{2}})(?![^\W_])"
)
"""What is left of one that the filter took in part for a name: « AB-123-[personne] »."""
_PAIR = rf"[A-Z]{_APART}[A-Z]"
_SPACED = re.compile(rf"(?<![^\W_]){_PAIR}{_APART}{_DIGITS}{_APART}{_PAIR}(?![^\W_])")
_CUE = re.compile(r"(?<![A-Z])(?:IMMAT[A-Z]*|PLAQUES?|PLAK|NUMEROS? D.IMMAT[A-Z]*)(?![A-Z])")
_CLAUSE = re.compile(r"[^,;!?\n]{0,60}")
_SAID = re.compile(r"[A-Z]{2}[0-9]{3}[A-Z]{2}")
_LOOKS_LIKE = str.maketrans("АВЕКМНОРСТУХІЅЈҮΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXISJYABEZHIKMNOPTYX")
"""Cyrillic and Greek capitals that look like ours."""
_SMALL = words(
    "LE LA LES DE DES DU AU AUX EN ET OU UN UNE IL ON JE TU CE SE SA SES MA MES TA TES NE ME TE ES"
    " AS KM KG CM MM MN HA MIN SEC ANS ANE MAI SUR PAR BIS TER RUE PAS KMS MES VS EUR HEU"
)
"""What stands between numbers without being of a plate: « au 112 ou », « 20 ou 30 »."""
_NO_WORD = rf"(?!(?:{'|'.join(sorted(_SMALL))})(?![A-Z]))"
_JOINT = r"[ .\-_/]?"
_PART = re.compile(
    rf"(?<![A-Z0-9])(?:([A-Z]{{1,3}}){_JOINT}[0-9]{{2,4}}|[0-9]{{1,4}}{_JOINT}([A-Z]{{1,3}}))"
    rf"(?:{_JOINT}{_NO_WORD}(?:[A-Z]{{1,2}}|[0-9]{{1,4}}))?(?![A-Z0-9])"
)


def plates(analysis: Analysis) -> tuple[Span, ...]:
    """Every plate of the text, in order, without overlaps."""
    text = analysis.text
    folded = "".join(map(_folded, text))
    found = [
        *_written(folded, text),
        *_after_cue(folded),
        *_spelt(folded, text),
        *((t.start, t.end) for t in analysis.tokens if _is_read(t.form, text[t.start : t.end])),
    ]
    return _merged(found)


def without_plates(text: str, spans: Sequence[Span], label: str) -> str:
    """``text`` with ``label`` for every one of ``spans``, which are in order and apart."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], label]
        at = end
    return "".join(parts) + text[at:]


def _folded(char: str) -> str:
    """One character for one: a capital without accent, as it is read."""
    upper = unicodedata.normalize("NFKD", char)[:1].upper()[:1].translate(_LOOKS_LIKE)
    return upper or char


def _written(folded: str, text: str) -> Iterator[Span]:
    for found in _SIV.finditer(folded):
        if not _is_phrase(text, found.span(1), found.span(2), both=True):
            yield found.span()
    for found in _FNI.finditer(folded):
        if not _is_phrase(text, found.span(2), found.span(2), both=False):
            yield found.span()
    for found in _CUT.finditer(folded):
        yield found.span(1 if found[1] else 2)
    for found in _SPACED.finditer(folded):
        letters = [c for c in text[slice(*found.span())] if c.isalpha()]
        if all(map(str.isupper, letters)):  # « il y a 100 m à droite »
            yield found.span()


def _is_phrase(text: str, first: Span, last: Span, *, both: bool) -> bool:
    """Whether the letters are small words of a sentence: « à moins de 100 km »."""
    groups = [text[first[0] : first[1]], text[last[0] : last[1]]] if both else [text[slice(*first)]]
    small = all(g.upper() in _SMALL for g in groups)
    return small and not all(g.isupper() for g in groups)


def _is_read(form: str, written: str) -> bool:
    """A token that the language part read as a plate, and that is no piece of a sentence."""
    letters = re.findall(r"[^\W\d_]+", written)
    return form == "plate" and not (
        all(g.upper() in _SMALL for g in letters) and not all(map(str.isupper, letters))
    )


def _after_cue(folded: str) -> Iterator[Span]:
    """Letters and digits side by side in what follows the word « plaque »."""
    for cue in _CUE.finditer(folded):
        clause = _CLAUSE.match(folded, cue.end())
        at, end = clause.span() if clause else (0, 0)
        while part := _PART.search(folded, at, end):
            small = (part[1] or part[2]) in _SMALL
            if not small:
                yield part.span()
            at = part.start() + 1 if small else part.end()


def _spelt(folded: str, text: str) -> Iterator[Span]:
    """« bravo x-ray six cent quarante juliette mike »: letters and numbers said in words."""
    for run in units(folded):
        symbols = "".join(unit.symbols for unit in run)
        owner = [unit for unit in run for _ in unit.symbols]
        for found in _SAID.finditer(symbols):
            mine = owner[found.start() : found.end()]
            if _is_whole(owner, found.span()) and _is_said(mine, text):
                yield mine[0].start, mine[-1].end


def _is_whole(owner: Sequence[Unit], span: Span) -> bool:
    """Whether no word was cut in two."""
    start, end = span
    begins = start == 0 or owner[start - 1] is not owner[start]
    ends = end == len(owner) or owner[end - 1] is not owner[end]
    return begins and ends


def _is_said(mine: Sequence[Unit], text: str) -> bool:
    outer = [text[u.start : u.end] for u in (mine[0], mine[-1]) if not u.spelt]
    small = len(outer) == 2 and all(w.upper() in _SMALL and not w.isupper() for w in outer)
    return any(unit.spelt for unit in mine) and not small


def _merged(found: Sequence[Span]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for start, end in sorted(found):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end))
        else:
            kept.append((start, end))
    return tuple(kept)
