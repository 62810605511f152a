"""Messages as the network sees them: analysed by the rules, several spellings and names of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import Pool
from random import Random

from pc_matrix.language import French
from pc_matrix.language.resources import load_resources
from pc_matrix.language.roles.marks import Marked, marked
from policies.denunciation.analysis import Token
from roles.corpus import Span, Written
from roles.exchange import Mentions, exchanged
from roles.manners import in_company
from roles.noise import retyped
from roles.renaming import renamed

SPELLINGS, EXCHANGES = 6, 2
IN_COMPANY = 0.2


@dataclass(frozen=True, slots=True)
class Example:
    words: tuple[Marked, ...]
    roles: tuple[str, ...]
    """A letter of ``ROLES`` a word."""
    label: str


@dataclass(frozen=True, slots=True)
class Told:
    """One message: as written, in other spellings with other names, and about other people."""

    written: Example
    varied: tuple[Example, ...] = ()
    exchanged: tuple[Example, ...] = ()


def plainly(messages: Sequence[Written]) -> list[Told]:
    """Each message as it was written."""
    return [Told(example(m)) for m in messages]


def varied(messages: Sequence[Written], known: Mentions, processes: int = 2) -> list[Told]:
    """Each message in all its variants; the same messages give the same variants."""
    with Pool(processes, initializer=_share, initargs=(known,)) as pool:
        return pool.map(_told, messages, chunksize=64)


_shared: list[Mentions] = []


def _share(known: Mentions) -> None:
    _shared.append(known)


def _told(message: Written) -> Told:
    rng = Random(hashlib.sha1(message.text.encode()).hexdigest())
    others = [_vary(message, rng, renames=0.6, retypes=0.5) for _ in range(SPELLINGS)]
    about = [exchanged(message, _shared[0], rng) for _ in range(EXCHANGES)]
    return Told(
        example(message),
        tuple(map(example, others)),
        tuple(example(_vary(m, rng, renames=0.5, retypes=0.4)) for m in about if m is not None),
    )


def _vary(message: Written, rng: Random, *, renames: float, retypes: float) -> Written:
    if rng.random() < renames:
        message = renamed(message, rng)
    if rng.random() < IN_COMPANY:
        message = in_company(message, rng)
    return retyped(message, rng) if rng.random() < retypes else message


def example(message: Written) -> Example:
    analysis = _french().by_rules(message.text)
    words = marked(analysis, load_resources())
    return Example(tuple(words), tuple(_roles(analysis.tokens, message.spans)), message.label)


@lru_cache(maxsize=1)
def _french() -> French:
    """Without the reader, which is what is being made."""
    return French(load_resources())


def _roles(tokens: Sequence[Token], spans: Sequence[Span]) -> Iterable[str]:
    """The role of each word: that of the innermost span that it touches."""
    for token in tokens:
        touching = [s for s in spans if token.start < s.end and token.end > s.start]
        inner = min(touching, key=lambda s: s.end - s.start, default=None)
        yield inner.role if inner else "O"
