"""The trained weights as the package ships them: one file of numpy arrays, made by the training."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import count as numbers
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pc_matrix.errors import SettingsError
from pc_matrix.language.gazetteer import SEPARATOR, Gazetteer
from pc_matrix.language.roles.sizes import Held, Size, fitting, sizes

FILE = "roles.npz"
BETWEEN = " "
"""What stands between two words, or marks, of the file: a line's end is a word like another."""
_DAMAGED = (
    OSError, ValueError, KeyError, IndexError, EOFError, NotImplementedError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy raises on a file that is none, is cut off, or has other bytes than it was given."""
Array = NDArray[np.float32]
Number = TypeVar("Number", bound=np.generic)
_END = "\0"


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

    def embedded(self, form: str) -> Array:
        """The word's embedding, networks × numbers; an unknown word's is zero."""
        row = self.words.get(form)
        if row is None:
            return np.zeros((len(self.rows), self.width), np.float32)
        return np.asarray(self.rows[:, row] * self.scales[:, row], np.float32)


def load_weights() -> Weights:
    """The weights of the networks that the package ships; they share their words and marks.

    Raises ``SettingsError`` when the file is missing or damaged.
    """
    source = files("pc_matrix.language").joinpath("data", FILE)
    try:
        with source.open("rb") as raw:
            return networks(np.load(raw, allow_pickle=False))
    except _DAMAGED as error:
        raise SettingsError(
            f"Le fichier {FILE} du filtre est absent ou abîmé.",
            "Sans lui, aucun message ne peut être jugé.",
            "Réinstallez pc-matrix.",
        ) from error


def networks(held: Held) -> Weights:
    """The networks whose arrays are ``held``; ``ValueError`` where one does not fit.

    Each array is taken once, and put where it stays: the file is never in memory as a whole.
    """
    count, width, convolutions, attentions, heads = held["shape"].tolist()
    if count < 1 or width % heads:
        raise ValueError("no network, or a width that the heads do not share out")
    words, marks = _listed(held["words"]), _listed(held["marks"])
    wanted = sizes(width, convolutions, attentions, words=len(words), marks=len(marks))
    rows = _side_by_side(held, count, "rows", wanted.pop("rows"), np.int8)
    floats = {n: _side_by_side(held, count, n, wanted[n], np.float32) for n in wanted}
    return Weights(
        words=_numbered(words),
        rows=rows,
        scales=floats.pop("scales").swapaxes(1, 2),
        marks={m: i for i, m in enumerate(marks)},
        mark_table=floats.pop("marked"),
        matrices=floats,
        width=width,
        convolutions=convolutions,
        attentions=attentions,
        heads=heads,
    )


def _side_by_side(
    held: Held, count: int, name: str, size: Size, kept: type[Number]
) -> NDArray[Number]:
    """One array of every network, row by row: in another order a product takes four times as
    long."""
    one = fitting(held, f"0.{name}", size)
    every = np.empty((count, *one.shape), kept)
    every[0] = one
    for n in range(1, count):
        every[n] = fitting(held, f"{n}.{name}", one.shape)
    return every if every.ndim == 3 else every[:, None, :]


def _numbered(words: Sequence[str]) -> Gazetteer[int]:
    """Each word's row; one may be a line's end, so that something else ends their lines."""
    lines = (
        f"{word}{SEPARATOR}{i}{_END}" for word, i in sorted(zip(words, numbers(), strict=False))
    )
    return Gazetteer("".join(lines).encode(), lambda _, row: int(row), end=_END)


def _listed(array: NDArray[np.generic]) -> list[str]:
    return array.tobytes().decode().split(BETWEEN)
