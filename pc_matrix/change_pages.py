"""The pages of a commune's book by which changes of what was relayed are followed."""

from __future__ import annotations

from bridges.ports import Clock
from pc_matrix.registry import Registry
from policies.changes import Question
from policies.reports import Report
from policies.terms import CommuneCode, EventId


class ChangePages:
    """``ChangeLedger``'s own; ``Book`` has the pages around them."""

    _registry: Registry
    _code: CommuneCode
    _clock: Clock

    def report(self, report_id: int) -> Report:
        return self._registry.report(self._code, report_id)

    def report_by_flag(self, flag_event: EventId) -> Report | None:
        return self._registry.report_by_flag(self._code, flag_event)

    def is_in_flight(self, report: Report, change: EventId) -> bool:
        """Whether its flag, or an answer to its preview, came before ``change`` and still waits."""
        previews = [report.preview_event] if report.preview_event else []
        asked = self._registry.open_question(self._code, report.id)
        previews += [asked.preview] if asked is not None else []
        return self._registry.is_waiting_before(self._code, report.flag_event, previews, change)

    def is_taken_back(self, event_id: EventId) -> bool:
        return self._registry.is_taken_back(self._code, event_id)

    def changed_by(self, edit: EventId) -> EventId | None:
        return self._registry.changed_by(self._code, edit)

    def left_as_draft(self, report_id: int) -> bool:
        return self._registry.left_as_draft(self._code, report_id)

    def rewritten(self, link_id: int, digest: str) -> None:
        self._registry.rewritten(self._code, link_id, digest)

    def ask(self, question: Question) -> None:
        self._registry.ask(self._code, question, self._clock.now())

    def question(self, preview: EventId) -> Question | None:
        return self._registry.question(self._code, preview)

    def open_question(self, report_id: int) -> Question | None:
        return self._registry.open_question(self._code, report_id)

    def end_questions(self, report_id: int, end: str) -> None:
        self._registry.end_questions(self._code, report_id, end, self._clock.now())
