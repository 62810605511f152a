"""An analysis, read by the networks: the part that each word plays, and the message's leaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from pc_matrix.language.roles.marks import Known, Marked, marked
from pc_matrix.language.roles.network import Answer, Array, Network
from pc_matrix.language.roles.weights import load_weights
from pc_matrix.language.roles.windows import says, sentences, windows
from policies.denunciation.analysis import Analysis, Leaning, Shares

SURE, OF_SOMEBODY = 0.95, 0.8
"""How surely a sentence by itself has to be a denunciation, and a word of it the accused's, for the
whole message to be one: what surrounds an accusation takes nothing from it."""


class Reader:
    """Reads analyses with several networks and takes their mean; made once, for every room."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)

    def read(self, analysis: Analysis, known: Known) -> Leaning | None:
        """The leaning of ``analysis``; ``None`` where there is no word to read, only signs."""
        words = marked(analysis, known)
        if not any(map(says, words)):
            return None
        spans = windows(words)
        read = [self._mean(words[first:last]) for first, last in spans]
        for first, last in self._drowned(words, read):
            alone = self._mean(words[first:last])
            if alone.kinds[2] >= SURE and alone.parts[:, 1].max() >= OF_SOMEBODY:
                spans.append((first, last))
                read.append(alone)
        relay, redact, denunciation = _worst([answer.kinds for answer in read])
        parts = np.zeros((len(words), 5), np.float32)
        against = np.full(len(words), -np.inf, np.float32)
        for (first, last), answer in zip(spans, read, strict=True):
            parts[first:last] = np.maximum(parts[first:last], answer.parts)
            against[first:last] = np.maximum(against[first:last], answer.against)
        shares = tuple(Shares(*row[1:]) for row in parts.tolist())
        return Leaning(relay, redact, denunciation, shares, tuple(against.tolist()))

    def _drowned(self, words: Sequence[Marked], read: Sequence[Answer]) -> list[tuple[int, int]]:
        """The sentences that have to be read by themselves: none where all is surely accused."""
        if max(float(answer.kinds[2]) for answer in read) >= SURE:
            return []
        return sentences(words)

    def _mean(self, words: Sequence[Marked]) -> Answer:
        answers = [network.read(words) for network in self._networks]
        return Answer(
            _mean([a.parts for a in answers]),
            _mean([a.kinds for a in answers]),
            _mean([a.against for a in answers]),
        )


def _mean(arrays: Sequence[Array]) -> Array:
    return np.asarray(np.mean(arrays, axis=0), np.float32)


def _worst(kinds: Sequence[Array]) -> tuple[float, float, float]:
    """A message is as bad as its worst part, and names somebody if any part of it does."""
    denunciation = max(float(k[2]) for k in kinds)
    named = max(float(k[1] / max(k[0] + k[1], 1e-9)) for k in kinds)
    return (1 - denunciation) * (1 - named), (1 - denunciation) * named, denunciation


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The networks that the package ships."""
    return Reader([Network(weights) for weights in load_weights()])
