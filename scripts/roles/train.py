"""Train the network and write the weights that the package ships.

    scripts/train-roles [--out FILE] [--epochs N] [--seeds 1,2] [--processes 2]

Two networks from two seeds, whose mean is the answer: a little more right than either. About half
an hour on two cores that do nothing else. The same data, seeds and versions give the same weights.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from roles import corpus, examples
from roles.batches import SIZE, batch, encoded, vocabulary
from roles.exchange import mentions
from roles.export import write
from roles.learning import Training, labels
from roles.material import Material
from roles.network import RolesNetwork
from roles.vectors import vectors

DATA = Path(__file__).parents[2] / "pc_matrix" / "language" / "data" / "roles.npz"


def trained(material: Material, *, seed: int, epochs: int) -> RolesNetwork:
    """A network that has seen everything ``epochs`` times."""
    training, began = Training(material, seed, epochs), time.monotonic()
    for number in range(1, epochs + 1):
        loss = training.epoch()
        right = exact([training.average], material)
        passed = time.monotonic() - began
        sys.stdout.write(
            f"seed {seed} epoch {number} {passed:.0f} s loss {loss:.3f} exact {right:.4f}\n"
        )
        sys.stdout.flush()
    return training.average


def exact(networks: Sequence[RolesNetwork], material: Material) -> float:
    """The share of the validation messages whose label is the likeliest."""
    right, messages = 0, material.validation
    for start in range(0, len(messages), SIZE):
        b = batch(messages[start : start + SIZE], len(material.known.marks))
        right += int((labels(networks, b).argmax(-1) == b.labels).sum())
    return right / len(messages)


def main() -> None:
    options = _options()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # five times faster on the processors that this was made on
    material, words, rows = _material()
    sys.stdout.write(
        f"{len(material.told)} messages, {len(material.about_others)} about others, "
        f"{len(material.known.marks)} marks\n"
    )
    train = partial(trained, material, epochs=options.epochs)
    networks = _side_by_side(train, options.seeds, options.processes)
    sys.stdout.write(f"all of them exact {exact(networks, material):.4f}\n")
    write(options.out, networks, material.known, words, rows)


def _material() -> tuple[Material, list[str], NDArray[np.float32]]:
    written = corpus.read("train")
    told = examples.varied(written, mentions(written))
    words, rows = vectors()
    known = vocabulary(told, words)
    kept = examples.plainly(corpus.read("validation"))
    material = Material(
        [[encoded(e, known) for e in (t.written, *t.varied)] for t in told],
        [encoded(e, known) for t in told for e in t.exchanged],
        known,
        torch.cat([torch.zeros(1, rows.shape[1]), torch.from_numpy(rows)]),
        [encoded(t.written, known) for t in kept],
    )
    return material, words, rows


def _side_by_side(
    train: Callable[..., RolesNetwork], seeds: Sequence[int], processes: int
) -> list[RolesNetwork]:
    """One network a seed; what they are trained on is inherited by fork, not copied."""
    _inherited.append(train)
    with get_context("fork").Pool(processes) as pool:
        return pool.map(_with_seed, seeds, chunksize=1)


_inherited: list[Callable[..., RolesNetwork]] = []


def _with_seed(seed: int) -> RolesNetwork:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    return _inherited[-1](seed=seed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the filter's reader.")
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=lambda s: [int(n) for n in s.split(",")], default=[1, 2])
    parser.add_argument("--processes", type=int, default=2, help="networks trained side by side")
    return parser.parse_args()


if __name__ == "__main__":
    main()
