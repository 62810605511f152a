"""A verdict's findings as the reasons that its référent is told, each with a few of his words."""

from __future__ import annotations

from bridges.judging import Judged
from bridges.wording.advice import MASKED, Reason
from policies.denunciation.quotes import quoted
from policies.denunciation.verdict import Decision, Finding, Rule

_PLACES = frozenset({Rule.ADDRESS, Rule.DWELLING})
_MOST, _QUOTED = 12, 40  # reasons, and characters of each


def reasons(judged: Judged) -> tuple[Reason, ...]:
    """The first reasons, each with some of its words: all of them might fit into no message.

    Where somebody is in danger nobody is told to leave the place out: help must find the door.
    """
    returned = judged.verdict.decision is Decision.RETURN
    findings = [
        f
        for f in judged.verdict.findings
        if not (returned and judged.call is not None and f.rule in _PLACES)
    ]
    return tuple(
        Reason(f.rule, _short(_words(judged, f, whole=returned))) for f in findings[:_MOST]
    )


def _words(judged: Judged, finding: Finding, *, whole: bool) -> str:
    """As the reader knows them (``le fils Martin``), or just the part that is masked."""
    if whole or finding.rule not in MASKED:
        return quoted(judged.analysis, finding)
    return judged.message.text[finding.start : finding.end]


def _short(words: str) -> str:
    """On one line, cut where it gets long."""
    line = " ".join(words.split())
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 1].rstrip()}…"
