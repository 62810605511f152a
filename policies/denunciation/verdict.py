"""What the filter answers: a decision, its findings, and the text that would leave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    RELAY = "relay"
    """Nobody is recognisable: the text leaves unchanged."""
    REDACT = "redact"
    """Somebody who is not accused is masked."""
    HOLD = "hold"
    """In doubt: a human confirms the masked text."""
    RETURN = "return"
    """A denunciation: nothing leaves."""


class Rule(StrEnum):
    """Why some words stopped a message; the key of a sentence for its writer."""

    PERSON = "person"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    ACCOUNT = "account"
    OFFICIAL = "official"
    KIN_OF = "kin-of"
    OWN_RELATION = "own-relation"
    NEIGHBOUR = "neighbour"
    DWELLING = "dwelling"
    JOB = "job"
    DESIGNATED = "designated"
    """Words that let one recognise somebody, of no kind that the rules know."""
    DEED = "deed"
    """What the recognisable person is said to do."""
    SUSPICION = "suspicion"
    CHECK_ON = "check-on"
    CHARACTER = "character"
    WAY_OF_LIFE = "way-of-life"
    IRONY = "irony"
    REPROACH = "reproach"
    """Words that read as a reproach, of no kind that the rules know."""
    GROUP = "group"
    GROUP_MENTIONED = "group-mentioned"
    DOUBT = "doubt"
    UNREADABLE = "unreadable"
    TWO_FORMS = "two-forms"
    """The plain text and the HTML of a message do not say the same."""
    HIDDEN = "hidden"
    """Words that show only after a tap, or in a colour of their own."""
    LINK = "link"
    """A link: what it leads to was not judged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule and the words of the original text (``start:end``) that it found."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """``text`` is what would be relayed; empty on RETURN, and when the filter could not read it."""

    decision: Decision
    text: str
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        """Without the text, so that no log can carry it."""
        return f"Verdict({self.decision}, {[f.rule.value for f in self.findings]})"
