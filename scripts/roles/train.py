"""Train the network and write the weights that the package ships.

    scripts/train-roles [--out FILE] [--epochs N] [--seeds 1,2] [--processes 2]

About forty minutes on two cores. The same data, seeds and versions give the same weights.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from roles import corpus, examples
from roles.batches import (
    Encoded,
    Vocabulary,
    batch,
    batches,
    encoded,
    set_marks,
    together,
    vocabulary,
)
from roles.exchange import mentions
from roles.export import write
from roles.network import Batch, RolesNetwork
from roles.vectors import vectors

RATE, DECAY, KEPT_MOST = 2e-3, 0.02, 0.998
ROLES_COUNT, SMOOTHING = 1.5, 0.03
AS_WRITTEN, TWO_AS_ONE, ABOUT_OTHERS = 0.25, 0.15, 0.7
DATA = Path(__file__).parents[2] / "pc_matrix" / "language" / "data" / "roles.npz"


class Training:
    """One network in training, and the running average of its weights, which is what is kept."""

    def __init__(self, known: Vocabulary, table: Tensor, seed: int, steps: int) -> None:
        torch.manual_seed(seed)
        self.rng = Random(seed)
        self.network = RolesNetwork(len(known.marks), table, len(known.seen))
        self.average = copy.deepcopy(self.network).requires_grad_(False).eval()
        self._optimiser = torch.optim.AdamW(self.network.parameters(), lr=RATE, weight_decay=DECAY)
        self._rate = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, RATE, total_steps=steps, pct_start=0.15
        )
        self._step = 0

    def epoch(self, told: Sequence[list[Encoded]], about_others: Sequence[Encoded]) -> float:
        """Every message once, in one of its variants; the mean loss."""
        self.network.train()
        chosen = [self._chosen(told, i) for i in self.rng.sample(range(len(told)), len(told))]
        chosen += self.rng.sample(about_others, int(ABOUT_OTHERS * len(about_others)))
        self.rng.shuffle(chosen)
        losses = [self._learn(b) for b in batches(chosen, self.rng)]
        return float(np.mean(losses))

    def _chosen(self, told: Sequence[list[Encoded]], i: int) -> Encoded:
        rng = self.rng
        one = told[i][0] if rng.random() < AS_WRITTEN else rng.choice(told[i])
        if rng.random() >= TWO_AS_ONE:
            return one
        other = rng.choice(rng.choice(told))
        return together(one, other) if rng.random() < 0.5 else together(other, one)

    def _learn(self, b: Batch) -> float:
        roles, labels = self.network(b)
        by_word = functional.cross_entropy(
            roles.reshape(-1, 5), b.roles.reshape(-1), ignore_index=-1
        )
        by_message = functional.cross_entropy(labels, b.labels, label_smoothing=SMOOTHING)
        loss = ROLES_COUNT * by_word + by_message
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        if self._step < self._rate.total_steps - 1:
            self._rate.step()
        self._step += 1
        self._keep()
        return float(loss.detach())

    def _keep(self) -> None:
        kept = min(KEPT_MOST, (1 + self._step) / (10 + self._step))
        pairs = zip(self.average.parameters(), self.network.parameters(), strict=True)
        for average, now in pairs:
            average.mul_(kept).add_(now.data, alpha=1 - kept)


def trained(
    told: Sequence[list[Encoded]],
    about_others: Sequence[Encoded],
    known: Vocabulary,
    table: Tensor,
    *,
    seed: int,
    epochs: int,
    validation: Sequence[Encoded],
) -> RolesNetwork:
    """A network that has seen everything ``epochs`` times."""
    per_epoch = (len(told) + int(ABOUT_OTHERS * len(about_others))) // 64 + 30
    training, began = Training(known, table, seed, per_epoch * epochs), time.monotonic()
    for number in range(1, epochs + 1):
        loss = training.epoch(told, about_others)
        right = f"{exact(training.average, validation):.4f}" if validation else "-"
        passed = time.monotonic() - began
        sys.stdout.write(
            f"seed {seed} epoch {number} {passed:.0f} s loss {loss:.3f} exact {right}\n"
        )
        sys.stdout.flush()
    return training.average


@torch.no_grad()
def exact(network: RolesNetwork, messages: Sequence[Encoded]) -> float:
    """The share of ``messages`` whose label is the likeliest."""
    right = 0
    for start in range(0, len(messages), 64):
        b = batch(messages[start : start + 64])
        right += int((network(b)[1].argmax(-1) == b.labels).sum())
    return right / len(messages)


def main() -> None:
    options = _options()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # five times faster on the processors that this was made on
    written = corpus.read("train")
    told = examples.varied(written, mentions(written))
    words, rows = vectors()
    known = vocabulary(told, words)
    set_marks(len(known.marks))
    table = torch.cat([torch.zeros(1, rows.shape[1]), torch.from_numpy(rows)])
    variants = [[encoded(e, known) for e in (t.written, *t.varied)] for t in told]
    about_others = [encoded(e, known) for t in told for e in t.exchanged]
    kept = examples.plainly(corpus.read("validation"))
    validation = [encoded(t.written, known) for t in kept]
    sys.stdout.write(
        f"{len(told)} messages, {len(about_others)} about others, {len(known.marks)} marks\n"
    )
    train = partial(
        trained, variants, about_others, known, table, epochs=options.epochs, validation=validation
    )
    networks = _side_by_side(train, options.seeds, options.processes)
    write(options.out, networks, known, words, rows)


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
