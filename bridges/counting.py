"""How many people told of the same event, where several messages are one report."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.belonging import GroupLedger, first_of, whole_of
from bridges.ports import MessageReader
from policies.reports import Report
from policies.terms import Directory, RoomKind


def together(report: Report, first: Report, ledger: GroupLedger) -> tuple[Report, ...]:
    """``report`` and all that tell of the same as ``first``, each once."""
    whole = {one.id: one for one in (*whole_of(first, ledger), report)}
    return tuple(whole.values())


async def people(reports: Sequence[Report], reader: MessageReader, directory: Directory) -> int:
    """How many people wrote the messages of ``reports``, read from their rooms: nobody's name is
    kept with a report."""
    authors = set()
    for report in reports:
        key = directory.key_of(report.source_room)
        if key is not None and key.kind is RoomKind.PRIVATE:
            authors.add(report.referent)
            continue
        message = await reader.read(report.source_room, report.source_event)
        if message is not None:
            authors.add(message.sender)
    return len(authors)


async def people_with(
    report: Report, reader: MessageReader, ledger: GroupLedger, directory: Directory
) -> int:
    """How many told of the event of ``report``, ``0`` where it is part of no other."""
    if report.merged_into is None:
        return 0
    return await people(together(report, first_of(report, ledger), ledger), reader, directory)
