"""One network in training."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from roles.batches import batches
from roles.material import Material
from roles.network import Batch, RolesNetwork

RATE, DECAY, KEPT_MOST = 2e-3, 0.02, 0.998
ROLES_COUNT, SMOOTHING = 1.5, 0.03


class Training:
    """One network in training, and the running average of its weights, which is what is kept."""

    def __init__(self, material: Material, seed: int, epochs: int) -> None:
        torch.manual_seed(seed)
        self._material, self._rng = material, Random(seed)
        known = material.known
        self.network = RolesNetwork(len(known.marks), material.table, len(known.seen))
        self.average = copy.deepcopy(self.network).requires_grad_(False).eval()
        self._optimiser = torch.optim.AdamW(self.network.parameters(), lr=RATE, weight_decay=DECAY)
        self._rate = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, RATE, total_steps=material.per_epoch() * epochs, pct_start=0.15
        )
        self._step = 0

    def epoch(self) -> float:
        """Everything once; the mean loss."""
        self.network.train()
        chosen = self._material.chosen(self._rng)
        marks = len(self._material.known.marks)
        return float(np.mean([self._learn(b) for b in batches(chosen, marks, self._rng)]))

    def _learn(self, b: Batch) -> float:
        loss = self._loss(b)
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        if self._step < self._rate.total_steps - 1:
            self._rate.step()
        self._step += 1
        self._keep()
        return float(loss.detach())

    def _loss(self, b: Batch) -> Tensor:
        roles, labels = self.network(b)
        by_word = functional.cross_entropy(
            roles.reshape(-1, 5), b.roles.reshape(-1), ignore_index=-1
        )
        by_message = functional.cross_entropy(labels, b.labels, label_smoothing=SMOOTHING)
        return ROLES_COUNT * by_word + by_message

    def _keep(self) -> None:
        kept = min(KEPT_MOST, (1 + self._step) / (10 + self._step))
        pairs = zip(self.average.parameters(), self.network.parameters(), strict=True)
        for average, now in pairs:
            average.mul_(kept).add_(now.data, alpha=1 - kept)


@torch.no_grad()
def labels(networks: Sequence[RolesNetwork], b: Batch) -> Tensor:
    """What several networks say of a batch: the mean shares of the labels, messages × 3."""
    return torch.stack([network(b)[1].softmax(-1) for network in networks]).mean(0)
