"""The networks' arithmetic: words in, the part that each plays and the message's kind out.

Embeddings of words, of letter groups and of marks are added up, pass two gated convolutions (the
neighbours of a word) and two layers of attention (the whole message), and are read twice: word by
word, and pooled. Plain numpy. For a message of fifteen words the calls cost more than the sums in
them, so that all networks, and all parts of a message, go through in one pass.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pc_matrix.language.roles.marks import Marked
from pc_matrix.language.roles.rows import Rows, Span, passes, rows
from pc_matrix.language.roles.weights import Array, Weights

GRAMS = (3, 4)


@dataclass(frozen=True, slots=True)
class Answer:
    """``parts``: words × (nothing, accused, third, thing, free); ``kinds``: (relay, redact,
    denunciation); ``against``: what each word adds to the denunciation's logit."""

    parts: Array
    kinds: Array
    against: Array


class Network:
    """Several trained networks, whose mean is the answer; pure once made, one serves every room.

    Arrays have the shape networks × rows × numbers.
    """

    def __init__(self, weights: Weights) -> None:
        self._w = weights
        self._letters = lru_cache(maxsize=8192)(self._letter_groups)

    def read(self, words: Sequence[Marked], parts: Sequence[Span]) -> list[Answer]:
        """The answer for each part ``first:last`` of ``words``, as if it stood alone."""
        embedded = self._embedded(words)
        return [
            answer for some in passes(parts) for answer in self._answers(embedded, rows(some), some)
        ]

    def _answers(self, embedded: Array, at: Rows, parts: Sequence[Span]) -> list[Answer]:
        x = embedded[:, at.words]
        for k in range(self._w.convolutions):
            x = self._neighbours(x, at, f"convs.{k}.", f"lnc.{k}.")
        for k in range(self._w.attentions):
            x = self._attention(x, at, f"att.{k}.")
        x = self._norm(x, "lno.")
        return [
            self._answer(x[:, first : first + b - a])
            for first, (a, b) in zip(at.first, parts, strict=True)
        ]

    def _embedded(self, words: Sequence[Marked]) -> Array:
        w = self._w
        at = [(i, w.marks[m]) for i, word in enumerate(words) for m in word.marks if m in w.marks]
        marks = np.zeros((len(words), w.mark_table.shape[1]), np.float32)
        if at:
            marks[tuple(zip(*at, strict=True))] = 1
        x = w.embedded([word.form for word in words]) + marks @ w.mark_table + w["feat.bias"]
        for i, word in enumerate(words):
            if word.letters:
                x[:, i] += self._letters(word.letters)
        return self._norm(x, "ln0.")

    def _letter_groups(self, letters: str) -> Array:
        table = self._w["char.weight"]
        return np.asarray(table[:, groups(letters, table.shape[1])].mean(1), np.float32)

    def _neighbours(self, x: Array, at: Rows, name: str, norm: str) -> Array:
        """A gated convolution over each word and its two neighbours."""
        h = self._norm(x, norm)
        h[:, at.gaps] = 0
        count, n, d = x.shape
        three = np.zeros((count, n, 3 * d), np.float32)
        three[:, 1:, :d], three[:, :, d : 2 * d], three[:, :-1, 2 * d :] = h[:, :-1], h, h[:, 1:]
        y = three @ self._w[name + "weight"] + self._w[name + "bias"]
        # The same as kept / (1 + exp(-gate)), but nothing can overflow.
        gate = np.tanh(y[..., d:] * np.float32(0.5))
        return np.asarray(x + y[..., :d] * (gate * np.float32(0.5) + np.float32(0.5)), np.float32)

    def _attention(self, x: Array, at: Rows, name: str) -> Array:
        w, (count, n, d), heads = self._w, x.shape, self._w.heads
        h = self._norm(x, name + "norm1.")
        both = h @ w[name + "self_attn.in_proj_weight"] + w[name + "self_attn.in_proj_bias"]
        q, k, v = both.reshape(count, n, 3, heads, d // heads).transpose(2, 0, 3, 1, 4)
        alike = q @ k.transpose(0, 1, 3, 2) * np.float32((d // heads) ** -0.5)
        if at.apart is not None:
            alike += at.apart
        mixed = (_softmax(alike) @ v).transpose(0, 2, 1, 3).reshape(count, n, d)
        x = x + (
            mixed @ w[name + "self_attn.out_proj.weight"] + w[name + "self_attn.out_proj.bias"]
        )
        h = self._norm(x, name + "norm2.")
        h = np.maximum(h @ w[name + "linear1.weight"] + w[name + "linear1.bias"], 0)
        return np.asarray(
            x + (h @ w[name + "linear2.weight"] + w[name + "linear2.bias"]), np.float32
        )

    def _norm(self, x: Array, name: str) -> Array:
        d = np.float32(self._w.width)
        centred = x - np.add.reduce(x, -1, keepdims=True) / d
        spread = np.sqrt(np.einsum("...i,...i->...", centred, centred) / d + np.float32(1e-5))
        scaled = centred / spread[..., None] * self._w[name + "weight"] + self._w[name + "bias"]
        return np.asarray(scaled, np.float32)

    def _answer(self, x: Array) -> Answer:
        w = self._w
        parts = _softmax(x @ w["role.weight"] + w["role.bias"])
        shares = _softmax((x @ w["pool.weight"] + w["pool.bias"])[..., 0])
        weighed = (shares[:, None] @ x)[:, 0]
        pooled = np.concatenate([x.max(1), weighed, x.mean(1)], -1)[:, None]
        kinds = _softmax((pooled @ w["msg.weight"] + w["msg.bias"])[:, 0])
        return Answer(parts.mean(0), kinds.mean(0), self._against(x, shares).mean(0))

    def _against(self, x: Array, shares: Array) -> Array:
        """The logit is a sum over words: a dimension's maximum belongs to the word that has it."""
        weight, d = self._w["msg.weight"], self._w.width
        per = weight[..., 2] - weight[..., :2].mean(-1)
        most, weighed, mean = (per[:, k * d : (k + 1) * d, None] for k in range(3))
        against = shares * (x @ weighed)[..., 0] + (x @ mean)[..., 0] / np.float32(x.shape[1])
        for network, found in enumerate(x):
            np.add.at(against[network], found.argmax(0), found.max(0) * most[network, :, 0])
        return np.asarray(against, np.float32)


def groups(letters: str, size: int) -> list[int]:
    """The rows of a word's groups of three and four letters in a table of ``size`` rows."""
    text = f"^{letters}$"
    return [
        zlib.crc32(text[i : i + n].encode()) % size for n in GRAMS for i in range(len(text) - n + 1)
    ]


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True), np.float32)
