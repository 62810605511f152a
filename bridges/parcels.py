"""Makes of a judged report what leaves of it, one for all authorities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bridges.delivery import Parcel
from bridges.judging import Judged
from policies.denunciation.verdict import Decision
from policies.enclosures import Enclosures
from policies.need_to_know import Leaving
from policies.reports import Report
from policies.steps import Step, is_urgent
from policies.terms import EventId, UserId


class ParcelLedger(Protocol):
    """Whose name may be told, and what is known of a report already."""

    def lets_name(self, event_id: EventId, user_id: UserId) -> bool: ...
    def steps(self, report_id: int) -> Sequence[Step]: ...


def parcel_of(
    report: Report,
    judged: Judged,
    leaving: Leaving,
    ledger: ParcelLedger,
    digest: str = "",
    enclosures: Enclosures = (),
) -> Parcel:
    """What leaves of ``report``; its author is in it only if he himself allowed it.

    The sector sees nothing on a message that accuses somebody: it was not passed on.
    """
    author = judged.message.sender
    return Parcel(
        report,
        judged.relayable.sector,
        judged.message.sent_at,
        leaving,
        digest,
        author if ledger.lets_name(report.source_event, author) else None,
        marked=judged.verdict.decision is not Decision.RETURN,
        enclosures=enclosures,
        urgent=is_urgent(ledger.steps(report.id)),
    )
