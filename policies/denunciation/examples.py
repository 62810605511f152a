"""A message whose right decision is known, and what the filter made of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from policies.denunciation.verdict import Decision, Verdict

LABELS = (Decision.RELAY, Decision.REDACT, Decision.RETURN)
"""What a message can be by right; to hold is a doubt, never what ought to be."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message, the right decision (one of ``LABELS``), and what may not or must stay in it.

    ``identifier`` is any JSON value. ``accept`` are decisions that count as right too. ``matched``
    examples are one sentence (``template``) with names of several origins (``origin``).
    """

    identifier: object
    text: str
    label: Decision
    accept: frozenset[Decision] = frozenset()
    must_mask: tuple[str, ...] = ()
    must_keep: tuple[str, ...] = ()
    phenomena: tuple[str, ...] = ()
    noise: str = ""
    """How it is written: ``clean``, ``sms``, ``caps``…"""
    matched: bool = False
    origin: str = ""
    template: str = ""

    def __repr__(self) -> str:
        """Without the text, so that no log can carry it."""
        return f"Example({self.identifier!r}, {self.label})"

    @property
    def unseen(self) -> tuple[str, ...]:
        """What should be masked and is no word of the message: no measure can tell its leak."""
        return tuple(name for name in self.must_mask if not stands_in(name, self.text))


@dataclass(frozen=True, slots=True)
class Judged:
    """An example and its verdict."""

    example: Example
    verdict: Verdict

    @property
    def is_right(self) -> bool:
        """Whether it was decided as it should be."""
        decision = self.verdict.decision
        return decision is self.example.label or decision in self.example.accept

    @property
    def leaves(self) -> bool:
        """Whether something leaves the sector without a human's confirmation."""
        return self.verdict.decision in (Decision.RELAY, Decision.REDACT)

    @property
    def still_names(self) -> bool:
        """Whether a string that must be masked is still in the text that would be relayed."""
        return any(stands_in(name, self.verdict.text) for name in self.example.must_mask)

    @property
    def is_altered(self) -> bool:
        """Whether the text that would be relayed is another one."""
        return self.verdict.text.strip() != self.example.text.strip()


def stands_in(words: str, text: str) -> bool:
    """Whether ``words`` are whole words of ``text``; case, accents and spacing do not matter."""
    pattern = rf"(?<!\w){re.escape(_plain(words))}(?!\w)"
    return re.search(pattern, _plain(text)) is not None


def _plain(text: str) -> str:
    letters = (c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return re.sub(r"\s+", " ", "".join(letters).lower().replace("’", "'"))
