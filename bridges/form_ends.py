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
from policies.guided import LASTS, Ending, Form
from policies.quotas import QUOTAS
from policies.refusal import Refusal
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
            case _:
                self.keep(replace(form, ended=Ending.BARRED), about)
        return outcome

    async def bar(self, form: Form, about: EventId, directory: Directory) -> Outcome:
        """He is no référent any more."""
        await self.say(form, "not-a-referent", about, directory)
        self.keep(replace(form, ended=Ending.BARRED), about)
        return Refused(Refusal.NO_MANDATE)

    async def lapse(self, form: Form, directory: Directory) -> Outcome:
        """Nobody answered for too long: nothing was sent, and he is told once."""
        await self.say(form, "lapsed", form.source, directory)
        self.keep(replace(form, ended=Ending.LAPSED), form.last_event)
        return Asked()

    async def lapse_all(self, directory: Directory) -> None:
        """Let go of every form that nobody answered for too long."""
        for form in self._ledger.untouched_forms(self._clock.now() - LASTS):
            await self.lapse(form, directory)

    async def say(self, form: Form, key: str, about: EventId, directory: Directory) -> None:
        await self._asking.say(person_of(form.user_id, directory), key, about, directory)
