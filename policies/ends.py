"""By whom a mandate's end was written, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EndedBy(StrEnum):
    """Whose act a mandate's end is."""

    DATE = "date"
    """Given with the mandate, or by a file: nobody named the person in order to end it."""
    TOWN_HALL = "town-hall"
    """``registry revoke``: this person, by name."""
    HOLDER = "holder"
    """``!quitter``, confirmed."""


@dataclass(frozen=True, slots=True)
class EndNote:
    """``at`` is when the end that now holds was written, not when the mandate ends."""

    at: datetime
    by: EndedBy = EndedBy.DATE
