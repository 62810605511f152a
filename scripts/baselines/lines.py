"""JSON lines in, JSON lines out: how every baseline is asked, and how it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """``decision`` is relay, redact or return; ``text`` is what would be relayed."""

    decision: str
    text: str = field(default="", repr=False)
    rules: tuple[str, ...] = ()


def answers(lines: Iterable[str], decide: Callable[[str], Answer]) -> Iterator[str]:
    """``{"id","decision","text","rules"}`` for each line ``{"id","text"}``."""
    for line in lines:
        asked = json.loads(line)
        found = decide(asked["text"])
        yield json.dumps(
            {
                "id": asked["id"],
                "decision": found.decision,
                "text": found.text,
                "rules": list(found.rules),
            },
            ensure_ascii=False,
        )


def serve(decide: Callable[[str], Answer]) -> None:
    """Answer standard input on standard output, in UTF-8 whatever the machine's locale is."""
    for line in answers((raw.decode("utf-8") for raw in sys.stdin.buffer), decide):
        sys.stdout.buffer.write(line.encode("utf-8") + b"\n")
    sys.stdout.buffer.flush()
