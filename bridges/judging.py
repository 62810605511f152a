"""Reads a flagged message and judges it: what may leave of it, and whom to call first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridges.ports import Language, MessageReader, ReportLedger
from policies.denunciation.analysis import Analysis
from policies.denunciation.draft import offered, propose
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Verdict
from policies.emergency import Emergency, emergency
from policies.refusal import Refusal
from policies.relay import History, Relayable, heeds_danger, may_relay
from policies.terms import Directory, Flag, Message

_AT_ONCE = 2000
"""Characters of a message too long to be judged whole, in which danger is looked for at a time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A message that may be relayed, with what the filter says of it.

    ``draft`` is what could be sent of a denunciation, already judged by itself.
    """

    message: Message
    relayable: Relayable
    analysis: Analysis
    verdict: Verdict
    draft: Verdict | None = None
    call: Emergency | None = None

    @property
    def leaving(self) -> Verdict | None:
        """What leaves when the référent confirms it, ``None`` when nothing can."""
        return self.draft if self.verdict.decision is Decision.RETURN else self.verdict

    def __repr__(self) -> str:
        return f"Judged({self.message!r}, {self.verdict!r})"


@dataclass(frozen=True, slots=True)
class Barred:
    """A message that may not be relayed; ``call`` when somebody seems to be in danger."""

    refusal: Refusal
    call: Emergency | None = None


class Judging:
    """One commune's reading of flagged messages."""

    def __init__(self, reader: MessageReader, ledger: ReportLedger, language: Language) -> None:
        self._reader, self._ledger, self._language = reader, ledger, language

    async def judge(self, flag: Flag, directory: Directory, now: datetime) -> Judged | Barred:
        """What may become of the message that ``flag`` chose; it is read only where it helps."""
        history = History(self._ledger.report_of(flag.target), self._ledger.flags_today(flag))
        # Asked before anything is read, which may have to wait for a key: whoever may not flag
        # must not keep those waiting who may.
        refusal = may_relay(flag, None, directory, history, now)
        if isinstance(refusal, Relayable):
            return Barred(Refusal.UNREADABLE)  # may_relay never allows what was not read
        is_heeded = heeds_danger(refusal, flag, directory, history)
        if refusal is not Refusal.UNREADABLE and not is_heeded:
            return Barred(refusal)
        message = await self._reader.read(flag.room_id, flag.target)
        relayable = may_relay(flag, message, directory, history, now)
        if message is None or isinstance(relayable, Refusal):
            said = message.text if message is not None else ""
            why = relayable if isinstance(relayable, Refusal) else Refusal.UNREADABLE
            return Barred(why, self._call(said, self._language.analyse(said)))
        return self._judged(message, relayable)

    def _judged(self, message: Message, relayable: Relayable) -> Judged:
        analysis = self._language.analyse(message.text)
        verdict = judge(analysis)
        call = self._call(message.text, analysis)
        return Judged(message, relayable, analysis, verdict, self._draft(analysis, verdict), call)

    def _draft(self, analysis: Analysis, verdict: Verdict) -> Verdict | None:
        """What could be sent of a denunciation, as if it had been written so from the beginning."""
        words = propose(analysis, verdict)
        if not words:
            return None
        draft = self._language.analyse(words)
        again = judge(draft)
        return again if offered(analysis, verdict, draft, again) else None

    def _call(self, text: str, analysis: Analysis) -> Emergency | None:
        if analysis.readable:
            return emergency(analysis)
        pieces = (text[at : at + _AT_ONCE] for at in range(0, len(text), _AT_ONCE))
        calls = (emergency(self._language.analyse(piece)) for piece in pieces)
        return next((call for call in calls if call is not None), None)
