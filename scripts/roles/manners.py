"""The same message with what people put around it: greetings, excuses, thanks, a closing word."""

from __future__ import annotations

from pathlib import Path
from random import Random

from roles.corpus import Span, Written

_LINES = Path(__file__).with_name("manners.tsv").read_text(encoding="utf-8").splitlines()
_WORDS = tuple(line.split("\t") for line in _LINES if not line.startswith("#"))
_BEFORE, _AFTER = (
    tuple(words for at, words in _WORDS if at == wanted) for wanted in ("before", "after")
)


def in_company(message: Written, rng: Random) -> Written:
    """``message`` after a greeting, before a closing word, or both; neither says anything."""
    drawn = rng.random()
    before = f"{rng.choice(_BEFORE)} " if drawn < 0.65 else ""
    after = f" {rng.choice(_AFTER)}" if drawn > 0.35 else ""
    own = message.text
    if before and not before.rstrip().endswith((".", "!", "⚠️")) and rng.random() < 0.6:
        own = own[:1].lower() + own[1:] if not own[:2].isupper() else own
    if after and own[-1:].isalnum() and rng.random() < 0.6:
        own += "."
    moved = tuple(Span(s.role, s.start + len(before), s.end + len(before)) for s in message.spans)
    said = before + own + after
    return Written(said, message.label, moved, message.phenomenon, message.writer)
