"""Which words have to be masked: those that name a third person, by the rules and by the reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.denunciation.analysis import Analysis, Entity, EntityKind, Leaning, Shares, Token

NOBODY, SOMEBODY = 0.4, 0.2
"""A name that the rules found is let go where the reader takes it for a thing or for somebody who
need not be masked (a likelihood of ``NOBODY`` or more), and for a third person by no more than
``SOMEBODY``."""
CONTACTS = frozenset({EntityKind.PHONE, EntityKind.EMAIL})
SOMEBODYS_CONTACT = 0.02
"""A telephone number or an e-mail address is let go only where the reader is as sure as this that
it is no third person's: whoever reads it can use it."""
ADDED, DOUBTED = 0.5, 0.25
"""A word that the rules did not find is masked from this likelihood on; from ``DOUBTED`` on where
the whole message is in doubt."""
ALWAYS_SOMEBODYS = frozenset({EntityKind.ACCOUNT})
"""Where the rules found it, the reader has no say: an account belongs to somebody."""
LEAST = 0.1
"""What the likeliest word needs where somebody is surely named and nothing else is found."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody's name, number or address: tokens ``first:last`` and characters ``start:end``."""

    kind: EntityKind
    first: int
    last: int
    start: int
    end: int


def named(analysis: Analysis, *, and_accused: bool = False) -> tuple[Named, ...]:
    """What has to be masked in ``analysis``, in order, not overlapping.

    ``and_accused`` masks every mention of somebody who may be accused too, named or described: in
    doubt, what a human lets go never says who it was.
    """
    leaning = analysis.leaning
    found = [_of(e) for e in analysis.entities if e.kind.names and _stays(e, leaning)]
    if leaning is not None:
        least = DOUBTED if and_accused else ADDED
        shares = [_share(s, and_accused=and_accused) for s in leaning.words]
        found += _added(analysis, [share >= least for share in shares])
    return tuple(sorted(found, key=lambda n: n.first))


def likeliest(analysis: Analysis, leaning: Leaning) -> tuple[Named, ...]:
    """The one word that most likely names somebody, where no other was found; empty if none may."""
    words = [i for i, token in enumerate(analysis.tokens) if _may_name(token)]
    best = max(words, key=lambda i: leaning.words[i].third, default=-1)
    if best < 0 or leaning.words[best].third < LEAST:
        return ()
    return (_run(analysis, best, best + 1),)


def _share(shares: Shares, *, and_accused: bool) -> float:
    return shares.third + (shares.accused if and_accused else 0.0)


def _of(entity: Entity) -> Named:
    return Named(entity.kind, entity.first, entity.last, entity.start, entity.end)


def _stays(entity: Entity, leaning: Leaning | None) -> bool:
    if leaning is None or entity.kind in ALWAYS_SOMEBODYS:
        return True
    shares = leaning.words[entity.first : entity.last]
    somebody = max(s.third + s.accused for s in shares)
    if entity.kind in CONTACTS and somebody >= SOMEBODYS_CONTACT:
        return True
    nobody = sum(s.thing + s.free for s in shares) / len(shares)
    return somebody >= SOMEBODY or nobody < NOBODY


def _added(analysis: Analysis, likely: Sequence[bool]) -> Iterator[Named]:
    """Runs of words that only the reader takes for somebody to be masked."""
    taken = {i for e in analysis.entities if e.kind.names for i in range(e.first, e.last)}
    first = 0
    while first < len(analysis.tokens):
        last = first
        while last < len(analysis.tokens) and _adds(analysis, likely, last, taken):
            last += 1
        if last > first:
            yield _run(analysis, first, last)
        first = last + 1


def _adds(analysis: Analysis, likely: Sequence[bool], i: int, taken: set[int]) -> bool:
    return i not in taken and likely[i] and _may_name(analysis.tokens[i])


def _may_name(token: Token) -> bool:
    """Signs name nobody; an hour, a plate, a link are facts or have a rule of their own."""
    return token.form[:1].isalnum() and token.form not in _FACTS


def _run(analysis: Analysis, first: int, last: int) -> Named:
    tokens = analysis.tokens[first:last]
    return Named(_kind(tokens[0]), first, last, tokens[0].start, tokens[-1].end)


_FACTS = frozenset({"time", "plate", "url"})
_KINDS = {
    "phone": EntityKind.PHONE,
    "email": EntityKind.EMAIL,
    "handle": EntityKind.ACCOUNT,
    "account": EntityKind.ACCOUNT,
}


def _kind(token: Token) -> EntityKind:
    if token.form[:1].isdigit():
        return EntityKind.ADDRESS
    return _KINDS.get(token.form, EntityKind.PERSON)
