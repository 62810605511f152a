"""The written messages of ``tests/cases/filter``: development tables, one message a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policies.denunciation.verdict import Decision

FOLDER = Path(__file__).parent.parent / "cases" / "filter"


@dataclass(frozen=True, slots=True)
class Case:
    """A message and the decision that the rules ask for; ``masked`` must not be left."""

    file: str
    decision: Decision
    phenomenon: str
    noise: str
    masked: tuple[str, ...]
    text: str


def cases(file: str) -> tuple[Case, ...]:
    """The messages of ``file``; a ``dev_<label>.tsv`` holds one decision, others name it."""
    return tuple(_rows(file))


def _rows(file: str) -> Iterator[Case]:
    label = file.removeprefix("dev_").removesuffix(".tsv") if file.startswith("dev_") else ""
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        decision = label or fields.pop(0).lower()
        masked = fields[2].split(";") if len(fields) == 4 and fields[2] else []
        yield Case(file, Decision(decision), fields[0], fields[1], tuple(masked), fields[-1])


FILES = ("dev_relay.tsv", "dev_redact.tsv", "dev_return.tsv", "val.tsv", "val2.tsv", "val3.tsv")


def plain(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").lower()
