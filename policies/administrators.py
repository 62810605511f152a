"""Who looks after a commune's bot: the people told of what a human has to decide."""

from __future__ import annotations

from datetime import datetime

from policies.terms import Directory, Person, Role, UserId

ROLES = frozenset({Role.MAYOR, Role.ELECTED})


def administrators(
    directory: Directory, now: datetime, *, but: UserId | None = None
) -> tuple[Person, ...]:
    """The mayor and the elected référents with a live mandate, sorted by Matrix id.

    ``but`` is the person that it is about: he is not asked to approve himself.
    """
    found = {m.user_id for m in directory.mandates if m.role in ROLES and m.counts(now)} - {but}
    return tuple(directory.persons[u] for u in sorted(found) if u in directory.persons)
