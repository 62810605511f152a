"""The pages of a commune's book on which it is kept what became of its reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bridges.belonging import where_now
from bridges.ports import Clock
from pc_matrix.registry import Registry
from pc_matrix.registry.steps import Left
from policies.escalation import LOOKED_AT_FOR, Followed
from policies.history import Destinations
from policies.mails import MailKind
from policies.reports import LinkState, Report
from policies.steps import Step, StepKind
from policies.terms import Commune, CommuneCode, Directory, EventId, RoomId, UserId

_MINE_FOR = timedelta(days=30)


class StepPages:
    """``AckLedger``, ``HistoryLedger`` and ``EscalationLedger`` but for what they share."""

    _registry: Registry
    _commune: Commune
    _code: CommuneCode
    _clock: Clock

    def note(self, report_id: int, step: Step) -> None:
        self._registry.note(self._code, report_id, step)

    def steps(self, report_id: int) -> Sequence[Step]:
        return self._registry.steps(self._code, report_id)

    def step_by_event(self, event_id: EventId) -> tuple[Report, Step] | None:
        return self._registry.step_by_event(self._code, event_id)

    def reports_by(self, referent: UserId) -> Sequence[Report]:
        since = self._clock.now() - _MINE_FOR
        return self._registry.reports_by(self._code, referent, since)

    def followed(self, directory: Directory) -> Sequence[Followed]:
        """Those for which something may be due: urgent ones, and those of the days before."""
        now = self._clock.now()
        today = self._midnight(now, first_of_year=False)
        found = self._registry.left(self._code, now - LOOKED_AT_FOR, today)
        tries = (_followed(left, self.replacement, directory) for left in found)
        return [one for one in tries if one is not None]

    def replacement(self, room_id: RoomId) -> RoomId | None:
        """The room that now stands for one that was given up, over however many steps."""
        following = {r.room_id: r.replacement for r in self._registry.retired_rooms(self._code)}
        found, seen = following.get(room_id), {room_id}
        while found is not None and found in following and found not in seen:
            seen.add(found)
            found = following[found]
        return found

    def counted(self, kind: StepKind) -> int:
        since = self._midnight(self._clock.now(), first_of_year=True)
        return self._registry.reports_with(self._code, kind, since)

    def _midnight(self, now: datetime, *, first_of_year: bool) -> datetime:
        zone = ZoneInfo(self._commune.time_zone)
        day = now.astimezone(zone).date()
        if first_of_year:
            day = day.replace(month=1, day=1)
        return datetime.combine(day, time.min, zone).astimezone(UTC)


def _followed(
    left: Left, replacement: Callable[[RoomId], RoomId | None], directory: Directory
) -> Followed | None:
    """``None`` for one of which no copy surely arrived in a room."""
    sent = (link for link in left.links if link.state is LinkState.SENT)
    arrived = where_now(sent, replacement, directory)
    if not arrived:
        return None
    mailed = tuple(mail.authority for mail in left.mails if mail.kind is MailKind.REPORT)
    return Followed(
        left.report,
        min(link.begun_at for link in arrived),
        tuple(sorted(Destinations(arrived, ()).authorities(directory))),
        mailed,
        left.steps,
    )
