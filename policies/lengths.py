"""How much somebody's words may weigh, so that what the bot says of them fits into one event.

A homeserver takes no event of more than 65,536 bytes (specification, "Size limits"). The words
stand in it twice, as text and as HTML; sealing makes four bytes of three.
"""

from __future__ import annotations

import json
from html import escape

_MOST = 30_000  # bytes; the rest is the bot's own words, names and reasons
_OF_A_LINE = 8  # bytes: a quotation's mark, and a break


def fits(words: str) -> bool:
    """Whether ``words`` can be said again in one message of the bot."""
    weights = (len(json.dumps(form, ensure_ascii=False).encode()) for form in _forms(words))
    return sum(weights) + _OF_A_LINE * len(words.splitlines()) <= _MOST


def _forms(words: str) -> tuple[str, str]:
    return words, escape(words)
