"""A guided report that was sent follows what its référent does to his answers afterwards.

An edit of an answer is an edit of the report, one that is taken away takes its words out of it, and
the last one takes the report away: composed and judged anew, the way of every change. Once a form
is forgotten nothing tells any more which answers were its own, and nothing follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, assert_never

from bridges.change_ports import ChangeLedger, RoomCleaner
from bridges.changes import Changes
from bridges.outcome import Ignored, Later, Outcome, Unchanged
from bridges.ports import Clock, FormLedger
from policies.changes import Taken, Wish, wish
from policies.guided import Form
from policies.guided_changes import TOLD, Following, Part, of_edit, of_removal, part_of
from policies.incoming import Edit, Withdrawal
from policies.relay import transaction
from policies.reports import Report
from policies.terms import Directory, EventId, RoomId, RoomKind


class GuidedChangeLedger(FormLedger, ChangeLedger, Protocol):
    """Forms, and the reports that they became."""


@dataclass(frozen=True, slots=True)
class _Found:
    form: Form
    report: Report
    part: Part | None


@dataclass(frozen=True, slots=True)
class GuidedChanges:
    """One commune's. Every step can be repeated after a crash."""

    changes: Changes
    cleaner: RoomCleaner
    ledger: GuidedChangeLedger
    clock: Clock

    async def edit(self, edit: Edit, directory: Directory) -> Outcome | None:
        """Something in a private room has other words; ``None`` for any other room."""
        if not _is_private(edit.room_id, directory):
            return None
        found = self._found(edit.target, edit.room_id)
        if found is None or edit.sender != found.form.user_id:
            return Ignored()
        following = of_edit(found.form, found.part, copies=self._is_out(found.report))
        if following is Following.CHANGE:
            self._keep(found.form)
            return await self.changes.changed(found.report, edit.event_id, directory)
        return Later() if following is Following.LATER else Unchanged()

    async def withdraw(self, withdrawal: Withdrawal, directory: Directory) -> Outcome | None:
        """Something in a private room was taken away; ``None`` for any other room."""
        if not _is_private(withdrawal.room_id, directory):
            return None
        edited = self.ledger.changed_by(withdrawal.target)
        found = self._found(edited or withdrawal.target, withdrawal.room_id)
        if found is None:
            return Ignored()
        trace = await self.cleaner.look(withdrawal.room_id, withdrawal.target)
        if trace is None or not trace.is_gone or trace.sender != found.form.user_id:
            return Unchanged()
        by = wish(withdrawal.sender, trace.sender, found.report.referent)
        # Without one of its changes a message stands in the words before it.
        following = await self._after(found, is_edit=edited is not None)
        return await self._follow(following, found, by, withdrawal, directory)

    async def _after(self, found: _Found, *, is_edit: bool) -> Following:
        copies = self._is_out(found.report)
        if is_edit and found.part is not Part.TOLD:
            return Following.NOTHING
        is_left = await self._is_left(found.form)
        return of_removal(found.form, found.part, copies=copies, is_left=is_left)

    async def _follow(
        self,
        following: Following,
        found: _Found,
        by: Wish,
        withdrawal: Withdrawal,
        directory: Directory,
    ) -> Outcome:
        report = found.report
        match following:
            case Following.NOTHING:
                return Unchanged()
            case Following.LATER:
                return Later()
            case Following.CHANGE | Following.LOSS:
                return await self._lost(found, withdrawal, directory)
            case Following.ASK:
                return await self.changes.taken(report, Taken.FLAG, by, withdrawal, directory)
            case Following.WITHDRAW:
                return await self.changes.taken(report, Taken.MESSAGE, by, withdrawal, directory)
            case _:
                assert_never(following)

    async def _lost(self, found: _Found, withdrawal: Withdrawal, directory: Directory) -> Outcome:
        """Take its words out of the report, and away from where they were shown to him."""
        report = found.report
        self._keep(found.form)
        shown = {report.preview_event, self._asked(report)}
        about = withdrawal.event_id
        outcome = await self.changes.changed(report, about, directory, is_loss=True)
        for preview in shown - {None, self._asked(report)}:
            await self._wipe(report, preview)
        return outcome

    async def _wipe(self, report: Report, preview: EventId | None) -> None:
        if preview is not None:
            txn = transaction("wiped", preview, report.source_room)
            await self.cleaner.redact(report.source_room, preview, txn)

    def _asked(self, report: Report) -> EventId | None:
        question = self.ledger.open_question(report.id)
        return None if question is None else question.preview

    def _found(self, event_id: EventId, room_id: RoomId) -> _Found | None:
        form = self.ledger.form_with(event_id)
        report = None if form is None else self.ledger.report_of(form.source)
        if form is None or report is None or form.room_id != room_id:
            return None
        return _Found(form, report, part_of(form, event_id))

    def _is_out(self, report: Report) -> bool:
        return bool(self.ledger.links(report.id) or self.ledger.mails(report.id))

    async def _is_left(self, form: Form) -> bool:
        """Whether words of his still stand; what the server does not show may."""
        answers = [form.answers[step] for step in TOLD if step in form.answers]
        words = [filled.event_id for filled in answers if not filled.choice]
        traces = [await self.cleaner.look(form.room_id, event_id) for event_id in words]
        return any(trace is None or not trace.is_gone for trace in traces)

    def _keep(self, form: Form) -> None:
        """What mails and the référent's tap may have to read again is kept as long again."""
        self.ledger.keep_form(replace(form, touched_at=self.clock.now()))


def _is_private(room_id: RoomId, directory: Directory) -> bool:
    key = directory.key_of(room_id)
    return key is not None and key.kind is RoomKind.PRIVATE
