"""What the session met and dropped or noticed: counted since the start, and told by ids alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from policies.incidents import Gravity, IncidentKind

_LONGEST = 255  # characters of an id (specification, appendices, "Common Identifier Format")
_AT_MOST = 100  # of a kind told of one batch: a flood is counted whole, and hides no other kind


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


def _words(incident: Incident) -> tuple[str, ...]:
    ids = (incident.user_id, incident.device_id, incident.room_id, incident.event_id)
    return (*ids, incident.detail)


def _plain(word: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in word[:_LONGEST])


class Incidents:
    """Counts since the start, and what was not told yet."""

    def __init__(self) -> None:
        self._counts: Counter[IncidentKind] = Counter()
        self._untold: list[Incident] = []
        self._waiting: Counter[IncidentKind] = Counter()

    def note(self, incident: Incident) -> None:
        """One more."""
        self._counts[incident.kind] += 1
        if incident.kind.gravity is Gravity.COUNTED or self._waiting[incident.kind] >= _AT_MOST:
            return
        self._waiting[incident.kind] += 1
        # What strangers call themselves is made fit for a terminal and a table.
        self._untold.append(Incident(incident.kind, *map(_plain, _words(incident))))

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
        self._waiting.clear()
        return untold
