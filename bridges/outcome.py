"""What became of something from the inbox: values, for the log, the tests and the inbox's row."""

from __future__ import annotations

from dataclasses import dataclass

from policies.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Relayed:
    """The report left; ``authorities`` is how many received it."""

    number: str
    authorities: int


@dataclass(frozen=True, slots=True)
class Merged:
    """It tells of the event of a report, and stands in its thread; so many people told of it."""

    number: str
    people: int


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Some send was interrupted too long ago; a human was asked to make sure."""

    number: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A denunciation: given back to its référent with advice."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A denunciation: given back, with a draft of its facts that leaves when its référent taps."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Shown to its author, who has to tap before it leaves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A référent was asked: what his report is about, or the next thing of a guided one."""


@dataclass(frozen=True, slots=True)
class Consented:
    """An author said whether his name may be told."""

    given: bool


@dataclass(frozen=True, slots=True)
class Declined:
    """Its author kept it back."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    number: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An officer took his sign away."""

    number: str


@dataclass(frozen=True, slots=True)
class Answered:
    number: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Closed without follow-up."""

    number: str


@dataclass(frozen=True, slots=True)
class Recounted:
    """Somebody was shown a report's history, or his own reports."""

    reports: int


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A bulletin was confirmed, and leaves for so many rooms."""

    rooms: int


@dataclass(frozen=True, slots=True)
class Held:
    """A bulletin was confirmed at night, and leaves in the morning."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A bulletin is taken back from every sector."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Somebody accepted that version of the charter."""

    version: str


@dataclass(frozen=True, slots=True)
class Departed:
    """Somebody left by his own wish; ``mandates`` is how many he held."""

    mandates: int


@dataclass(frozen=True, slots=True)
class Helped:
    """Somebody asked how it works, and was told."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A foreign account is now a person's of the registry."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """Its copies have the new words."""

    number: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Its copies stay, and are known to be older than its message."""

    number: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Its copies were taken away; ``number`` is empty for a report that never left."""

    number: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A message was changed or taken away, and nothing follows from that."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A mistake of ours keeps it from being carried; its sender was told so, if he could be."""


@dataclass(frozen=True, slots=True)
class Later:
    """It has to wait for something else, and stays in the inbox."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """It concerned nothing that we know."""


@dataclass(frozen=True, slots=True)
class Refused:
    refusal: Refusal


Outcome = (
    Relayed
    | Merged
    | Uncertain
    | Returned
    | Offered
    | Awaiting
    | Asked
    | Consented
    | Declined
    | Acknowledged
    | TakenBack
    | Answered
    | Dropped
    | Recounted
    | Broadcast
    | Held
    | Recalled
    | Accepted
    | Departed
    | Helped
    | Linked
    | Corrected
    | Marked
    | Withdrawn
    | Unchanged
    | Broken
    | Later
    | Ignored
    | Refused
)


MOVES_PEOPLE = (Accepted, Departed)
"""What changes who belongs in which room: rooms are looked at right after it."""


def word(outcome: Outcome) -> str:
    """The outcome in a word, for the inbox's row and the log: never a text."""
    if isinstance(outcome, Refused):
        return f"refused:{outcome.refusal.value}"
    return type(outcome).__name__.lower()
