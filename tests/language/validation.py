"""The written messages that rules and thresholds were tuned by: the corpus's part ``validation``.

Never its part ``test``: that one is kept for the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from policies.denunciation.verdict import Decision
from tests.language.corpus import FOLDER

CORPUS = FOLDER / "corpus"
_DECISIONS = {"RELAY": Decision.RELAY, "REDACT": Decision.REDACT, "RETURN": Decision.RETURN}


@dataclass(frozen=True, slots=True)
class Message:
    """``spans``: role (see the corpus's README), and characters ``start:end``."""

    id: str
    label: Decision
    text: str
    spans: tuple[tuple[str, int, int], ...]


def validation() -> tuple[Message, ...]:
    """Every message of the writers of that part, in a fixed order."""
    lines = (CORPUS / "parts.tsv").read_text(encoding="utf-8").splitlines()
    parts = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple(m for writer in sorted(parts) if parts[writer] == "validation"
                 for m in _written_by(writer))  # fmt: skip


def _written_by(writer: str) -> Iterator[Message]:
    file = CORPUS / f"writer_{writer}.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = tuple((role, start, end) for role, start, end in row["spans"])
        yield Message(row["id"], _DECISIONS[row["label"]], row["text"], spans)
