"""Which authorities hear of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.details import Detail
from policies.mail_headers import MailAddress
from policies.refusal import Refusal
from policies.terms import Authority, Category, Commune, Directory, RoomId, RoomKind


@dataclass(frozen=True, slots=True)
class Destination:
    """An authority that receives the report, and its room."""

    authority: Authority
    room_id: RoomId


@dataclass(frozen=True, slots=True)
class MailDestination:
    """An authority that receives the report by mail."""

    authority: Authority
    address: MailAddress


def route(
    category: Category, directory: Directory, now: datetime
) -> tuple[Destination | MailDestination, ...] | Refusal:
    """Where the commune's authorities receive ``category``, in the commune's order.

    An authority with neither a room nor an address is left out; when nobody is left the report is
    refused, so that its référent knows that he has to call.
    """
    found = tuple(
        destination
        for authority in directory.commune.authorities
        if category in authority.categories
        for destination in _of(authority, directory, now)
    )
    return found or Refusal.NO_DESTINATION


def is_worth_asking(directory: Directory, now: datetime) -> bool:
    """Whether a report's category changes who receives it.

    Where all authorities receive everything nobody is asked, and no report waits for an answer.
    """
    return len({route(category, directory, now) for category in Category}) > 1


def goes_somewhere(directory: Directory, now: datetime) -> tuple[Category, ...]:
    """The categories that some authority receives at ``now``."""
    return tuple(c for c in Category if not isinstance(route(c, directory, now), Refusal))


def unroutable(commune: Commune) -> tuple[Category, ...]:
    """The categories that the commune's file gives to nobody."""
    given = {category for authority in commune.authorities for category in authority.categories}
    return tuple(category for category in Category if category not in given)


def without_photos(commune: Commune) -> tuple[Category, ...]:
    """The categories that some authority is given, and none that is shown photos."""
    seen = {
        category
        for authority in commune.authorities
        if Detail.PHOTO in authority.sees
        for category in authority.categories
    }
    lost = unroutable(commune)
    return tuple(c for c in Category if c not in seen and c not in lost)


def _of(
    authority: Authority, directory: Directory, now: datetime
) -> Iterator[Destination | MailDestination]:
    room_id = directory.room_of(RoomKind.AUTHORITY, authority.code)
    # Its own room stands empty while it is only written to: a report there reached nobody.
    is_read = authority.email is None or any(
        m.authority == authority.code and m.counts(now) for m in directory.mandates
    )
    if room_id is not None and is_read:
        yield Destination(authority, room_id)
    if authority.email is not None:
        yield MailDestination(authority, authority.email)
