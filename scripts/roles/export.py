"""Trained networks → the one file of arrays that ``pc_matrix.language.roles.weights`` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pc_matrix.language.roles.weights import BETWEEN
from roles.batches import Vocabulary
from roles.network import ATTENTIONS, CONVOLUTIONS, HEADS, WIDTH, RolesNetwork

Array = NDArray[np.float32]
_EMBEDDINGS = ("proj.weight", "delta.weight", "feat.weight")


def write(
    path: Path,
    networks: Sequence[RolesNetwork],
    known: Vocabulary,
    with_vectors: Sequence[str],
    vectors: Array,
) -> None:
    """Write ``networks``; words' embeddings are folded into one table of bytes each."""
    words = [*with_vectors, *(w for w in known.seen if w not in known.vectors)]
    held: dict[str, Any] = {
        "shape": np.array([len(networks), WIDTH, CONVOLUTIONS, ATTENTIONS, HEADS], np.int32),
        "words": _listed(words),
        "marks": _listed(list(known.marks)),
    }
    for number, network in enumerate(networks):
        state = {n: t.detach().numpy().astype(np.float32) for n, t in network.state_dict().items()}
        rows, scales = _quantised(_table(state, words, known, vectors))
        held |= {f"{number}.rows": rows, f"{number}.scales": scales.astype(np.float16)}
        held[f"{number}.marked"] = state["feat.weight"].T.astype(np.float16)
        for name, array in state.items():
            if name not in _EMBEDDINGS:
                held[f"{number}.{name}"] = _laid_out(name, array).astype(np.float16)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **held)


def _table(
    state: dict[str, Array], words: Sequence[str], known: Vocabulary, vectors: Array
) -> Array:
    table = np.zeros((len(words), WIDTH), np.float32)
    table[: len(vectors)] = vectors @ state["proj.weight"].T
    for i, word in enumerate(words):
        if word in known.seen:
            table[i] += state["delta.weight"][known.seen[word]]
    return table


def _quantised(table: Array) -> tuple[NDArray[np.int8], Array]:
    scales = np.maximum(np.abs(table).max(-1), 1e-8) / 127
    return np.round(table / scales[:, None]).astype(np.int8), scales


def _laid_out(name: str, array: Array) -> Array:
    """Matrices for ``x @ matrix``; a convolution's three taps one below the other."""
    if name.startswith("convs.") and name.endswith("weight"):
        return np.vstack([array[:, :, tap].T for tap in range(array.shape[2])])
    if array.ndim == 2 and name != "char.weight":
        return array.T
    return array[:-1] if name == "char.weight" else array  # its last row is the padding


def _listed(words: Sequence[str]) -> NDArray[np.uint8]:
    if any(BETWEEN in word or not word for word in words):
        raise ValueError("a word or mark is empty or holds what stands between two of them")
    return np.frombuffer(BETWEEN.join(words).encode(), np.uint8)
