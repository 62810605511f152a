"""The filter's development messages, each with the verdict that the rules ask for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "cases" / "filter"


@dataclass(frozen=True)
class Case:
    """One message; ``must_mask`` are the strings that may not be left in what is relayed."""

    label: str
    text: str
    must_mask: tuple[str, ...] = ()


def cases() -> Iterator[Case]:
    """Every message of the tables; lines are tab-separated, the text comes last."""
    for file in sorted(FOLDER.glob("[dv]*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield _case(file.stem, line.split("\t"))


def _case(stem: str, columns: list[str]) -> Case:
    if stem.startswith("dev_"):
        label = stem.removeprefix("dev_")
        masks = columns[2] if label == "redact" else ""
        return Case(label, columns[-1], _listed(masks))
    return Case(columns[0].lower(), columns[-1], _listed(columns[3]))


def _listed(column: str) -> tuple[str, ...]:
    return tuple(part for part in column.split(";") if part)


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
