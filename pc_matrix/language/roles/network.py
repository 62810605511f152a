"""The network's arithmetic: words in, the part that each plays and the message's kind out.

Embeddings of words, of letter groups and of marks are added up, pass two gated convolutions (the
neighbours of a word) and two layers of attention (the whole message), and are read twice: word by
word, and pooled. Plain numpy; a message takes about a millisecond on one core.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pc_matrix.language.roles.marks import Marked
from pc_matrix.language.roles.weights import Weights

Array = NDArray[np.float32]
GRAMS = (3, 4)


@dataclass(frozen=True, slots=True)
class Answer:
    """``parts``: words × (nothing, accused, third, thing, free); ``kinds``: (relay, redact,
    denunciation); ``against``: what each word adds to the denunciation's logit."""

    parts: Array
    kinds: Array
    against: Array


class Network:
    """Pure once made; one object serves every room."""

    def __init__(self, weights: Weights) -> None:
        self._w = weights
        self._letters = lru_cache(maxsize=8192)(self._letter_groups)

    def read(self, words: Sequence[Marked]) -> Answer:
        """The answer for a message of one word or more."""
        x = self._embedded(words)
        for k in range(self._w.convolutions):
            x = self._neighbours(x, f"convs.{k}.", f"lnc.{k}.")
        for k in range(self._w.attentions):
            x = self._attention(x, f"att.{k}.")
        x = self._norm(x, "lno.")
        return self._answer(x)

    def _embedded(self, words: Sequence[Marked]) -> Array:
        w = self._w
        at = [(i, w.marks[m]) for i, word in enumerate(words) for m in word.marks if m in w.marks]
        marks = np.zeros((len(words), w.mark_table.shape[0]), np.float32)
        if at:
            marks[tuple(zip(*at, strict=True))] = 1
        x = w.embedded([word.form for word in words]) + marks @ w.mark_table + w["feat.bias"]
        for i, word in enumerate(words):
            if word.letters:
                x[i] += self._letters(word.letters)
        return self._norm(x, "ln0.")

    def _letter_groups(self, letters: str) -> Array:
        table = self._w["char.weight"]
        return np.asarray(table[groups(letters, len(table))].mean(0), np.float32)

    def _neighbours(self, x: Array, name: str, norm: str) -> Array:
        """A gated convolution over each word and its two neighbours."""
        h = self._norm(x, norm)
        padded = np.zeros((len(x) + 2, x.shape[1]), np.float32)
        padded[1:-1] = h
        y = np.hstack([padded[:-2], padded[1:-1], padded[2:]]) @ self._w[name + "weight"]
        y += self._w[name + "bias"]
        kept, gate = y[:, : self._w.width], y[:, self._w.width :]
        # The same as kept / (1 + exp(-gate)), but nothing can overflow.
        return np.asarray(x + kept * (0.5 + 0.5 * np.tanh(gate / 2)), np.float32)

    def _attention(self, x: Array, name: str) -> Array:
        w, n, heads = self._w, len(x), self._w.heads
        size = w.width // heads
        h = self._norm(x, name + "norm1.")
        both = h @ w[name + "self_attn.in_proj_weight"] + w[name + "self_attn.in_proj_bias"]
        q, k, v = both.reshape(n, 3, heads, size).transpose(1, 2, 0, 3)
        weights = _softmax(np.asarray(q @ k.transpose(0, 2, 1) / size**0.5, np.float32))
        mixed = (weights @ v).transpose(1, 0, 2).reshape(n, w.width)
        y = x + mixed @ w[name + "self_attn.out_proj.weight"] + w[name + "self_attn.out_proj.bias"]
        x = np.asarray(y, np.float32)
        h = self._norm(x, name + "norm2.")
        h = np.maximum(h @ w[name + "linear1.weight"] + w[name + "linear1.bias"], 0)
        return np.asarray(x + h @ w[name + "linear2.weight"] + w[name + "linear2.bias"], np.float32)

    def _norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-5)
        scaled = centred / spread * self._w[name + "weight"] + self._w[name + "bias"]
        return np.asarray(scaled, np.float32)

    def _answer(self, x: Array) -> Answer:
        w, d = self._w, self._w.width
        parts = _softmax(x @ w["role.weight"] + w["role.bias"])
        shares = _softmax((x @ w["pool.weight"])[:, 0] + w["pool.bias"])
        pooled = np.concatenate([x.max(0), shares @ x, x.mean(0)])
        kinds = _softmax(pooled @ w["msg.weight"] + w["msg.bias"])
        # The logit is a sum over words: each dimension's maximum belongs to the word that has it.
        per = w["msg.weight"][:, 2] - w["msg.weight"][:, :2].mean(1)
        against = shares * (x @ per[d : 2 * d]) + x @ per[2 * d :] / np.float32(len(x))
        np.add.at(against, x.argmax(0), x.max(0) * per[:d])
        return Answer(parts, kinds, np.asarray(against, np.float32))


def groups(letters: str, size: int) -> list[int]:
    """The rows of a word's groups of three and four letters in a table of ``size`` rows."""
    text = f"^{letters}$"
    return [
        zlib.crc32(text[i : i + n].encode()) % size for n in GRAMS for i in range(len(text) - n + 1)
    ]


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True), np.float32)
