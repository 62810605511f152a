"""The words that a finding is shown by: *le fils Martin*, where the name alone was found."""

from __future__ import annotations

from policies.denunciation.analysis import Analysis
from policies.denunciation.verdict import Finding

_BELONGS = frozenset({"title", "kin", "nickslot", "neighbour", "job", "rank", "own", "def"})
_MOST = 3  # words before what was found


def quoted(analysis: Analysis, finding: Finding) -> str:
    """The finding's words, with the title, kinship and article that stand before them."""
    tokens = analysis.tokens
    at = next((i for i, t in enumerate(tokens) if t.end > finding.start), len(tokens))
    first = at
    while first > max(0, at - _MOST) and tokens[first - 1].tags & _BELONGS:
        first -= 1
    start = tokens[first].start if first < at else finding.start
    return analysis.text[_with_elided(analysis.text, start) : finding.end]


def _with_elided(text: str, start: int) -> int:
    """Back to the beginning of ``c'est``, ``l'apprenti``."""
    while start and (
        text[start - 1] in "'’"
        or (text[start - 1].isalpha() and start < len(text) and text[start] in "'’")
    ):
        start -= 1
    return start
