"""Who is hurt, which decides on the number: a child, a partner, somebody old or ill, anybody."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise

from policies.denunciation.analysis import Token

_AROUND = 14  # words
_CHILD, _OLD = 15, 75  # years


class Victim(Enum):
    CHILD = auto()
    PARTNER = auto()
    FRAIL = auto()
    SOMEBODY = auto()


_BY_TAG = (
    ("danger_child", Victim.CHILD),
    ("danger_frail", Victim.FRAIL),
    ("danger_partner", Victim.PARTNER),
)
_PARENT = "danger_parent"
"""Whom a father or a mother hurts is a child, where nothing else is said."""


def named(tokens: Sequence[Token]) -> Victim | None:
    """Who of them is spoken of: a child before an old person, before a partner."""
    tags = frozenset[str]().union(*(token.tags for token in tokens))
    return _by_age(tokens) or next((victim for tag, victim in _BY_TAG if tag in tags), None)


def _by_age(tokens: Sequence[Token]) -> Victim | None:
    """``6 ans``, ``88 ans``; an age between says nothing."""
    for number, unit in pairwise(tokens):
        if unit.form == "ans" and number.form.isdecimal():
            age = int(number.form)
            if age <= _CHILD or age >= _OLD:
                return Victim.CHILD if age <= _CHILD else Victim.FRAIL
    return None


def around(tokens: Sequence[Token], i: int) -> Victim | None:
    """Who is spoken of around the word at ``i``."""
    window = tokens[max(0, i - _AROUND) : i + _AROUND]
    found = named(window)
    if found is None and any(_PARENT in token.tags for token in window):
        return Victim.CHILD
    return found
