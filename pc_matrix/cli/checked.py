"""A text that went through the filter, with its verdict and the number to call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridges.ports import Language
    from policies.denunciation.verdict import Verdict
    from policies.emergency import Emergency


@dataclass(frozen=True, slots=True)
class Checked:
    """What there is to show of a message."""

    text: str = field(repr=False)
    verdict: Verdict
    call: Emergency | None = None
    """The call that comes before everything else."""


def checked(text: str, language: Language) -> Checked:
    """The text, judged as ``language`` understands it."""
    from policies.denunciation.judge import judge
    from policies.emergency import emergency

    analysis = language.analyse(text)
    return Checked(text, judge(analysis), emergency(analysis))


def verdict_json(one: Checked) -> dict[str, Any]:
    """``{"decision", "text", "emergency", "findings", "rules", "spans"}``; ``text`` would leave."""
    findings = [
        {"rule": f.rule.value, "start": f.start, "end": f.end, "quote": one.text[f.start : f.end]}
        for f in one.verdict.findings
    ]
    return {
        "decision": one.verdict.decision.value,
        "text": one.verdict.text,
        "emergency": one.call.value if one.call else None,
        "findings": findings,
        "rules": list(dict.fromkeys(f["rule"] for f in findings)),
        "spans": [f["quote"] for f in findings],
    }
