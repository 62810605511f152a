"""One commune's part of the registry, for what follows reports beside their text."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.ports import Clock
from pc_matrix.registry import Registry
from policies.reports import Link
from policies.terms import CommuneCode, EventId


class EnclosureBook:
    """``bridges.ports.EnclosureLedger``."""

    def __init__(self, registry: Registry, code: CommuneCode, clock: Clock) -> None:
        self._registry, self._code, self._clock = registry, code, clock

    def rounds(self, link_id: int, mark: str) -> int:
        return self._registry.rounds(self._code, link_id, mark)

    def enclosure(self, link_id: int, txn: str, mark: str) -> Link:
        return self._registry.enclosure(self._code, link_id, txn, mark, self._clock.now())

    def enclosed(self, enclosure_id: int, event_id: EventId | None) -> None:
        self._registry.enclosed(self._code, enclosure_id, event_id, self._clock.now())

    def enclosures(self, report_id: int) -> Sequence[Link]:
        return self._registry.enclosures(self._code, report_id)

    def taken_away(self, enclosure_id: int) -> None:
        self._registry.taken_away(self._code, enclosure_id, self._clock.now())
