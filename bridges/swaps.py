"""Photos and places beside a report's copies follow its message: taken away at once, or brought.

What a message shows no more may have been taken back for a reason: nobody is asked before it goes.
What it shows instead leaves as anything enclosed does, once the référent has seen it and tapped.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridges.change_ports import ChangeLedger, RoomCorrector
from bridges.copies import Copies
from bridges.delivery import Parcel
from bridges.each import each
from bridges.enclosing import Enclosing
from bridges.ports import Clock
from bridges.private import person_of, tell
from bridges.wording import changes as wording
from bridges.wording.enclosures import file_names
from policies.attachments import Enclosed
from policies.authority import authority_in
from policies.need_to_know import enclosures_for
from policies.relay import is_uncertain
from policies.reports import Link, LinkState, Report
from policies.terms import Directory, EventId, RoomId


@dataclass(frozen=True, slots=True)
class Swaps:
    """Of one commune's reports."""

    rooms: RoomCorrector
    copies: Copies
    ledger: ChangeLedger
    enclosing: Enclosing
    clock: Clock

    async def take_away(
        self, report: Report, enclosed: Enclosed | None, change: EventId, directory: Directory
    ) -> None:
        """Take away what its message does not enclose any more, and say so, once for ``change``."""
        gone = self._gone(report, enclosed)
        if not gone:
            return
        await each(self._take_away(one, report, directory) for one in gone)
        number, referent = report.number or "", person_of(report.referent, directory)
        notice = wording.enclosure_gone(directory.commune.language, number)
        await self.copies.say(report, notice, directory, "enclosure-gone", change)
        told = wording.enclosure_gone_told(referent, number)
        await tell(self.rooms, directory, referent, told, purpose="enclosure-gone", about=change)
        # Last: what is interrupted before is taken away and told again, under the same names.
        for one in gone:
            self.enclosing.ledger.taken_away(one.id)

    def _gone(self, report: Report, enclosed: Enclosed | None) -> list[Link]:
        """Nothing can be done where nobody knows any more what was sent: a human was asked."""
        kept, now = self.enclosing.marks(enclosed), self.clock.now()
        return [
            one
            for one in self.enclosing.ledger.enclosures(report.id)
            if one.digest not in kept
            and one.state is not LinkState.UNCERTAIN
            and not is_uncertain(one, now)
        ]

    async def _take_away(self, one: Link, report: Report, directory: Directory) -> None:
        event_id = one.event_id or await self._sent_as(one, report, directory)
        if event_id is not None:
            await self.copies.wipe(one.destination, event_id)

    async def _sent_as(self, one: Link, report: Report, directory: Directory) -> EventId | None:
        """It may have arrived, unknown to us: asked for again under its own transaction, it shows

        which event it is. Otherwise this very notice takes its place, and goes too.
        """
        links = self.ledger.links(report.id)
        root = next((x.event_id for x in links if x.destination == one.destination), None)
        if root is None or directory.key_of(one.destination) is None:
            return None
        notice = wording.enclosure_gone(directory.commune.language, report.number or "")
        return await self.rooms.say_in_thread(one.destination, root, notice, one.txn)

    async def bring(self, parcel: Parcel, directory: Directory) -> list[RoomId]:
        """Let every copy have what its message encloses now; the rooms where that is not sure."""
        report = parcel.report
        links = [
            link
            for link in self.ledger.links(report.id)
            if link.event_id is not None and directory.key_of(link.destination) is not None
        ]
        arrived = await each(self._bring(link, parcel, directory) for link in links)
        return [x.destination for x, is_sure in zip(links, arrived, strict=True) if not is_sure]

    async def _bring(self, link: Link, parcel: Parcel, directory: Directory) -> bool:
        report, authority = parcel.report, authority_in(link.destination, directory)
        mine = enclosures_for(authority, parcel.enclosures) if authority is not None else ()
        names = file_names(directory.commune.language, report.number or "", mine)
        source, now = report.source_event, self.clock.now()
        return await self.enclosing.follow(link, mine, names, source, now)
