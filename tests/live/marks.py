"""Words that stand nowhere else, by which a test knows its own messages."""

from __future__ import annotations

import secrets


def mark() -> str:
    """A word and a number: a made-up word may read as somebody's name, which the filter holds."""
    return f"repère {secrets.randbelow(10**9):09}"
