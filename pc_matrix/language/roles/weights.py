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
from pc_matrix.language.roles.sizes import Held, faults

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
    """Several networks side by side: the first dimension of every array is the network.

    Matrices have their name in the network and are laid out for ``x @ matrix``, a vector being a
    matrix of one row. Words are kept in bytes with a scale each (``rows``, ``scales``): a fifth of
    the memory.
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
        """The words' embeddings, networks × words × numbers; an unknown word's is zero."""
        rows = np.array([self.words.get(form, -1) for form in forms])
        scales = self.scales[:, rows] * (rows >= 0).astype(np.float32)[:, None]
        return np.asarray(self.rows[:, rows] * scales, np.float32)


def load_weights() -> Weights:
    """The weights of the networks that the package ships; they share their words and marks.

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


def networks(held: Held) -> Weights:
    """The networks whose arrays are ``held``; ``ValueError`` where one does not fit."""
    count, width, convolutions, attentions, heads = held["shape"].tolist()
    wrong = [name for n in range(count) for name in faults(held, f"{n}.")]
    if wrong or count < 1 or width % heads:
        raise ValueError(f"{len(wrong)} arrays do not fit")
    names = {n.removeprefix("0.") for n in held if n.startswith("0.")}
    side_by_side = {n: np.stack([held[f"{k}.{n}"] for k in range(count)]) for n in names}
    rows = side_by_side.pop("rows").astype(np.int8)
    floats = {n: _matrix(array) for n, array in side_by_side.items()}
    return Weights(
        words={w: i for i, w in enumerate(_listed(held["words"]))},
        rows=rows,
        scales=floats.pop("scales").swapaxes(1, 2),
        marks={m: i for i, m in enumerate(_listed(held["marks"]))},
        mark_table=floats.pop("marked"),
        matrices=floats,
        width=width,
        convolutions=convolutions,
        attentions=attentions,
        heads=heads,
    )


def _matrix(array: NDArray[np.generic]) -> Array:
    numbers = array.astype(np.float32)
    return numbers if numbers.ndim == 3 else numbers[:, None, :]


def _listed(array: NDArray[np.generic]) -> list[str]:
    return array.tobytes().decode().split(BETWEEN)
