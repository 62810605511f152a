"""Reports that nobody acknowledged: what is due of them, and when.

An urgent one is brought up again twice where it lies, then its référent is told to call and the
administrators hear of it. Any other is brought up once, quietly, the next working morning. Only an
authority that reads Matrix can acknowledge; one that was written to by mail is never waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from policies.reports import Report
from policies.steps import (
    Standing,
    Step,
    StepKind,
    is_over,
    is_urgent,
    standing,
    standing_with,
)
from policies.terms import AuthorityCode
from policies.working_days import next_working

OPENS_AT = 8
"""The hour of a working morning at which what waits is brought up."""
GIVEN_UP_AFTER = timedelta(hours=24)
"""What is brought up a day late as if it were pressing would mislead: its référent calls."""
LOOKED_AT_FOR = timedelta(days=8)
"""How long a report is looked at: longer than any week of holidays between two mornings."""
_REMINDERS = (StepKind.REMINDED, StepKind.REMINDED_AGAIN)


@dataclass(frozen=True, slots=True)
class Followed:
    """A report that left at ``sent_at``: for the rooms of ``rooms``, and by mail to ``mailed``."""

    report: Report
    sent_at: datetime
    rooms: tuple[AuthorityCode, ...]
    mailed: tuple[AuthorityCode, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Remind:
    """Bring an urgent report up again in that authority's room."""

    followed: Followed
    authority: AuthorityCode
    kind: StepKind


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Tell its référent to call: ``authorities`` did not take it up."""

    followed: Followed
    authorities: tuple[AuthorityCode, ...]


@dataclass(frozen=True, slots=True)
class Morning:
    """Bring up in that authority's room, in one message, what is due on the morning of ``day``."""

    authority: AuthorityCode
    day: date
    followed: tuple[Followed, ...]

    @property
    def name(self) -> str:
        """What it is known by, so that it is said once: its day, and what made reports wait anew.

        Once the morning's message is said, only a sign that is taken away brings another.
        """
        return "\n".join((self.day.isoformat(), *self._anew()))

    def _anew(self) -> Iterator[str]:
        for followed in self.followed:
            taken_back = sum(s.kind is StepKind.TAKEN_BACK for s in followed.steps)
            if taken_back:
                yield f"{followed.report.id} {taken_back}"


Due = Remind | GiveUp | Morning


def waiting(followed: Followed) -> tuple[AuthorityCode, ...]:
    """The authorities from whose rooms a sign is awaited; none once one took it up, or answered,
    or once it was taken away.

    That one closed it without follow-up says nothing for the others.
    """
    is_taken_up = standing(followed.steps) >= Standing.TAKEN_UP
    is_answered = any(s.kind is StepKind.ANSWERED for s in followed.steps)
    if is_taken_up or is_answered or is_over(followed.steps):
        return ()
    return tuple(
        code for code in followed.rooms if standing_with(code, followed.steps) is Standing.NONE
    )


def due(
    reports: Iterable[Followed], now: datetime, after: timedelta, zone: tzinfo
) -> tuple[Due, ...]:
    """What is due at ``now``; ``after`` is how long an urgent report may wait.

    Zero: as long as any other one, until the next working morning.
    """
    pressing, others = list[Followed](), list[Followed]()
    for followed in reports:
        is_pressing = is_urgent(followed.steps) and after > timedelta(0)
        (pressing if is_pressing else others).append(followed)
    urgent = (one for followed in pressing for one in _of_urgent(followed, now, after))
    return (*urgent, *_mornings(others, now, zone))


def _of_urgent(followed: Followed, now: datetime, after: timedelta) -> Iterator[Due]:
    missing = waiting(followed)
    if not missing or any(s.kind is StepKind.UNREACHED for s in followed.steps):
        return
    waited = now - _since(followed)
    is_late = waited >= GIVEN_UP_AFTER
    if not is_late:
        yield from (r for code in missing if (r := _reminder(followed, code, now, after)))
    # A room that refuses the reminders does not keep the référent from hearing that he has to call.
    was_waited_for = waited >= 3 * after
    is_fresh = any(now - s.at < after for s in followed.steps if s.kind in _REMINDERS)
    if is_late or (was_waited_for and not is_fresh):
        yield GiveUp(followed, missing)


def _since(followed: Followed) -> datetime:
    """Since when nobody has it in hand: since it left, or since a sign was taken away."""
    taken_back = (s.at for s in followed.steps if s.kind is StepKind.TAKEN_BACK)
    return max((followed.sent_at, *taken_back))


def _reminder(
    followed: Followed, code: AuthorityCode, now: datetime, after: timedelta
) -> Remind | None:
    given = [s for s in followed.steps if s.kind in _REMINDERS and s.authority == code]
    last = max((_since(followed), *(s.at for s in given)))
    if len(given) >= len(_REMINDERS) or now - last < after:
        return None
    return Remind(followed, code, _REMINDERS[len(given)])


def _mornings(given: Iterable[Followed], now: datetime, zone: tzinfo) -> Iterator[Morning]:
    found: dict[tuple[AuthorityCode, date], list[Followed]] = {}
    for followed in given:
        day = next_working(followed.sent_at.astimezone(zone).date())
        if now < datetime.combine(day, time(OPENS_AT), zone):
            continue
        told = {s.authority for s in followed.steps if s.kind is StepKind.MORNING}
        for code in waiting(followed):
            if code not in told:
                found.setdefault((code, day), []).append(followed)
    yield from (Morning(code, day, tuple(reports)) for (code, day), reports in found.items())
