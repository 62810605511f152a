"""What an authority's step means to the sector side: told to whom it is news, without its text."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from bridges.each import attempted, each
from bridges.ports import RoomSender
from bridges.private import person_of, tell
from bridges.wording import feedback as wording
from policies.relay import transaction
from policies.reports import Report
from policies.steps import News, Step, news
from policies.terms import Authority, Directory, RoomKind


async def spread(
    rooms: RoomSender,
    reports: Sequence[Report],
    authority: Authority,
    before: Sequence[Step],
    step: Step,
    directory: Directory,
    words: str = "",
) -> None:
    """Tell the référents and the sectors of ``reports``, which are one, what ``step`` changes.

    Each is told once; ``words`` go to the référents alone.

    Repeated after a crash it says nothing twice: what is said is named after the authority, what
    it did, and how often signs were taken away before, and not after the officer's event.
    """
    found = news(before, step)
    purpose = _purpose(step, found, authority)
    told: list[Awaitable[object]] = []
    for report in by_referent(reports) if found.for_referent else ():
        referent, about = person_of(report.referent, directory), report.source_event
        number = report.number or ""
        private = wording.told(referent, number, authority.name, step, found, words)
        told.append(tell(rooms, directory, referent, private, purpose=purpose, about=about))
    public = wording.sector_news(
        directory.commune.language, reports[0].number or "", authority.name, step, found
    )
    former: list[Awaitable[object]] = []
    for report in _by_sector(reports, directory) if found.for_sector else ():
        txn = transaction(purpose, report.source_event, report.source_room)
        is_former = directory.key_of(report.source_room) is None
        (former if is_former else told).append(rooms.send(report.source_room, public, txn))
    # A room that was made anew is read for a while; that it refuses undoes no officer's sign.
    await attempted(former)
    await each(told)


def by_referent(reports: Sequence[Report]) -> tuple[Report, ...]:
    """One report for each référent, the first."""
    return tuple({report.referent: report for report in reversed(reports)}.values())[::-1]


def _by_sector(reports: Sequence[Report], directory: Directory) -> tuple[Report, ...]:
    """One report for each sector room that saw a message of it, the first."""
    seen = [report for report in reports if not _is_guided(report, directory)]
    return tuple({report.source_room: report for report in reversed(seen)}.values())[::-1]


def _is_guided(report: Report, directory: Directory) -> bool:
    """Whether it was made in a private room: its sector saw no message of it."""
    key = directory.key_of(report.source_room)
    return key is not None and key.kind is RoomKind.PRIVATE


def _purpose(step: Step, found: News, authority: Authority) -> str:
    rounds = f" {found.round}" if found.round else ""
    return f"{step.kind.value} {authority.code}{rounds}"
