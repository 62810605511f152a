"""An analysis, read by the networks: the part that each word plays, and the message's leaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from pc_matrix.language.roles.marks import Known, marked
from pc_matrix.language.roles.network import Answer, Network
from pc_matrix.language.roles.rows import Span
from pc_matrix.language.roles.weights import Array, load_weights
from pc_matrix.language.roles.windows import says, sentences, windows
from policies.denunciation.analysis import Analysis, Leaning, Shares

SURE, OF_SOMEBODY = 0.95, 0.8
"""How surely a sentence by itself has to be a denunciation, and a word of it the accused's, for the
whole message to be one: what surrounds an accusation takes nothing from it."""


class Reader:
    """Reads analyses with the trained networks; made once, for every room."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def read(self, analysis: Analysis, known: Known) -> Leaning | None:
        """The leaning of ``analysis``; ``None`` where there is no word to read, only signs."""
        words = marked(analysis, known)
        if not any(map(says, words)):
            return None
        spans, alone = windows(words), sentences(words)
        answers = self._network.read(words, [*spans, *alone])
        read = list(zip(spans, answers, strict=False))
        if max(float(answer.kinds[2]) for _, answer in read) < SURE:
            by_sentence = zip(alone, answers[len(spans) :], strict=True)
            read += [(span, answer) for span, answer in by_sentence if _accuses(answer)]
        return _leaning(len(words), read)


def _accuses(sentence: Answer) -> bool:
    return bool(sentence.kinds[2] >= SURE and sentence.parts[:, 1].max() >= OF_SOMEBODY)


def _leaning(length: int, read: Sequence[tuple[Span, Answer]]) -> Leaning:
    """All answers as one: of every word, what is worst."""
    parts = np.zeros((length, 5), np.float32)
    against = np.full(length, -np.inf, np.float32)
    for (first, last), answer in read:
        parts[first:last] = np.maximum(parts[first:last], answer.parts)
        against[first:last] = np.maximum(against[first:last], answer.against)
    relay, redact, denunciation = _worst([answer.kinds for _, answer in read])
    shares = tuple(Shares(*row[1:]) for row in parts.tolist())
    return Leaning(relay, redact, denunciation, shares, tuple(against.tolist()))


def _worst(kinds: Sequence[Array]) -> tuple[float, float, float]:
    """A message is as bad as its worst part, and names somebody if any part of it does."""
    denunciation = max(float(k[2]) for k in kinds)
    named = max(float(k[1] / max(k[0] + k[1], 1e-9)) for k in kinds)
    return (1 - denunciation) * (1 - named), (1 - denunciation) * named, denunciation


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The networks that the package ships."""
    return Reader(Network(load_weights()))
