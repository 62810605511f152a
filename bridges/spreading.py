"""What an authority's step means to the sector side: told to whom it is news, without its text."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from bridges.each import each
from bridges.ports import RoomSender
from bridges.private import person_of, tell
from bridges.wording import feedback as wording
from policies.relay import transaction
from policies.reports import Report
from policies.steps import News, Step, news
from policies.terms import Authority, Directory, RoomKind


async def spread(
    rooms: RoomSender,
    report: Report,
    authority: Authority,
    before: Sequence[Step],
    step: Step,
    directory: Directory,
    words: str = "",
) -> None:
    """Tell the référent and the sector what ``step`` changes; ``words`` go to him alone.

    Repeated after a crash it says nothing twice: what is said is named after the authority, what
    it did, and how often signs were taken away before, and not after the officer's event.
    """
    found, about = news(before, step), report.source_event
    told: list[Awaitable[object]] = []
    if found.for_referent:
        referent = person_of(report.referent, directory)
        number = report.number or ""
        private = wording.told(referent, number, authority.name, step, found, words)
        purpose = _purpose(step, found, authority)
        told.append(tell(rooms, directory, referent, private, purpose=purpose, about=about))
    if found.for_sector and not _is_guided(report, directory):
        public = wording.sector_news(
            directory.commune.language, report.number or "", authority.name, step, found
        )
        txn = transaction(_purpose(step, found, authority), about, report.source_room)
        told.append(rooms.send(report.source_room, public, txn))
    await each(told)


def _is_guided(report: Report, directory: Directory) -> bool:
    """Whether it was made in a private room: its sector saw no message of it."""
    key = directory.key_of(report.source_room)
    return key is not None and key.kind is RoomKind.PRIVATE


def _purpose(step: Step, found: News, authority: Authority) -> str:
    rounds = f" {found.round}" if found.round else ""
    return f"{step.kind.value} {authority.code}{rounds}"
