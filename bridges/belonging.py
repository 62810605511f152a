"""Where a report belongs: which one it is part of, in whose thread it stands, in which rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from policies.reports import Link, Report
from policies.terms import Directory, EventId, RoomId


class BelongingLedger(Protocol):
    """Reports and their copies, of one commune."""

    def report_by_number(self, number: str) -> Report | None: ...
    def links(self, report_id: int) -> Sequence[Link]: ...


class GroupLedger(BelongingLedger, Protocol):
    def merged(self, number: str) -> Sequence[Report]:
        """The reports that are part of that one and stand, the oldest first."""


def first_of(report: Report, ledger: BelongingLedger) -> Report:
    """The report that ``report`` is part of, or itself."""
    if report.merged_into is None:
        return report
    return ledger.report_by_number(report.merged_into) or report


def whole_of(report: Report, ledger: GroupLedger) -> tuple[Report, ...]:
    """``report`` and all that is part of it: whoever flagged one of them is told of it."""
    return (report, *ledger.merged(report.number or ""))


def copy_in(report: Report, room_id: RoomId, ledger: BelongingLedger) -> EventId | None:
    """The event that begins the thread of ``report`` in that room; ``None`` when nobody knows it.

    Threads do not stand in threads: what is part of another report has none of its own.
    """
    first = first_of(report, ledger)
    found = (link.event_id for link in ledger.links(first.id) if link.destination == room_id)
    return next((event_id for event_id in found if event_id is not None), None)


def where_now(
    links: Iterable[Link], replacement: Callable[[RoomId], RoomId | None], directory: Directory
) -> tuple[Link, ...]:
    """The links, each with the room that stands for its own where that one was given up.

    An authority whose room was made anew still has the report, and still answers for it.
    """
    return tuple(
        link
        if directory.key_of(link.destination) is not None
        else replace(link, destination=replacement(link.destination) or link.destination)
        for link in links
    )
