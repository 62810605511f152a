"""Examples as numbers, and numbers in batches of about the same length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray

from pc_matrix.language.roles.network import groups
from roles.corpus import LABELS, ROLES
from roles.examples import Example, Told
from roles.network import LETTER_GROUPS, Batch

SIZE = 64
_SEEN, _MARKED = 12, 10
"""How often a word, or a mark, has to stand in the training to get weights of its own."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Rows of words that have a vector, of words seen in training, and of marks; 0 is unknown."""

    vectors: Mapping[str, int]
    seen: Mapping[str, int]
    marks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Encoded:
    words: NDArray[np.int64]
    seen: NDArray[np.int64]
    marks: NDArray[np.int64]
    """Pairs (word, mark)."""
    groups: tuple[tuple[int, ...], ...]
    roles: NDArray[np.int64]
    label: int

    def __len__(self) -> int:
        return len(self.words)


def vocabulary(told: Sequence[Told], with_vectors: Sequence[str]) -> Vocabulary:
    """The vocabulary of a training part."""
    words = Counter(w.form for t in told for e in (t.written, *t.varied) for w in e.words)
    marks = Counter(
        m for t in told for e in (t.written, *t.varied[:2]) for w in e.words for m in w.marks
    )
    seen = sorted(w for w, count in words.items() if count >= _SEEN)
    marked = sorted(m for m, count in marks.items() if count >= _MARKED)
    return Vocabulary(
        {w: i for i, w in enumerate(with_vectors, 1)},
        {w: i for i, w in enumerate(seen, 1)},
        {m: i for i, m in enumerate(marked)},
    )


def encoded(example: Example, known: Vocabulary) -> Encoded:
    pairs = [
        (i, known.marks[m])
        for i, word in enumerate(example.words)
        for m in sorted(word.marks)
        if m in known.marks
    ]
    return Encoded(
        np.array([known.vectors.get(w.form, 0) for w in example.words], dtype=np.int64),
        np.array([known.seen.get(w.form, 0) for w in example.words], dtype=np.int64),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        tuple(_groups(w.letters) for w in example.words),
        np.array([ROLES.index(r) for r in example.roles], dtype=np.int64),
        LABELS.index(example.label),
    )


@cache
def _groups(letters: str) -> tuple[int, ...]:
    return tuple(groups(letters, LETTER_GROUPS)) if letters else ()


def together(one: Encoded, other: Encoded) -> Encoded:
    """Two messages as one: a denunciation in either makes one of both."""
    return Encoded(
        np.concatenate([one.words, other.words]),
        np.concatenate([one.seen, other.seen]),
        np.concatenate([one.marks, other.marks + np.array([len(one), 0])]),
        one.groups + other.groups,
        np.concatenate([one.roles, other.roles]),
        max(one.label, other.label),
    )


def batches(examples: Sequence[Encoded], marks: int, rng: Random) -> Iterator[Batch]:
    """All of ``examples``, those of about the same length together, in any order."""
    made = []
    for start in range(0, len(examples), SIZE * 20):
        chunk = sorted(examples[start : start + SIZE * 20], key=len)
        made += [chunk[i : i + SIZE] for i in range(0, len(chunk), SIZE)]
    rng.shuffle(made)
    return (batch(some, marks) for some in made)


def batch(examples: Sequence[Encoded], marks: int) -> Batch:
    """Messages side by side, padded to the longest; ``marks`` is how many marks are known."""
    shape = (len(examples), max(1, *map(len, examples)))
    words, seen = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    present, roles = np.zeros(shape, np.float32), np.full(shape, -1, np.int64)
    table = np.zeros((*shape, marks), np.float32)
    letters: list[int] = []
    offsets = np.zeros(shape, np.int64)
    for b, example in enumerate(examples):
        n = len(example)
        words[b, :n], seen[b, :n], roles[b, :n] = example.words, example.seen, example.roles
        present[b, : max(1, n)] = 1
        table[b, example.marks[:, 0], example.marks[:, 1]] = 1
        for i in range(shape[1]):
            offsets[b, i] = len(letters)
            letters += example.groups[i] if i < n else ()
    return Batch(
        words=torch.from_numpy(words),
        seen=torch.from_numpy(seen),
        marks=torch.from_numpy(table),
        groups=torch.tensor(letters, dtype=torch.long),
        offsets=torch.from_numpy(offsets.reshape(-1)),
        present=torch.from_numpy(present),
        roles=torch.from_numpy(roles),
        labels=torch.tensor([e.label for e in examples]),
    )
