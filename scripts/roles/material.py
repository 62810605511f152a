"""What a network learns from: the messages in all their variants, and those it is measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from torch import Tensor

from roles.batches import SIZE, Encoded, Vocabulary, together

AS_WRITTEN, TWO_AS_ONE, ABOUT_OTHERS = 0.25, 0.15, 0.7


@dataclass(frozen=True, slots=True)
class Material:
    """All that a network learns from, and what it is measured on after every epoch."""

    told: Sequence[Sequence[Encoded]]
    """A message's variants, as written first."""
    about_others: Sequence[Encoded]
    known: Vocabulary
    table: Tensor
    validation: Sequence[Encoded]

    def per_epoch(self) -> int:
        """How many batches there are in an epoch, or a few more."""
        return (len(self.told) + int(ABOUT_OTHERS * len(self.about_others))) // SIZE + 30

    def chosen(self, rng: Random) -> list[Encoded]:
        """Every message once, in one of its variants, in any order."""
        some = [self._one(i, rng) for i in rng.sample(range(len(self.told)), len(self.told))]
        some += rng.sample(self.about_others, int(ABOUT_OTHERS * len(self.about_others)))
        rng.shuffle(some)
        return some

    def _one(self, i: int, rng: Random) -> Encoded:
        one = self.told[i][0] if rng.random() < AS_WRITTEN else rng.choice(self.told[i])
        if rng.random() >= TWO_AS_ONE:
            return one
        other = rng.choice(rng.choice(self.told))
        return together(one, other) if rng.random() < 0.5 else together(other, one)
