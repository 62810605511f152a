"""One commune's guided reports, as the bridges see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pc_matrix.registry import Registry
from policies.guided import Form
from policies.terms import Category, CommuneCode, EventId, UserId


class FormPages:
    """``FormLedger``, and what the ledger of reports needs for it: a part of ``Book``."""

    _registry: Registry
    _code: CommuneCode

    def keep_form(self, form: Form) -> None:
        self._registry.keep_form(self._code, form)

    def open_form(self, user_id: UserId) -> Form | None:
        return self._registry.open_form(self._code, user_id)

    def form_of(self, source: EventId) -> Form | None:
        return self._registry.form_of(self._code, source)

    def form_with(self, event_id: EventId) -> Form | None:
        return self._registry.form_with(self._code, event_id)

    def form_answered(self, last_event: EventId) -> Form | None:
        return self._registry.form_answered(self._code, last_event)

    def untouched_forms(self, since: datetime) -> Sequence[Form]:
        return self._registry.untouched_forms(self._code, since)

    def forget_form(self, source: EventId) -> None:
        self._registry.forget_form(self._code, source)

    def forget_forms(self, abandoned: datetime, sent: datetime) -> int:
        return self._registry.forget_forms(self._code, abandoned, sent)

    def set_category(self, report_id: int, category: Category) -> None:
        self._registry.set_category(self._code, report_id, category)
