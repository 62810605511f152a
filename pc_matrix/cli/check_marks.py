"""Which words of a message the verdict rests on, numbered, with what each of them means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import assert_never

from bridges.reasons import PLACES
from bridges.wording.advice import Reason, sentences
from bridges.wording.catalogue import text as worded
from pc_matrix.cli.checked import Checked
from policies.denunciation.verdict import Decision, Finding, Rule

LANGUAGE = "fr"


class Kind(StrEnum):
    """What a finding is about; the strongest first. Each has a look of its own."""

    SAID = "said"
    DOUBT = "doubt"
    MASKED = "masked"
    WHO = "who"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One finding in words: its kind, the rule's name, and the advice."""

    kind: Kind
    name: str
    advice: str


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of some words of the message, under a number, wherever they stand in it."""

    number: int
    meanings: tuple[Meaning, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that it is of, the strongest first."""
        return tuple(kind for kind in Kind if any(m.kind is kind for m in self.meanings))


@dataclass(frozen=True, slots=True)
class Mark:
    """The words ``start:end`` of the message, and their note."""

    start: int
    end: int
    note: Note


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the message under the same marks; some of them begin or end with it."""

    text: str
    marks: tuple[Mark, ...] = ()
    opening: tuple[Mark, ...] = ()
    closing: tuple[Mark, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of all its marks, the strongest first."""
        return tuple(kind for kind in Kind if any(kind in m.note.kinds for m in self.marks))


def marks(one: Checked) -> list[Mark]:
    """The verdict's words in reading order; the same words for the same reasons share a note."""
    rules: dict[tuple[int, int], list[Rule]] = {}
    for finding in sorted(one.verdict.findings, key=_outer_first):
        rules.setdefault((finding.start, finding.end), []).append(finding.rule)
    notes: dict[tuple[str, tuple[Rule, ...]], Note] = {}
    found: list[Mark] = []
    for (start, end), why in rules.items():
        quote, reasons = one.text[start:end], tuple(dict.fromkeys(why))
        if (quote, reasons) not in notes:
            meanings = tuple(_meaning(rule, quote, one) for rule in reasons)
            notes[quote, reasons] = Note(len(notes) + 1, meanings)
        found.append(Mark(start, end, notes[quote, reasons]))
    return found


def notes_of(found: Sequence[Mark]) -> list[Note]:
    """Every note once, by number."""
    return list(dict.fromkeys(mark.note for mark in found))


def pieces(text: str, found: Sequence[Mark]) -> Iterator[Piece]:
    """The text cut wherever a mark begins or ends; an empty mark is a piece without text."""
    cuts = sorted({0, len(text), *(m.start for m in found), *(m.end for m in found)})
    for start, end in pairwise(cuts):
        yield from _empty(found, start)
        over = tuple(m for m in found if m.start <= start and end <= m.end)
        yield Piece(
            text[start:end],
            over,
            tuple(m for m in over if m.start == start),
            tuple(m for m in reversed(over) if m.end == end),
        )
    yield from _empty(found, cuts[-1])


def headline(one: Checked) -> str:
    """The verdict in a line; what the filter could not read it has not judged."""
    is_unread = any(finding.rule is Rule.UNREADABLE for finding in one.verdict.findings)
    which = Rule.UNREADABLE.value if is_unread else one.verdict.decision.value
    return worded(LANGUAGE, f"check.{which}")


def lead(one: Checked) -> str:
    """What stands before the text that would leave, or in its place when nothing would."""
    match one.verdict.decision:
        case Decision.RETURN:
            what = "nothing"
        case Decision.HOLD:
            what = "if-confirmed" if one.verdict.text else "nothing"
        case Decision.RELAY | Decision.REDACT:
            what = "unchanged" if one.verdict.text == one.text else "masked"
        case _:  # pragma: no cover
            assert_never(one.verdict.decision)
    return worded(LANGUAGE, f"check.leaves.{what}")


def masked_parts(text: str, leaving: str) -> Iterator[tuple[str, bool]]:
    """What would leave, in parts: ``(part, whether it is a mask)``.

    What stands in square brackets is a mask when the message has fewer of it.
    """
    for part in re.split(r"(\[[^\[\]]+\])", leaving):
        if part:
            is_bracket = part.startswith("[") and part.endswith("]")
            yield part, is_bracket and leaving.count(part) > text.count(part)


def visible(text: str) -> str:
    """The text with what could steer a screen shown as a sign: escapes, reversed writing, halves
    of a pair."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_SIGNS)


_SIGNS = {
    **{code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)},
    **dict.fromkeys((*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys((0x200E, 0x200F, 0x061C, *range(0xD800, 0xE000)), 0xFFFD),
}


def _empty(found: Sequence[Mark], place: int) -> Iterator[Piece]:
    for mark in found:
        if mark.start == mark.end == place:
            yield Piece("", (mark,), (mark,), (mark,))


def _outer_first(finding: Finding) -> tuple[int, int]:
    return finding.start, -finding.end


def _meaning(rule: Rule, quote: str, one: Checked) -> Meaning:
    name = worded(LANGUAGE, f"check.rule.{rule.value}")
    return Meaning(kind(rule, one.verdict.decision), name, _advice(rule, quote, one))


def _advice(rule: Rule, quote: str, one: Checked) -> str:
    if one.call is not None and one.verdict.decision is Decision.RETURN and rule in PLACES:
        return worded(LANGUAGE, "check.place-stays", quote=quote)
    (advice,) = sentences(LANGUAGE, [Reason(rule.value, quote)])
    return advice


def kind(rule: Rule, decision: Decision) -> Kind:
    """What a finding of ``rule`` is about; names are masked only where something may leave."""
    match rule:
        case Rule.PERSON | Rule.PHONE | Rule.EMAIL | Rule.ADDRESS | Rule.ACCOUNT:
            return Kind.WHO if decision is Decision.RETURN else Kind.MASKED
        case (
            Rule.OFFICIAL
            | Rule.KIN_OF
            | Rule.OWN_RELATION
            | Rule.NEIGHBOUR
            | Rule.DWELLING
            | Rule.JOB
            | Rule.DESIGNATED
        ):
            return Kind.WHO
        case Rule.DEED | Rule.SUSPICION | Rule.CHECK_ON | Rule.CHARACTER:
            return Kind.SAID
        case Rule.WAY_OF_LIFE | Rule.IRONY | Rule.GROUP | Rule.REPROACH:
            return Kind.SAID
        case Rule.TWO_FORMS | Rule.HIDDEN | Rule.LINK | Rule.UNREADABLE:
            return Kind.DOUBT
        case Rule.GROUP_MENTIONED | Rule.DOUBT:
            return Kind.DOUBT
        case _:  # pragma: no cover
            assert_never(rule)
