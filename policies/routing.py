"""Which authorities hear of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.mail_headers import MailAddress
from policies.refusal import Refusal
from policies.terms import Authority, Category, Directory, RoomId, RoomKind


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
