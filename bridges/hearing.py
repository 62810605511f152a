"""What the filter says of one answer of a guided report, at once."""

from __future__ import annotations

from dataclasses import dataclass

from bridges.calling import first_call
from bridges.judging import Judged
from bridges.ports import Language
from bridges.reasons import reasons
from bridges.wording.advice import MASKED, Reason
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Rule, Verdict
from policies.emergency import Emergency
from policies.guided import Heard
from policies.message_words import whole
from policies.relay import Relayable
from policies.terms import Message, SectorCode

_NAMES = MASKED - {Rule.ADDRESS, Rule.DWELLING}
"""What says who somebody is. A house's number is masked where it has to be, and seen then."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """``reasons`` hold some of the answer's words; ``call`` when somebody seems to be in danger."""

    heard: Heard
    reasons: tuple[Reason, ...] = ()
    call: Emergency | None = None
    readable: bool = True

    def __repr__(self) -> str:
        """Without the words, so that no log can carry them."""
        return f"Opinion({self.heard}, {len(self.reasons)} reasons)"


def opinion(language: Language, message: Message) -> Opinion:
    """Whether this answer accuses or names somebody, and why that is thought."""
    analysis = language.analyse(whole(message).text)
    call = first_call(language, analysis)
    if not analysis.readable or (message.formatted is not None and not message.formatted.intact):
        return Opinion(Heard.FINE, call=call, readable=False)
    verdict = judge(analysis)
    heard = _heard(verdict)
    if heard is Heard.FINE:
        return Opinion(heard, call=call)
    judged = Judged(message, Relayable(SectorCode("")), analysis, verdict, call=call)
    return Opinion(heard, reasons(judged), call)


def _heard(verdict: Verdict) -> Heard:
    match verdict.decision:
        case Decision.RETURN:
            return Heard.ACCUSES
        case Decision.REDACT | Decision.HOLD:
            names = any(finding.rule in _NAMES for finding in verdict.findings)
            return Heard.NAMES if names else Heard.FINE
        case Decision.RELAY:
            return Heard.FINE
