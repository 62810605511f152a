"""What the session met and dropped or noticed: counted since the start, and told by ids alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from policies.incidents import Gravity, IncidentKind

_AT_MOST = 1_000  # told of one batch; a flood is counted whole and told in part


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that happened, with the ids that it is known by; empty where there is none."""

    kind: IncidentKind
    user_id: str = ""
    device_id: str = ""
    room_id: str = ""
    event_id: str = ""
    detail: str = ""
    """A code of the specification, such as a withheld key's; never anything of a message."""


class Incidents:
    """Counts since the start, and what was not told yet."""

    def __init__(self) -> None:
        self._counts: Counter[IncidentKind] = Counter()
        self._untold: list[Incident] = []

    def note(self, incident: Incident) -> None:
        """One more."""
        self._counts[incident.kind] += 1
        if incident.kind.gravity is not Gravity.COUNTED and len(self._untold) < _AT_MOST:
            self._untold.append(incident)

    def drop(
        self, kind: IncidentKind, user_id: str = "", room_id: str = "", event_id: str = ""
    ) -> None:
        """One event went no further."""
        self.note(Incident(kind, user_id, room_id=room_id, event_id=event_id))

    def figures(self) -> dict[str, int]:
        """The counts, by kind's value; kinds never met are left out."""
        return {kind.value: count for kind, count in sorted(self._counts.items())}

    def drain(self) -> tuple[Incident, ...]:
        """What happened since the last call."""
        untold, self._untold = tuple(self._untold), []
        return untold
