"""Short lists of words that stand in the rules themselves."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of ``text``, which white space separates."""
    return frozenset(text.split())
