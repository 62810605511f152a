"""The written messages of one part of the corpus, as examples to be measured on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from pc_matrix.cli.corpus_file import examples
from policies.denunciation.examples import Example

FOLDER = Path(__file__).parents[2] / "tests" / "cases" / "filter" / "corpus"
_PAIR = re.compile(r"_pair(\d+)$")


def writers(part: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """Who wrote the messages of ``part``, as ``parts.tsv`` says."""
    lines = (folder / "parts.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple(sorted(writer for writer, of in rows if of == part))


def messages(part: str, folder: Path = FOLDER) -> dict[str, tuple[Example, ...]]:
    """Writer → messages."""
    paths = {writer: folder / f"writer_{writer}.jsonl" for writer in writers(part, folder)}
    return {writer: examples(path.read_bytes(), path.name) for writer, path in paths.items()}


def minimal_pairs(written: Iterable[Example]) -> list[tuple[Example, ...]]:
    """The messages of one writer that differ in little, and not in little that matters."""
    groups: defaultdict[str, dict[object, Example]] = defaultdict(dict)
    for one in written:
        for number in filter(None, map(_PAIR.search, one.phenomena)):
            groups[number[1]][one.identifier] = one
    return [tuple(group.values()) for group in groups.values() if len(group) > 1]
