"""Cuts a text where a reader would: into sentences, and a sentence into its clauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.denunciation.analysis import Analysis, Token
from policies.denunciation.reading import ends_sentence
from policies.denunciation.verdict import Finding
from policies.denunciation.wordlist import words

_ENDS = frozenset(".!?;\n")
_BREAKS = frozenset(",:(-")
_BREAKING = words("mais car parce puisque sauf")


@dataclass(frozen=True, slots=True)
class Fragment:
    """The tokens ``first:last`` (``last`` excluded), punctuation at the end included."""

    first: int
    last: int

    def touches(self, analysis: Analysis, finding: Finding) -> bool:
        """Whether some of the finding's words stand in it."""
        start, end = span(analysis, self)
        return finding.start < end and start < finding.end


def span(analysis: Analysis, fragment: Fragment) -> tuple[int, int]:
    """Where the fragment's characters stand in the text."""
    tokens = analysis.tokens
    return tokens[fragment.first].start, tokens[fragment.last - 1].end


def sentences(analysis: Analysis) -> Iterator[Fragment]:
    """The sentences in order; ``...`` and ``!!`` close one sentence, not three."""
    tokens, first = analysis.tokens, 0
    for i in range(len(tokens)):
        is_last = i + 1 == len(tokens)
        if is_last or (_closes(tokens, i) and not _closes(tokens, i + 1)):
            yield Fragment(first, i + 1)
            first = i + 1


def _closes(tokens: Sequence[Token], i: int) -> bool:
    """Whether a sentence may end at ``i``; a second dot always goes with the first."""
    return ends_sentence(tokens, i) or (
        tokens[i].form in _ENDS and i > 0 and tokens[i - 1].form in _ENDS
    )


def openings(analysis: Analysis, sentence: Fragment) -> Iterator[Fragment]:
    """What the sentence says before each of its breaks, the longest first."""
    tokens = analysis.tokens
    for i in range(sentence.last - 1, sentence.first, -1):
        if tokens[i].form in _BREAKS or tokens[i].form in _BREAKING:
            yield Fragment(sentence.first, i)
