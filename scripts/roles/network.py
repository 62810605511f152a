"""The network in PyTorch, for training; its twin in ``pc_matrix.language.roles`` reads in numpy."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

WIDTH, HEADS, CONVOLUTIONS, ATTENTIONS = 128, 4, 2, 2
LETTER_GROUPS = 4096
DROPPED, WORDS_DROPPED = 0.3, 0.1


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages side by side: messages × words, but for ``groups`` (all groups in a row) and
    ``offsets`` (where each word's begin)."""

    words: Tensor
    seen: Tensor
    marks: Tensor
    groups: Tensor
    offsets: Tensor
    present: Tensor
    roles: Tensor
    labels: Tensor


class RolesNetwork(nn.Module):
    """Words → (messages × words × 5 roles, messages × 3 labels), as logits."""

    def __init__(self, marks: int, vectors: Tensor, seen: int) -> None:
        super().__init__()
        self.register_buffer("vec", vectors, persistent=False)
        self.proj = nn.Linear(vectors.shape[1], WIDTH, bias=False)
        self.delta = nn.Embedding(seen + 1, WIDTH, padding_idx=0)
        self.feat = nn.Linear(marks, WIDTH)
        self.char = nn.EmbeddingBag(
            LETTER_GROUPS + 1, WIDTH, padding_idx=LETTER_GROUPS, mode="mean"
        )
        nn.init.zeros_(self.delta.weight)
        nn.init.normal_(self.feat.weight, 0, 0.08)
        nn.init.normal_(self.char.weight, 0, 0.08)
        with torch.no_grad():
            self.char.weight[LETTER_GROUPS] = 0
        self.ln0, self.lno = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.convs = nn.ModuleList(
            [nn.Conv1d(WIDTH, 2 * WIDTH, 3, padding=1) for _ in range(CONVOLUTIONS)]
        )
        self.lnc = nn.ModuleList([nn.LayerNorm(WIDTH) for _ in range(CONVOLUTIONS)])
        self.att = nn.ModuleList([_attention() for _ in range(ATTENTIONS)])
        self.role, self.pool = nn.Linear(WIDTH, 5), nn.Linear(WIDTH, 1)
        self.msg = nn.Linear(3 * WIDTH, 3)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        x = self._embedded(batch)
        present = batch.present[..., None]
        for convolution, norm in zip(self.convs, self.lnc, strict=True):
            h = convolution((norm(x) * present).transpose(1, 2)).transpose(1, 2)
            kept, gate = h.chunk(2, -1)
            x = x + self.drop(kept * torch.sigmoid(gate))
        absent = batch.present < 0.5
        for attention in self.att:
            x = attention(x, src_key_padding_mask=absent)
        x = self.lno(x)
        shares = self.pool(x).squeeze(-1).masked_fill(absent, -1e4).softmax(-1)
        most = x.masked_fill(absent[..., None], -1e4).max(1).values
        mean = (x * present).sum(1) / batch.present.sum(1, keepdim=True)
        pooled = torch.cat([most, (x * shares[..., None]).sum(1), mean], -1)
        return self.role(self.drop(x)), self.msg(self.drop(pooled))

    def _embedded(self, batch: Batch) -> Tensor:
        vectors, seen, marks = self.vec[batch.words], batch.seen, batch.marks
        if self.training:
            kept = (torch.rand(seen.shape) > WORDS_DROPPED).float()
            vectors, seen = vectors * kept[..., None], seen * (kept > 0)
            marks = marks * (torch.rand(seen.shape) > WORDS_DROPPED).float()[..., None]
        x = self.proj(vectors) + self.delta(seen) + self.feat(marks)
        x = x + self.char(batch.groups, batch.offsets).view(*seen.shape, WIDTH)
        return self.drop(self.ln0(x)) * batch.present[..., None]


def _attention() -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(
        WIDTH,
        HEADS,
        2 * WIDTH,
        DROPPED * 0.7,
        activation="relu",
        batch_first=True,
        norm_first=True,
    )
