"""What the session met, told to those who look after it: a log line and an audit row, merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bridges.ports import Clock
from pc_matrix.homeserver.incidents import Incident
from policies.incidents import IncidentKind

_log = structlog.get_logger(__name__)
_AGAIN_AFTER = timedelta(hours=1)
_MOST_OF_A_KIND = 20
MANY = "*"
"""The subject of the one row that stands for all further incidents of a kind, for an hour."""

_Mark = tuple[str, ...]


class AuditTrail(Protocol):
    """Where an administrator finds it later."""

    def note_incident(self, action: str, subject: str, actor: str, note: str) -> None: ...


class Watch:
    """Tells the same once an hour, and of each kind so many: whoever floods the bot neither fills
    its registry nor hides, under thousands of rows, the one that matters.
    """

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self._trail, self._clock = trail, clock
        self._told: defaultdict[IncidentKind, dict[_Mark, datetime]] = defaultdict(dict)

    def tell(self, incidents: Iterable[Incident]) -> int:
        """Write down what is new in ``incidents``; how many rows that were."""
        now, written = self._clock.now(), 0
        for incident in incidents:
            news = self._news(incident, now)
            if news is not None:
                self._write(news)
                written += 1
        return written

    def _news(self, incident: Incident, now: datetime) -> Incident | None:
        """What is to be told of ``incident``: itself, that there are many, or nothing."""
        told = self._told[incident.kind]
        for mark in [mark for mark, at in told.items() if now - at >= _AGAIN_AFTER]:
            del told[mark]
        mark = (incident.user_id, incident.device_id, incident.room_id)
        if mark in told:
            return None
        if len(told) >= _MOST_OF_A_KIND:
            incident, mark = Incident(incident.kind, room_id=MANY), (MANY,)
        if mark in told:
            return None
        told[mark] = now
        return incident

    def _write(self, incident: Incident) -> None:
        kind = incident.kind
        _log.warning(
            "session.incident",
            kind=kind.value,
            gravity=kind.gravity.value,
            user_id=incident.user_id,
            room_id=incident.room_id,
            event_id=incident.event_id,
            detail=incident.detail,
        )
        note = " ".join(filter(None, (incident.device_id, incident.event_id, incident.detail)))
        self._trail.note_incident(
            f"session.{kind.value}", incident.room_id or incident.user_id, incident.user_id, note
        )
