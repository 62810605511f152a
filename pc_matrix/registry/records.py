"""What the registry hands out: frozen records and their states. None of them holds a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.reports import Choice, Showing
from policies.terms import AuthorityCode, SectorCode


class AccountState(StrEnum):
    """Where a person's account on the commune's server stands."""

    NONE = "none"
    MADE = "made"
    FOUND = "found"
    """The server had it before us."""
    HANDED_OVER = "handed-over"
    """Its one-time password was shown to the town hall, and opens it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the town hall reaches a person; sealed in the database, absent from ``repr``."""

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


class PlaceKind(StrEnum):
    """Where mandates are held."""

    SECTOR = "sector"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Place:
    """A sector or an authority; ``closed_at`` is ``None`` while the commune's file declares it."""

    kind: PlaceKind
    code: SectorCode | AuthorityCode
    name: str
    declared_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What a commune's file changed among its places, each as it is now.

    One that is reopened under another name is among the renamed too.
    """

    added: tuple[Place, ...] = ()
    renamed: tuple[Place, ...] = ()
    closed: tuple[Place, ...] = ()
    reopened: tuple[Place, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.renamed or self.closed or self.reopened)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a référent was shown of a report; ``choice`` is ``None`` while he did not answer."""

    report_id: int
    showing: Showing
    shown_at: datetime
    choice: Choice | None
    chosen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Audit:
    """One line of the audit: ids and enum words, never a text."""

    at: datetime
    action: str
    subject: str
    actor: str
    note: str
