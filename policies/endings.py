"""The brake on a file that is said to be whole: short of rows more often than of people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_ENDINGS = 5
"""Mandates that absence from one file may end without being asked to."""
LARGEST_SHARE = 0.2
"""Share of the open mandates, likewise; a single one may always end."""


class EndingsReason(StrEnum):
    EMPTY_FILE = "empty-file"
    TOO_MANY = "too-many"
    TOO_LARGE_A_SHARE = "too-large-a-share"
    MORE_THAN_ALLOWED = "more-than-allowed"


@dataclass(frozen=True, slots=True)
class Halted:
    """The import has to wait for a human: ``ending`` of the ``held`` open mandates would end."""

    why: EndingsReason
    ending: int
    held: int


def halt(ending: int, held: int, rows: int, allowed: int | None = None) -> Halted | None:
    """Whether an import of ``rows`` rows stops; ``allowed`` is what a human agreed to."""
    reason = _reason(ending, held, rows, allowed)
    return None if reason is None else Halted(reason, ending, held)


def _reason(ending: int, held: int, rows: int, allowed: int | None) -> EndingsReason | None:
    if ending == 0:
        return None
    if allowed is not None:
        return EndingsReason.MORE_THAN_ALLOWED if ending > allowed else None
    if rows == 0:
        return EndingsReason.EMPTY_FILE
    if ending > MOST_ENDINGS:
        return EndingsReason.TOO_MANY
    if ending > 1 and ending > LARGEST_SHARE * held:
        return EndingsReason.TOO_LARGE_A_SHARE
    return None
