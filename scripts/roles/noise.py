"""The same message as other people would type it: no accents, capitals, short, with mistakes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from importlib.resources import files
from random import Random

from pc_matrix.language.lexicon import table
from roles.corpus import Written
from roles.pieces import Piece, cut, join

_HEARD = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        ("eau", "o"), ("au", "o"), ("qu", "k"), ("ph", "f"), ("ss", "s"), ("tt", "t"), ("ll", "l"),
        ("nn", "n"), ("ez", "é"), ("er$", "é"), ("e$", ""), ("es$", ""), ("ent$", ""), ("ai", "é"),
        ("x$", ""), ("t$", ""), ("c([aou])", r"k\1"),
    )
)  # fmt: skip


def plain(text: str) -> str:
    """Without accents."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def _short_forms() -> dict[str, list[str]]:
    short = defaultdict(list)
    source = files("policies.denunciation").joinpath("lexicon", "sms.tsv")
    for written, (meant, *_) in table(source):
        if " " not in meant:
            short[meant].append(written)
    return dict(short)


_SHORT = _short_forms()
_KEYS = ("azertyuiop", "qsdfghjklm", "wxcvbn")


def _beside() -> dict[str, str]:
    """The keys to the left and right of each, on a French keyboard, and those above and below."""
    found: dict[str, str] = {}
    for y, row in enumerate(_KEYS):
        for x, key in enumerate(row):
            others = [_KEYS[y + j][x : x + 1] for j in (-1, 1) if 0 <= y + j < 3]
            found[key] = row[max(0, x - 1) : x] + row[x + 1 : x + 2] + "".join(others)
    return found


_BESIDE = _beside()


def retyped(message: Written, rng: Random) -> Written:
    """``message`` in another spelling; its meaning and its roles stay."""
    kinds: list[tuple[float, Callable[[Piece], str]]] = [
        (0.2, lambda p: plain(p.text)),
        (0.4, lambda p: plain(p.text).lower()),
        (0.5, lambda p: plain(p.text).upper()),
        (0.75, lambda p: _by_ear(p.text, rng) if p.is_word else p.text),
        (0.9, lambda p: _slip(p.text, rng) if p.is_word and rng.random() < slips else p.text),
        (1.0, lambda p: plain(_slip(p.text, rng) if rng.random() < slips else p.text).lower()),
    ]
    drawn, slips = rng.random(), rng.choice((0.1, 0.15, 0.25, 0.4))
    change = next(change for below, change in kinds if drawn < below)
    pieces = [piece.written(change(piece)) for piece in cut(message)]
    if drawn >= 0.3 and rng.random() < 0.3:
        pieces = [p for p in pieces if p.text not in ".,;!?" or rng.random() < 0.3]
    return join(pieces, message)


def _by_ear(word: str, rng: Random) -> str:
    low = plain(word).lower()
    if re.search("['’]", low) and rng.random() < 0.7:
        return re.sub("['’]", "", word)
    if low in _SHORT and rng.random() < 0.7:
        return rng.choice(_SHORT[low])
    if len(low) < 4 or rng.random() < 0.45:
        return low
    for pattern, by in _HEARD:
        if rng.random() < 0.4:
            low = pattern.sub(by, low)
    if len(low) > 6 and rng.random() < 0.1:
        low = low[0] + re.sub("[aeiouy]", "", low[1:])
    return low


def _slip(word: str, rng: Random) -> str:
    """One slip of the thumb in a word of four letters or more."""
    if len(word) < 4 or not word.isalpha():
        return word
    i, drawn = rng.randrange(1, len(word) - 1), rng.random()
    if drawn < 0.25:
        return word[:i] + word[i + 1 :]
    if drawn < 0.5:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if drawn < 0.7:
        return word[:i] + word[i] + word[i:]
    beside = _BESIDE.get(plain(word[i]).lower(), "aeirstnl")
    kept = word[i] if drawn < 0.8 else ""  # the thumb touches two keys, or the wrong one
    return word[:i] + rng.choice(beside) + kept + word[i + 1 :]
