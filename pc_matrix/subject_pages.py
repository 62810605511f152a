"""The pages of a commune's book on what reports are about, and whose names may be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bridges.ports import Clock
from pc_matrix.registry import Registry
from policies.reports import Report
from policies.terms import Category, CommuneCode, EventId, UserId


class SubjectPages:
    """``SubjectLedger`` and ``NameLedger``; ``Book`` has the pages around them."""

    _registry: Registry
    _code: CommuneCode
    _clock: Clock

    def set_category(self, report_id: int, category: Category) -> None:
        self._registry.set_category(self._code, report_id, category)

    def asked(self) -> Sequence[tuple[Report, datetime]]:
        return self._registry.asked(self._code)

    def let_name(self, event_id: EventId, user_id: UserId) -> None:
        self._registry.let_name(self._code, event_id, user_id, self._clock.now())

    def let_name_no_more(self, event_id: EventId, user_id: UserId) -> None:
        self._registry.let_name_no_more(self._code, event_id, user_id)

    def lets_name(self, event_id: EventId, user_id: UserId) -> bool:
        return self._registry.lets_name(self._code, event_id, user_id)
