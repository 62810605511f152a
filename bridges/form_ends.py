"""How a guided report ends: shown and sent, given up, forgotten, or no longer allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bridges.asking import Asking
from bridges.outcome import (
    Asked,
    Awaiting,
    Declined,
    Merged,
    Offered,
    Outcome,
    Refused,
    Relayed,
    Returned,
    Uncertain,
)
from bridges.ports import Clock, FormLedger, ReportLedger
from bridges.private import person_of
from bridges.to_authority import ToAuthority
from policies.form_keeping import ABANDONED_FOR, SENT_FOR
from policies.guided import Ending, Form, has_lapsed
from policies.pictures import UNFIT
from policies.quotas import QUOTAS
from policies.refusal import Refusal
from policies.relay import referent_sectors
from policies.reports import ReportState
from policies.terms import Answer, Directory, EventId, Flag

_FATAL = frozenset({Refusal.NO_MANDATE, Refusal.NOT_A_SECTOR_ROOM, *QUOTAS})
"""Refusals that no other answer would change."""


class GuidedLedger(FormLedger, ReportLedger, Protocol):
    """Forms, and the reports that they become."""


class FormEnds:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(
        self, ledger: GuidedLedger, asking: Asking, to_authority: ToAuthority, clock: Clock
    ) -> None:
        self._ledger, self._asking = ledger, asking
        self._to_authority, self._clock = to_authority, clock

    def keep(self, form: Form, about: EventId) -> None:
        """Keep the form as it is after the answer ``about``, which is not taken again."""
        self._ledger.keep_form(replace(form, touched_at=self._clock.now(), last_event=about))

    async def preview(self, form: Form, about: EventId, directory: Directory) -> Outcome:
        """Show exactly what would leave, as for a flagged message, and how to change it."""
        # Kept first, for its answers are read from there; a crash from here on shows it again.
        form = replace(form, shown=False)
        self.keep(form, about)
        flag = Flag(form.begun_by, form.room_id, form.user_id, form.source, form.category)
        outcome = await self._to_authority.propose(flag, directory, about)
        return await self._shown(form, outcome, about, directory)

    async def _shown(
        self, form: Form, outcome: Outcome, about: EventId, directory: Directory
    ) -> Outcome:
        if isinstance(outcome, Refused) and outcome.refusal in _FATAL:
            self.keep(replace(form, ended=Ending.BARRED), about)
            return outcome
        shown = isinstance(outcome, Awaiting | Offered)
        await self._asking.show_changes(form, about, directory, "send" if shown else "rephrase")
        self.keep(replace(form, shown=shown), about)
        return outcome

    async def end(self, form: Form, about: EventId, directory: Directory, *, send: bool) -> Outcome:
        """Send what was shown, or keep it back; ``form`` is the one after that answer."""
        report = self._ledger.report_of(form.source)
        if report is None or report.preview_event is None or not self._waits(report.state):
            await self.say(form, "cancelled", about, directory)
            self.keep(form, about)
            return Declined()
        answer = Answer(about, form.room_id, form.user_id, report.preview_event, send=send)
        outcome = await self._to_authority.answer(answer, directory) or Declined()
        return await self._answered(form, outcome, about, directory)

    def _waits(self, state: ReportState) -> bool:
        return state in (ReportState.AWAITING, ReportState.OFFERED)

    async def _answered(
        self, form: Form, outcome: Outcome, about: EventId, directory: Directory
    ) -> Outcome:
        """What changed since it was shown was shown anew: then he is asked again."""
        match outcome:
            case Relayed() | Merged() | Uncertain() | Declined():
                self.keep(form, about)
            case Awaiting() | Offered() | Returned():
                return await self._shown(replace(form, ended=None), outcome, about, directory)
            case Refused(refusal) if refusal in UNFIT:
                return await self._shown(replace(form, ended=None), outcome, about, directory)
            case _:
                self.keep(replace(form, ended=Ending.BARRED), about)
        return outcome

    async def bar(self, form: Form, about: EventId, directory: Directory) -> Outcome:
        """He is no référent any more."""
        self._let_go(form)
        await self.say(form, "not-a-referent", about, directory)
        self.keep(replace(form, ended=Ending.BARRED), about)
        return Refused(Refusal.NO_MANDATE)

    async def lapse(self, form: Form, directory: Directory) -> Outcome:
        """Nobody answered for too long: nothing was sent, and he is told once."""
        self._let_go(form)
        await self.say(form, "lapsed", form.source, directory)
        self.keep(replace(form, ended=Ending.LAPSED), form.last_event)
        return Asked()

    def _let_go(self, form: Form) -> None:
        """What waited for his yes waits no longer."""
        report = self._ledger.report_of(form.source)
        if report is not None and self._waits(report.state):
            self._ledger.set_state(report.id, ReportState.DECLINED)

    async def lapse_all(self, directory: Directory) -> None:
        """Let go of every form that nobody answered for too long, or whose référent is none any
        more, of which then nothing is kept; and forget those that are over for long.
        """
        now = self._clock.now()
        for form in self._ledger.untouched_forms(now):
            if not set(form.sectors) & set(referent_sectors(form.user_id, directory, now)):
                await self.bar(form, form.source, directory)
                self._ledger.forget_form(form.source)
            elif has_lapsed(form, now):
                await self.lapse(form, directory)
        self._ledger.forget_forms(now - ABANDONED_FOR, now - SENT_FOR)

    async def say(self, form: Form, key: str, about: EventId, directory: Directory) -> None:
        await self._asking.say(person_of(form.user_id, directory), key, about, directory)
