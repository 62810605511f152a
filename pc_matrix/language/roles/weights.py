"""The trained weights as the package ships them: one file of numpy arrays, made by the training."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pc_matrix.errors import SettingsError

FILE = "roles.npz"
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

    def word(self, form: str) -> Array:
        """A word's embedding; an unknown word's is zero."""
        row = self.words.get(form)
        if row is None:
            return np.zeros(self.width, np.float32)
        return np.asarray(self.rows[row] * self.scales[row], np.float32)


def load_weights() -> tuple[Weights, ...]:
    """The weights of each network that the package ships; they share their words and marks.

    Raises ``SettingsError`` when the file is missing or damaged.
    """
    source = files("pc_matrix.language").joinpath("data", FILE)
    try:
        with source.open("rb") as raw:
            held = np.load(io.BytesIO(raw.read()), allow_pickle=False)
            return _networks({name: held[name] for name in held.files})
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise SettingsError(
            f"Le fichier {FILE} du filtre est absent ou abîmé.",
            "Sans lui, aucun message ne peut être jugé.",
            "Réinstallez pc-matrix.",
        ) from error


def _networks(held: Mapping[str, NDArray[np.generic]]) -> tuple[Weights, ...]:
    count, width, convolutions, attentions, heads = held["shape"].tolist()
    words = {w: i for i, w in enumerate(_lines(held["words"]))}
    marks = {m: i for i, m in enumerate(_lines(held["marks"]))}
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


def _lines(array: NDArray[np.generic]) -> list[str]:
    return array.tobytes().decode().split("\n")
