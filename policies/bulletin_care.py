"""What makes a bulletin delicate, so that its officer is asked twice.

An authority may publish what no resident's message may carry: the plate of a wanted vehicle, the
name of a missing person, a call for witnesses. So nothing is refused here, and nothing is masked:
the filter judges residents, not the authority's own responsibility. But what every resident reads
cannot be unread, and a name typed in haste is somebody's. A plate, a name, words that let one
recognise somebody or accuse him, and a text that could not be read, are shown to the officer with
the reason, and leave only after a second yes. Sources: Code civil, article 9-1 (presumption of
innocence); GDPR, article 10 (data on offences).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from policies.denunciation.analysis import Analysis
from policies.denunciation.quotes import quoted
from policies.denunciation.verdict import Decision, Rule, Verdict

_CONTACTS = frozenset({Rule.PHONE, Rule.EMAIL, Rule.ADDRESS, Rule.LINK, Rule.OFFICIAL})
"""What advice is full of: whom to call, where to go, who signed it."""
_MOST, _LONGEST = 8, 60  # told, and characters of each


class Delicate(StrEnum):
    """Why it is delicate; the key of a sentence."""

    PLATE = "plate"
    NAME = "name"
    POINTS = "points"
    """Words that may let one recognise somebody."""
    ACCUSES = "accuses"
    """It reads as a denunciation of somebody whom one may recognise."""
    UNREAD = "unread"
    """The filter cannot read it."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One reason, and the words that gave it; empty when they are the whole text."""

    kind: Delicate
    words: str = ""

    def __repr__(self) -> str:
        return f"Concern({self.kind})"


def concerns(analysis: Analysis, verdict: Verdict) -> tuple[Concern, ...]:
    """Why the officer is asked twice, each reason once with its words; empty: one yes is enough."""
    if not analysis.readable:
        return (Concern(Delicate.UNREAD),)
    found = [*_accusation(verdict), *_plates(analysis), *_people(analysis, verdict)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _accusation(verdict: Verdict) -> Iterator[Concern]:
    if verdict.decision is Decision.RETURN:
        yield Concern(Delicate.ACCUSES)


def _plates(analysis: Analysis) -> Iterator[Concern]:
    for token in analysis.tokens:
        if token.form == "plate" or "plate" in token.tags:
            yield Concern(Delicate.PLATE, _short(analysis.text[token.start : token.end]))


def _people(analysis: Analysis, verdict: Verdict) -> Iterator[Concern]:
    for finding in verdict.findings:
        if finding.rule is Rule.PERSON:
            yield Concern(Delicate.NAME, _short(analysis.text[finding.start : finding.end]))
        elif finding.rule not in _CONTACTS:
            yield Concern(Delicate.POINTS, _short(quoted(analysis, finding)))


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
