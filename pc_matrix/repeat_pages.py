"""The pages of a commune's book on which several messages are one report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pc_matrix.registry import Registry
from policies.reports import Report
from policies.terms import CommuneCode


class RepeatPages:
    """``RepeatLedger``'s own; ``Book`` has the pages around them."""

    _registry: Registry
    _code: CommuneCode

    def recent_reports(self, since: datetime, most: int) -> Sequence[Report]:
        return self._registry.recent_reports(self._code, since, most)

    def merge(self, report_id: int, into: str | None) -> None:
        self._registry.merge(self._code, report_id, into)

    def merged(self, number: str) -> Sequence[Report]:
        return self._registry.merged(self._code, number)

    def unlink(self, link_id: int) -> None:
        self._registry.unlink(self._code, link_id)
