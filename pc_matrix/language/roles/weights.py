"""The trained weights as the package ships them: one file of numpy arrays, made by the training."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pc_matrix.errors import SettingsError
from pc_matrix.language.roles.sizes import faults

FILE = "roles.npz"
BETWEEN = " "
"""What stands between two words, or marks, of the file: a line's end is a word like another."""
_DAMAGED = (
    OSError, ValueError, KeyError, EOFError, AttributeError, NotImplementedError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy raises on a file that is none, is cut off, or has other bytes than it was given."""
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Matrices by their name in the network, already laid out for ``x @ matrix``.

    Words are kept in bytes with a scale each (``rows``, ``scales``): a fifth of the memory.
    """

    words: Mapping[str, int]
    rows: NDArray[np.int8]
    scales: Array
    marks: Mapping[str, int]
    mark_table: Array
    matrices: Mapping[str, Array]
    width: int
    convolutions: int
    attentions: int
    heads: int

    def __getitem__(self, name: str) -> Array:
        return self.matrices[name]

    def embedded(self, forms: Sequence[str]) -> Array:
        """The words' embeddings, a row each; an unknown word's is zero."""
        rows = np.array([self.words.get(form, -1) for form in forms])
        known = (rows >= 0).astype(np.float32)[:, None]
        return np.asarray(self.rows[rows] * self.scales[rows] * known, np.float32)


def load_weights() -> tuple[Weights, ...]:
    """The weights of each network that the package ships; they share their words and marks.

    Raises ``SettingsError`` when the file is missing or damaged.
    """
    source = files("pc_matrix.language").joinpath("data", FILE)
    try:
        with source.open("rb") as raw:
            held = np.load(io.BytesIO(raw.read()), allow_pickle=False)
            return networks({name: held[name] for name in held.files})
    except _DAMAGED as error:
        raise SettingsError(
            f"Le fichier {FILE} du filtre est absent ou abîmé.",
            "Sans lui, aucun message ne peut être jugé.",
            "Réinstallez pc-matrix.",
        ) from error


def networks(held: Mapping[str, NDArray[np.generic]]) -> tuple[Weights, ...]:
    """The networks whose arrays are ``held``; ``ValueError`` where one does not fit."""
    count, width, convolutions, attentions, heads = held["shape"].tolist()
    wrong = [name for n in range(count) for name in faults(held, f"{n}.")]
    if wrong or not count or width % heads:
        raise ValueError(f"{len(wrong)} arrays do not fit")
    words = {w: i for i, w in enumerate(_listed(held["words"]))}
    marks = {m: i for i, m in enumerate(_listed(held["marks"]))}
    return tuple(
        Weights(
            words=words,
            rows=held[f"{n}.rows"].astype(np.int8),
            scales=held[f"{n}.scales"].astype(np.float32)[:, None],
            marks=marks,
            mark_table=held[f"{n}.marked"].astype(np.float32),
            matrices=_matrices(held, f"{n}."),
            width=width,
            convolutions=convolutions,
            attentions=attentions,
            heads=heads,
        )
        for n in range(count)
    )


def _matrices(held: Mapping[str, NDArray[np.generic]], prefix: str) -> dict[str, Array]:
    named = (n for n in held if n.startswith(prefix))
    return {
        n.removeprefix(prefix): held[n].astype(np.float32)
        for n in named
        if held[n].dtype != np.int8
    }


def _listed(array: NDArray[np.generic]) -> list[str]:
    return array.tobytes().decode().split(BETWEEN)
