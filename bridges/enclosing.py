"""What comes with a report beside its words: made ready, shown to its référent, sent after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bridges.judging import Judged
from bridges.ports import EnclosureLedger, EnclosureSender, Pictures
from bridges.wording import enclosures as wording
from policies.attachments import Attachment
from policies.pictures import Picture
from policies.positions import Position
from policies.refusal import Refusal
from policies.relay import is_uncertain, transaction
from policies.reports import Link, LinkState
from policies.terms import EventId, Person, RoomId


@dataclass(frozen=True, slots=True)
class Enclosing:
    """Carries pictures and positions of one commune."""

    pictures: Pictures
    post: EnclosureSender
    ledger: EnclosureLedger

    async def ready(self, judged: Judged) -> Picture | Position | Refusal | None:
        """What would leave with the words, made anew; ``None`` for nothing; or why it may not.

        Nothing is fetched for a denunciation: what illustrates it stays with it.
        """
        match judged.enclosed:
            case Attachment() as attachment:
                return await self.pictures.cleaned(attachment)
            case Position() | None as found:
                return found
            case found:
                assert_never(found)

    async def show(
        self, room_id: RoomId, referent: Person, enclosure: Picture | Position, key: str
    ) -> None:
        """Let the référent see it as it would leave; once for each ``key``."""
        name = wording.preview_name(referent.language, enclosure)
        txn = transaction("preview-enclosure", key, room_id)
        await self.post.enclose(room_id, enclosure, name, txn)

    async def follow(
        self, copy: Link, enclosure: Picture | Position, name: str, source: EventId, now: datetime
    ) -> bool:
        """Send it after the report's ``copy``; whether it surely arrived."""
        txn = transaction("enclosure 1", source, copy.destination)
        link = self.ledger.enclosure(copy.id, txn)
        if link.state is LinkState.SENT:
            return True
        if link.state is LinkState.UNCERTAIN or is_uncertain(link, now):
            self.ledger.enclosed(link.id, None)
            return False
        event_id = await self.post.enclose(
            copy.destination, enclosure, name, link.txn, copy.event_id
        )
        self.ledger.enclosed(link.id, event_id)
        return True
