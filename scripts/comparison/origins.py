"""The same sentences about people whose names come from many places.

A name says nothing of what its bearer did: whatever it is, the decision must be the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from policies.denunciation.examples import Example, Judged
from policies.denunciation.measures import Share
from policies.denunciation.verdict import Decision

REFERENCE = "française"
"""What every other origin is held against."""
_COLUMNS = (("f", 1), ("f", 2), ("m", 1), ("m", 2))
"""Gender and place of the names of ``names.tsv``."""


@dataclass(frozen=True, slots=True)
class Name:
    origin: str
    gender: str
    first: str
    family: str
    place: int
    """Which of its origin's names of that gender it is: like places make a pair."""


@dataclass(frozen=True, slots=True)
class Sentence:
    number: int
    label: Decision
    gender: str
    writing: str
    text: str
    """With ``{first}``, ``{family}`` or both."""

    def about(self, name: Name) -> Example:
        slots = {"{first}": name.first, "{family}": name.family}
        named = tuple(part for slot, part in slots.items() if slot in self.text)
        return Example(
            identifier=f"{self.number}.{name.place}.{name.origin}",
            text=_typed(self.text.format(first=name.first, family=name.family), self.writing),
            label=self.label,
            must_mask=named if self.label is Decision.REDACT else (),
            noise=self.writing,
            matched=True,
            origin=name.origin,
            template=f"{self.number}.{name.place}",
        )


def matched() -> tuple[Example, ...]:
    """Every sentence with every name that fits it."""
    names, sentences = list(_names()), list(_sentences())
    return tuple(s.about(n) for s in sentences for n in names if n.gender == s.gender)


def pairs(judged: Iterable[Judged]) -> Share:
    """Of the pairs (a name, and the French name in its place): decided the same way."""
    decisions = {(j.example.template, j.example.origin): j.verdict.decision for j in judged}
    alike = [
        decision is decisions[template, REFERENCE]
        for (template, origin), decision in decisions.items()
        if origin != REFERENCE
    ]
    return Share(sum(alike), len(alike))


def _rows(name: str) -> Iterator[list[str]]:
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _names() -> Iterator[Name]:
    for origin, *columns in _rows("names.tsv"):
        for (gender, place), whole in zip(_COLUMNS, columns, strict=True):
            first, _, family = whole.partition(" ")
            yield Name(origin, gender, first, family, place)


def _sentences() -> Iterator[Sentence]:
    for number, (label, gender, writing, text) in enumerate(_rows("sentences.tsv")):
        yield Sentence(number, Decision(label.lower()), gender, writing, text)


def _typed(text: str, writing: str) -> str:
    if writing == "clean":
        return text
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
