"""The written messages of ``tests/cases/filter/corpus``, by their part: train, validation, test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "tests" / "cases" / "filter" / "corpus"
PARTS = FOLDER / "parts.tsv"
LABELS = ("RELAY", "REDACT", "RETURN")
ROLES = "OAVPU"
"""No role, accused, third person to mask, thing, person who need not be masked."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start:end`` that play ``role`` (a letter of ``ROLES``)."""

    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """One message as it was written, or as it was changed for training."""

    text: str
    label: str
    spans: tuple[Span, ...]
    phenomenon: str = ""
    writer: str = ""


def label_of(spans: tuple[Span, ...]) -> str:
    """What the roles make of a message: any accused a RETURN, else any third person a REDACT."""
    roles = {s.role for s in spans}
    return "RETURN" if "A" in roles else "REDACT" if "V" in roles else "RELAY"


def parts() -> dict[str, str]:
    """Writer → part."""
    lines = PARTS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def read(part: str) -> list[Written]:
    """The messages of every writer of ``part``, in a fixed order."""
    writers = sorted(writer for writer, of in parts().items() if of == part)
    return [message for writer in writers for message in _messages(writer)]


def _messages(writer: str) -> Iterator[Written]:
    path = FOLDER / f"writer_{writer}.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = tuple(Span(*span) for span in row["spans"])
        phenomenon = row["phenomena"][0] if row["phenomena"] else ""
        yield Written(row["text"], row["label"], spans, phenomenon.split("_pair")[0], writer)
