"""Which mandates end when somebody leaves by his own wish: all of them, or those of one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies.categories import plain
from policies.terms import Commune, Directory, EventId, Mandate, UserId


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody asked to leave ``place`` (empty: everything) and was asked whether he is sure."""

    user_id: UserId
    event_id: EventId
    """The question; a ✅ under it confirms."""
    place: str
    asked_at: datetime


def place_named(words: str, commune: Commune) -> str:
    """The code of the sector or authority with whose name ``words`` end; empty for any others.

    Then everything is meant: who is asked whether he is sure is shown all that would end.
    """
    wanted = f" {plain(words)}"
    places: dict[str, str] = {str(sector.code): sector.name for sector in commune.sectors}
    places |= {str(authority.code): authority.name for authority in commune.authorities}
    for code, name in places.items():
        if wanted.endswith((f" {code}", f" {plain(name)}")):
            return code
    return ""


def mandates_left(
    directory: Directory, user_id: UserId, place: str, asked_at: datetime
) -> tuple[Mandate, ...]:
    """The person's mandates in ``place`` that had not ended when he asked, those to come too."""
    return tuple(
        mandate
        for mandate in directory.mandates
        if mandate.user_id == user_id
        and place in ("", mandate.sector, mandate.authority)
        and (mandate.until is None or mandate.until > max(asked_at, mandate.since))
    )
