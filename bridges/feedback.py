"""Authority room → the référent and his sector: a report was taken up, closed, or neither any more.

Nothing else of an authority room goes that way: a sign carries no text.
"""

from __future__ import annotations

from bridges.belonging import first_of, whole_of
from bridges.outcome import Acknowledged, Ignored, Outcome, Refused, TakenBack
from bridges.ports import AckLedger, Clock, RoomSender
from bridges.spreading import spread
from policies.authority import speaks_for
from policies.refusal import Refusal
from policies.reports import Report
from policies.steps import Step, StepKind, is_sign
from policies.terms import Directory, EventId, RoomId, RoomKind, TakeUp


class Feedback:
    """Carries the officers' signs."""

    def __init__(self, rooms: RoomSender, ledger: AckLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def acknowledge(self, take_up: TakeUp, directory: Directory) -> Outcome | None:
        """An officer's 👀 or ✅ on a report, or on what brings it up again; or one taken away.

        ``None`` when it was on something else.
        """
        if take_up.withdrawn:
            return await self._take_back(take_up, directory)
        report = report_under(take_up.target, take_up.room_id, self._ledger, directory)
        if report is None:
            return None
        kind = StepKind.CLOSED if take_up.closes else StepKind.TAKEN_UP
        refused = await self._take(report, kind, take_up.event_id, take_up, directory)
        return refused or Acknowledged(report.number or "")

    async def _take_back(self, take_up: TakeUp, directory: Directory) -> Outcome:
        found = self._ledger.step_by_event(take_up.target)
        if found is None or not is_sign(found[1]):
            return Ignored()
        report, sign = found
        if directory.room_of(RoomKind.AUTHORITY, sign.authority or "") != take_up.room_id:
            return Ignored()
        kind = StepKind.TAKEN_BACK
        refused = await self._take(report, kind, take_up.target, take_up, directory)
        return refused or TakenBack(report.number or "")

    async def _take(
        self,
        report: Report,
        kind: StepKind,
        event_id: EventId,
        take_up: TakeUp,
        directory: Directory,
    ) -> Refused | None:
        now = self._clock.now()
        authority = speaks_for(take_up.sender, take_up.room_id, directory, now)
        if isinstance(authority, Refusal):
            return Refused(authority)
        step = Step(kind, now, authority.code, event_id)
        before = self._ledger.steps(report.id)
        whole = whole_of(report, self._ledger)
        await spread(self._rooms, whole, authority, before, step, directory)
        # Kept even when it is news to nobody: another officer's sign may be taken away.
        self._ledger.note(report.id, step)
        return None


def report_under(
    event_id: EventId, room_id: RoomId, ledger: AckLedger, directory: Directory
) -> Report | None:
    """The report that ``event_id`` shows in that authority's room, or brings up again there."""
    if not event_id:
        return None
    linked = ledger.link_by_event(event_id)
    if linked is not None:
        return first_of(linked[0], ledger) if linked[1].destination == room_id else None
    found = ledger.step_by_event(event_id)
    if found is None or is_sign(found[1]) or found[1].authority is None:
        return None
    is_here = directory.room_of(RoomKind.AUTHORITY, found[1].authority) == room_id
    return found[0] if is_here else None
