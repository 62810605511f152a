"""An author lets his name be told: « !mon-nom », as a reply to his own message.

Only his own word counts, on a device that he signed, in a reply whose target the homeserver cannot
have changed. Authorities that have the report already, in rooms, are told his name then.
"""

from __future__ import annotations

from bridges.belonging import copy_in
from bridges.change_ports import RoomCorrector
from bridges.each import each
from bridges.outcome import Consented, Outcome, Refused
from bridges.ports import MessageReader, NameLedger
from bridges.private import person_of, tell
from bridges.wording import names as wording
from bridges.wording import relay as relay_wording
from policies.authority import authority_in
from policies.details import Detail
from policies.incoming import Consent
from policies.refusal import Refusal
from policies.relay import transaction
from policies.reports import WITHDRAWN
from policies.terms import Directory, RoomId

NOTED = "👍"
"""What the author sees on his command: a resident has no private room to be told in."""


class Names:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(self, rooms: RoomCorrector, reader: MessageReader, ledger: NameLedger) -> None:
        self._rooms, self._reader, self._ledger = rooms, reader, ledger

    async def consent(self, item: Consent, directory: Directory) -> Outcome:
        """Note it, let its sender see that it was noted, and tell who has his report already."""
        message = await self._reader.read(item.room_id, item.target)
        if message is None or message.sender != item.sender or not message.encrypted:
            return await self._refuse(item, directory)
        if not item.given:
            self._ledger.let_name_no_more(item.target, item.sender)
        else:
            self._ledger.let_name(item.target, item.sender)
            await self._spread(item, directory)
        txn = transaction("name-noted", item.event_id)
        await self._rooms.react(item.room_id, item.event_id, NOTED, txn)
        return Consented(item.given)

    async def _spread(self, item: Consent, directory: Directory) -> None:
        report = self._ledger.report_of(item.target)
        person = directory.persons.get(item.sender)
        if report is None or report.number is None or person is None:
            return
        if report.state in WITHDRAWN:
            return
        # In the report's thread, so that its withdrawal takes the name away as well.
        copies = [
            (link.destination, copy_in(report, link.destination, self._ledger) or link.event_id)
            for link in self._ledger.links(report.id)
            if link.event_id is not None and _may_know(link.destination, directory)
        ]
        is_part = report.merged_into is not None
        by = person_of(report.referent, directory).name if is_part else ""
        language = directory.commune.language
        notice = wording.named(language, report.number, person.name, added_by=by)
        await each(
            self._rooms.say_in_thread(
                room_id, root, notice, transaction("name", item.target, room_id)
            )
            for room_id, root in copies
        )

    async def _refuse(self, item: Consent, directory: Directory) -> Outcome:
        person = person_of(item.sender, directory)
        notice = relay_wording.refused(person, Refusal.NOTHING_TO_NAME)
        about = item.event_id
        await tell(self._rooms, directory, person, notice, purpose="refused", about=about)
        return Refused(Refusal.NOTHING_TO_NAME)


def _may_know(room_id: RoomId, directory: Directory) -> bool:
    authority = authority_in(room_id, directory)
    return authority is not None and Detail.RESIDENT in authority.sees
