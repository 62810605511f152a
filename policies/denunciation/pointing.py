"""Which words the reader's judgement rests on: who is accused, and what is said of him."""

from __future__ import annotations

from collections.abc import Callable

from policies.denunciation.analysis import Analysis, EntityKind, Leaning, Token
from policies.denunciation.verdict import Finding, Rule

ACCUSED = 0.35
"""Words that belong to an accused person with this likelihood are shown as such."""


def accused_words(analysis: Analysis, leaning: Leaning) -> list[Finding]:
    """Who is accused: the mentions that the rules know by their kind, other words as such.

    Where no word is likely enough, the likeliest is named, so that no judgement stays unexplained.
    """
    shares = [
        s.accused if _says(token) else 0.0
        for s, token in zip(leaning.words, analysis.tokens, strict=True)
    ]
    least = min(ACCUSED, max(shares))
    findings, taken = [], set[int]()
    for entity in analysis.entities:
        words = range(entity.first, entity.last)
        if entity.kind is not EntityKind.UNKNOWN and max(shares[i] for i in words) >= least:
            findings.append(Finding(Rule(entity.kind.value), entity.start, entity.end))
            taken |= set(words)
    rest = _runs(analysis, lambda i: i not in taken and shares[i] >= least)
    return findings + [Finding(Rule.DESIGNATED, start, end) for start, end in rest]


def reproach(analysis: Analysis, leaning: Leaning) -> list[Finding]:
    """The words, other than the mention of the accused, that speak most for a denunciation."""
    shares = leaning.words
    spoken = {
        i
        for i, token in enumerate(analysis.tokens)
        if token.form[:1].isalpha() and shares[i].accused < ACCUSED and leaning.against[i] > 0
    }
    most = max((leaning.against[i] for i in spoken), default=0.0)
    if not spoken:
        return []
    best = max(spoken, key=lambda i: leaning.against[i])
    near = _runs(analysis, lambda i: i in spoken and leaning.against[i] >= most / 3)
    at = analysis.tokens[best]
    return [Finding(Rule.REPROACH, a, b) for a, b in near if a <= at.start and at.end <= b]


def _runs(analysis: Analysis, belongs: Callable[[int], bool]) -> list[tuple[int, int]]:
    """The characters of each run of neighbouring words that belong."""
    runs: list[tuple[int, int]] = []
    before = False
    for i, token in enumerate(analysis.tokens):
        now = belongs(i) and _says(token)
        if now and before:
            runs[-1] = (runs[-1][0], token.end)
        elif now:
            runs.append((token.start, token.end))
        before = now
    return runs


def _says(token: Token) -> bool:
    return token.form[:1].isalnum()
