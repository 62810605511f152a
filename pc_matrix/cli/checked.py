"""A text that went through the filter, with its verdict and the number to call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridges.ports import Language
    from policies.denunciation.verdict import Verdict
    from policies.emergency import Emergency
    from policies.message_words import Words


@dataclass(frozen=True, slots=True)
class Checked:
    """What there is to show of a message."""

    text: str = field(repr=False)
    verdict: Verdict
    call: Emergency | None = None
    """The call that comes before everything else."""
    draft: str | None = field(default=None, repr=False)
    """What of a returned message could be sent; ``None`` for nothing."""


def checked(text: str, language: Language) -> Checked:
    """The text exactly as it is given, judged as ``language`` understands it."""
    from policies.message_words import Words

    return _judged(Words(text), language)


def answered(text: str, language: Language) -> Checked:
    """The text as the bot judges a message without formatting: characters that show nothing are
    taken out, and links are in doubt.
    """
    from policies.message_words import plain

    return _judged(plain(text), language)


def _judged(said: Words, language: Language) -> Checked:
    from bridges.calling import first_call
    from bridges.drafting import drafted
    from policies.denunciation.judge import judge
    from policies.message_words import careful

    analysis = language.analyse(said.text)
    verdict = careful(judge(analysis), said)
    draft = drafted(language, analysis, verdict, said.doubts)
    call = first_call(language, analysis)
    return Checked(said.text, verdict, call, draft.text if draft else None)


def verdict_json(one: Checked) -> dict[str, Any]:
    """``{"decision", "text", "draft", "emergency", "findings", "rules", "spans"}``.

    ``text`` would leave; ``draft`` is what could be sent of a returned message, or null.
    """
    findings = [
        {"rule": f.rule.value, "start": f.start, "end": f.end, "quote": one.text[f.start : f.end]}
        for f in one.verdict.findings
    ]
    return {
        "decision": one.verdict.decision.value,
        "text": one.verdict.text,
        "draft": one.draft,
        "emergency": one.call.value if one.call else None,
        "findings": findings,
        "rules": list(dict.fromkeys(f["rule"] for f in findings)),
        "spans": [f["quote"] for f in findings],
    }
