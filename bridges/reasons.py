"""A verdict's findings as the reasons that its référent is told, each with a few of his words."""

from __future__ import annotations

from bridges.judging import Judged
from bridges.wording.advice import Reason
from policies.denunciation.quotes import quoted

_MOST, _QUOTED = 12, 40  # reasons, and characters of each


def reasons(judged: Judged) -> tuple[Reason, ...]:
    """The first reasons, each with some of its words: all of them might fit into no message."""
    return tuple(
        Reason(finding.rule, _short(quoted(judged.analysis, finding)))
        for finding in judged.verdict.findings[:_MOST]
    )


def _short(words: str) -> str:
    """On one line, cut where it gets long."""
    line = " ".join(words.split())
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 1].rstrip()}…"
