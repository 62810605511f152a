"""A verdict's findings as the reasons that its référent is told, each with a few of his words."""

from __future__ import annotations

from bridges.judging import Judged
from bridges.wording.advice import MASKED, Reason
from policies.denunciation.quotes import quoted
from policies.denunciation.verdict import Decision, Finding, Rule

PLACES = frozenset({Rule.ADDRESS, Rule.DWELLING})
"""The rules whose words say at which door; where somebody is in danger, help must find it."""

_AS_WRITTEN = MASKED | {Rule.LINK, Rule.TWO_FORMS, Rule.HIDDEN}
_MOST, _QUOTED = 12, 40  # reasons, and characters of each


def reasons(judged: Judged) -> tuple[Reason, ...]:
    """The first reasons, each with some of its words: all of them might fit into no message.

    Where somebody is in danger nobody is told to leave the place out. Links come last: however
    many there are, they push out nothing that is said of a person.
    """
    returned = judged.verdict.decision is Decision.RETURN
    findings = [
        f
        for f in judged.verdict.findings
        if not (returned and judged.call is not None and f.rule in PLACES)
    ]
    findings.sort(key=lambda finding: finding.rule is Rule.LINK)
    return tuple(
        Reason(f.rule, _short(_words(judged, f, whole=returned))) for f in findings[:_MOST]
    )


def _words(judged: Judged, finding: Finding, *, whole: bool) -> str:
    """As the reader knows them (``le fils Martin``), or just the part that is masked or a link."""
    if whole or finding.rule not in _AS_WRITTEN:
        return quoted(judged.analysis, finding)
    return judged.analysis.text[finding.start : finding.end]


def _short(words: str) -> str:
    """On one line, cut where it gets long."""
    line = " ".join(words.split())
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 1].rstrip()}…"
