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
_HALF = np.float32(0.5)
_KEPT = 4096
"""Words whose numbers are kept, a kilobyte each."""


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
        tells = weights["msg.weight"]
        self._tells = np.split(tells[..., 2] - tells[..., :2].mean(-1), 3, axis=-1)
        self._word = lru_cache(maxsize=_KEPT)(self._embedded_word)

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
        known, kinds = w.marks, w.mark_table.shape[1]
        marks = np.zeros(len(words) * kinds, np.float32)
        marks[
            [i * kinds + known[m] for i, word in enumerate(words) for m in word.marks if m in known]
        ] = 1
        x = np.matmul(marks.reshape(-1, kinds), w.mark_table)
        x += w["feat.bias"]
        for i, word in enumerate(words):
            x[:, i] += self._word(word.form, word.letters)
        return self._norm(x, "ln0.")

    def _embedded_word(self, form: str, letters: str) -> Array:
        """Networks × numbers: the word's own, and the mean of its letter groups."""
        own = self._w.embedded(form)
        if letters:
            table = self._w["char.weight"]
            found = groups(letters, table.shape[1])
            own += np.add.reduce(table[:, found], 1) / np.float32(len(found))
        return own

    def _neighbours(self, x: Array, at: Rows, name: str, norm: str) -> Array:
        """A gated convolution over each word and its two neighbours."""
        h = self._norm(x, norm)
        h[:, at.gaps] = 0
        count, n, d = x.shape
        three = np.zeros((count, n, 3 * d), np.float32)
        three[:, 1:, :d], three[:, :, d : 2 * d], three[:, :-1, 2 * d :] = h[:, :-1], h, h[:, 1:]
        y = _affine(three, self._w, name)
        # The same as kept / (1 + exp(-gate)), but nothing can overflow.
        gate: Array = np.tanh(y[..., d:] * _HALF)
        gate *= _HALF
        gate += _HALF
        gate *= y[..., :d]
        gate += x
        return gate

    def _attention(self, x: Array, at: Rows, name: str) -> Array:
        w, (count, n, d), heads = self._w, x.shape, self._w.heads
        h = self._norm(x, name + "norm1.")
        both = _affine(h, w, name + "self_attn.in_proj_")
        q, k, v = both.reshape(count, n, 3, heads, d // heads).transpose(2, 0, 3, 1, 4)
        alike = q @ k.transpose(0, 1, 3, 2)
        alike *= np.float32((d // heads) ** -0.5)
        if at.apart is not None:
            alike += at.apart
        mixed = (_softmax(alike) @ v).transpose(0, 2, 1, 3).reshape(count, n, d)
        x = x + _affine(mixed, w, name + "self_attn.out_proj.")
        h = _affine(self._norm(x, name + "norm2."), w, name + "linear1.")
        x += _affine(np.maximum(h, 0, out=h), w, name + "linear2.")
        return x

    def _norm(self, x: Array, name: str) -> Array:
        d = np.float32(self._w.width)
        centred: Array = np.subtract(x, np.add.reduce(x, -1, keepdims=True) / d)
        spread = np.sqrt(np.einsum("...i,...i->...", centred, centred) / d + np.float32(1e-5))
        centred /= spread[..., None]
        centred *= self._w[name + "weight"]
        centred += self._w[name + "bias"]
        return centred

    def _answer(self, x: Array) -> Answer:
        w = self._w
        parts = _softmax(_affine(x, w, "role."))
        shares = _softmax(_affine(x, w, "pool.")[..., 0])
        weighed = (shares[:, None] @ x)[:, 0]
        most = x.max(1)
        pooled = np.concatenate([most, weighed, x.mean(1)], -1)[:, None]
        kinds = _softmax(_affine(pooled, w, "msg.")[:, 0])
        return Answer(parts.mean(0), kinds.mean(0), self._against(x, shares, most).mean(0))

    def _against(self, x: Array, shares: Array, most: Array) -> Array:
        """The logit is a sum over words: a dimension's maximum belongs to the word that has it."""
        by_most, weighed, mean = self._tells
        against: Array = shares * (x @ weighed[..., None])[..., 0]
        against += (x @ mean[..., None])[..., 0] / np.float32(x.shape[1])
        np.add.at(against, (np.arange(len(x))[:, None], x.argmax(1)), most * by_most)
        return against


def groups(letters: str, size: int) -> list[int]:
    """The rows of a word's groups of three and four letters in a table of ``size`` rows."""
    text = f"^{letters}$"
    return [
        zlib.crc32(text[i : i + n].encode()) % size for n in GRAMS for i in range(len(text) - n + 1)
    ]


def _affine(x: Array, weights: Weights, name: str) -> Array:
    y: Array = np.matmul(x, weights[name + "weight"])
    y += weights[name + "bias"]
    return y


def _softmax(x: Array) -> Array:
    e: Array = np.exp(x - np.maximum.reduce(x, -1, keepdims=True))
    e /= np.add.reduce(e, -1, keepdims=True)
    return e
