"""What comes with a report beside its words: made ready, shown to its référent, sent after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bridges.judging import Judged
from bridges.ports import EnclosureLedger, EnclosureSender, Fingerprint, Pictures
from bridges.wording import enclosures as wording
from policies.attachments import Attachment, Enclosed, mark, parts
from policies.enclosures import Enclosure, Enclosures
from policies.refusal import Refusal
from policies.relay import is_uncertain, transaction
from policies.reports import Link, LinkState, Report
from policies.terms import EventId, Person, RoomId


@dataclass(frozen=True, slots=True)
class Enclosing:
    """Carries pictures and positions of one commune."""

    pictures: Pictures
    post: EnclosureSender
    ledger: EnclosureLedger
    fingerprint: Fingerprint

    async def ready(self, judged: Judged) -> Enclosures | Refusal:
        """What would leave with the words, made anew; or why it may not, all of it.

        Nothing is fetched for a denunciation: what illustrates it stays with it.
        """
        found = list[Enclosure]()
        for part in parts(judged.enclosed):
            what = await self.pictures.cleaned(part) if isinstance(part, Attachment) else part
            if isinstance(what, Refusal):
                return what
            found.append(Enclosure(what, self._mark(part)))
        return tuple(found)

    def marks(self, enclosed: Enclosed | None) -> frozenset[str]:
        """What the enclosures of a message are told from all others by."""
        return frozenset(self._mark(part) for part in parts(enclosed))

    def has_left(self, report: Report, judged: Judged) -> bool:
        """Whether all that the message encloses, if anything, followed the report before."""
        known = {link.digest for link in self.ledger.enclosures(report.id)}
        return self.marks(judged.enclosed) <= known

    def _mark(self, part: Enclosed) -> str:
        return self.fingerprint.of(mark(part))

    async def show(
        self, room_id: RoomId, referent: Person, enclosures: Enclosures, key: str
    ) -> None:
        """Let the référent see them as they would leave; once for each ``key``."""
        for number, enclosure in enumerate(enclosures, 1):
            name = wording.preview_name(referent.language, enclosure.what)
            txn = transaction(f"preview-enclosure {number}", key, room_id)
            await self.post.enclose(room_id, enclosure.what, name, txn)

    async def follow(
        self,
        copy: Link,
        enclosures: Enclosures,
        names: Sequence[str],
        source: EventId,
        now: datetime,
    ) -> bool:
        """Send them after the report's ``copy``, in order; whether all of them surely arrived."""
        arrived = [
            await self._follow(copy, enclosure, name, source, now)
            for enclosure, name in zip(enclosures, names, strict=True)
        ]
        return all(arrived)

    async def _follow(
        self, copy: Link, enclosure: Enclosure, name: str, source: EventId, now: datetime
    ) -> bool:
        # What was taken away comes back as another event.
        again = self.ledger.rounds(copy.id, enclosure.mark)
        txn = transaction(f"enclosure {enclosure.mark} {again}", source, copy.destination)
        link = self.ledger.enclosure(copy.id, txn, enclosure.mark)
        if link.state is LinkState.SENT:
            return True
        if link.state is LinkState.UNCERTAIN or is_uncertain(link, now):
            self.ledger.enclosed(link.id, None)
            return False
        event_id = await self.post.enclose(
            copy.destination, enclosure.what, name, link.txn, copy.event_id
        )
        self.ledger.enclosed(link.id, event_id)
        return True
