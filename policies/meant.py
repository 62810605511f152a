"""Removals that somebody decided: the brake neither counts nor holds them.

It is there for accidents, a table that lost its rows or its columns. Nobody's accident is
- a mandate that the town hall ended by name, or its holder by ``!quitter``, or a person whom the
  town hall erased: one decision a person, made by looking at him;
- an end that was written so long before it came that administrators were reminded of it, however
  many mandates end on that day.

All else stays under the brake: what a file of today ended, put into the past or left out, a sector
that closed, a server that is admitted no more. So do people whom the town hall ended by name in
such numbers and so fast that a program did it: more in an hour than the brake's own number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from policies.actions import KickPerson, WithdrawInvitation
from policies.ends import EndedBy
from policies.entitlement import may_give
from policies.membership import Expected
from policies.plan import Plan
from policies.renewals import AHEAD
from policies.terms import Directory, Mandate, RoomKey, UserId

LONG_BEFORE = timedelta(days=min(AHEAD))
"""An end that was written so early was announced: the last reminder came after it was written."""
AT_ONCE = timedelta(hours=1)
"""Within it, more revocations than the brake's number are a program's, and no longer one by one."""

_Removal = KickPerson | WithdrawInvitation
_Deed = tuple[UserId, datetime]


def meant(plan: Plan, wanted: Expected) -> frozenset[_Removal]:
    """The removals of ``plan`` that follow from what somebody decided."""
    removals = plan.removals()
    if not removals:
        return frozenset()
    held = _by_person(wanted.directory, {removal.user_id for removal in removals})
    hasty = _hasty(wanted.directory)
    return frozenset(r for r in removals if _is_meant(r, held[r.user_id], wanted, hasty))


def without(plan: Plan, removals: Iterable[_Removal]) -> Plan:
    """``plan`` but for some of its removals."""
    left_out = frozenset(removals)
    kept = (a for a in plan.actions if not isinstance(a, _Removal) or a not in left_out)
    return replace(plan, actions=tuple(kept))


def only_removals(removals: Iterable[_Removal], plan: Plan) -> Plan:
    """Those of ``plan``'s removals alone, in its order."""
    kept = frozenset(removals)
    return Plan(tuple(action for action in plan.removals() if action in kept))


def gone_for_good(removals: Iterable[_Removal], wanted: Expected) -> int:
    """How many people of ``removals`` the registry gives no room at all any more."""
    people = {removal.user_id for removal in removals}
    return len(people.difference(wanted.people())) if people else 0


def _by_person(directory: Directory, people: set[UserId]) -> Mapping[UserId, Sequence[Mandate]]:
    found: dict[UserId, list[Mandate]] = defaultdict(list)
    for mandate in directory.mandates:
        if mandate.user_id in people:
            found[mandate.user_id].append(mandate)
    return found


def _is_meant(
    removal: _Removal, held: Sequence[Mandate], wanted: Expected, hasty: frozenset[_Deed]
) -> bool:
    directory, user = wanted.directory, removal.user_id
    if user not in directory.persons:
        at = directory.erased.get(user)
        return at is not None and (user, at) not in hasty
    giving = [m for m in held if _once_gave(m, removal.key, wanted)]
    ends = [(m, _took_effect(m, m.until)) for m in giving if m.until and m.until <= wanted.now]
    # One that gives nothing now and has not ended may be what a file of today changed.
    if not giving or len(ends) < len(giving):
        return False
    # Whoever lost the room by several mandates lost it by the last one.
    last = max(at for _, at in ends)
    return all(_was_decided(m, hasty) for m, at in ends if at == last)


def _once_gave(mandate: Mandate, key: RoomKey, wanted: Expected) -> bool:
    """Whether the room may have been his by ``mandate``: not by one that ended before it began."""
    began = mandate.until is None or mandate.until > mandate.since
    return began and may_give(mandate, key, wanted.directory.commune)


def _took_effect(mandate: Mandate, until: datetime) -> datetime:
    """When its end came: not before it was written, were it a date in the past."""
    return until if mandate.end_note is None else max(until, mandate.end_note.at)


def _was_decided(mandate: Mandate, hasty: frozenset[_Deed]) -> bool:
    note = mandate.end_note
    if note is None or mandate.until is None:
        return False
    if mandate.until - note.at >= LONG_BEFORE:
        return True
    match note.by:
        case EndedBy.HOLDER:
            return True
        case EndedBy.TOWN_HALL:
            return (mandate.user_id, note.at) not in hasty
        case EndedBy.DATE:
            return False
        case _:  # pragma: no cover
            assert_never(note.by)


def _hasty(directory: Directory) -> frozenset[_Deed]:
    """What the town hall did to too many people within an hour; one person is never too many."""
    deeds = sorted(named(directory), key=lambda deed: (deed[1], deed[0]))
    limit = max(1, directory.commune.brake.removals)
    found: set[_Deed] = set()
    first = 0
    for last, (_, at) in enumerate(deeds):
        while at - deeds[first][1] > AT_ONCE:
            first += 1
        together = deeds[first : last + 1]
        if len(together) > limit and len({user for user, _ in together}) > limit:
            found.update(together)
    return frozenset(found)


def named(directory: Directory) -> frozenset[_Deed]:
    """Whom the town hall ended or had forgotten by name, and when."""
    found = set(directory.erased.items())
    for mandate in directory.mandates:
        note = mandate.end_note
        if note is not None and note.by is EndedBy.TOWN_HALL:
            found.add((mandate.user_id, note.at))
    return frozenset(found)
