"""What the session met, told to those who look after it: a log line and an audit row, merged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bridges.ports import Clock
from pc_matrix.homeserver.incidents import Incident

_log = structlog.get_logger(__name__)
_AGAIN_AFTER = timedelta(hours=1)
_MERGED = 10_000


class AuditTrail(Protocol):
    """Where an administrator finds it later."""

    def note_incident(self, action: str, subject: str, actor: str, note: str) -> None: ...


class Watch:
    """Tells the same once an hour: who floods the bot does not fill its registry."""

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self._trail, self._clock = trail, clock
        self._told: dict[tuple[str, ...], datetime] = {}

    def tell(self, incidents: Iterable[Incident]) -> int:
        """Write down what is new in ``incidents``; how many rows that were."""
        now, written = self._clock.now(), 0
        for incident in incidents:
            same = (incident.kind, incident.user_id, incident.device_id, incident.room_id)
            last = self._told.get(same)
            if last is not None and now - last < _AGAIN_AFTER:
                continue
            self._remember(same, now)
            self._write(incident)
            written += 1
        return written

    def _remember(self, same: tuple[str, ...], now: datetime) -> None:
        if len(self._told) >= _MERGED:
            self._told = {k: at for k, at in self._told.items() if now - at < _AGAIN_AFTER}
        if len(self._told) < _MERGED:
            self._told[same] = now

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
