"""The examples in a corpus file, JSON lines or CSV: all of them, or everything that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pc_matrix.cli import corpus_table
from pc_matrix.cli.corpus_entry import Field, entry, told
from pc_matrix.errors import InputError
from pc_matrix.registry.spreadsheet.findings import Fault
from policies.denunciation.examples import Example

_BOM = b"\xef\xbb\xbf"
_JSON_ENDINGS = (".jsonl", ".json", ".ndjson")
_Row = tuple[int, "dict[str, Any] | Fault"]


def examples(data: bytes, name: str) -> tuple[Example, ...]:
    """The examples of the file ``name``; an ``InputError`` tells all of its faults at once.

    It holds JSON lines when it begins with a brace or is called so, otherwise a CSV table.
    """
    is_json = data.removeprefix(_BOM).lstrip().startswith(b"{") or _is_named_json(name)
    rows = list(_json_rows(data)) if is_json else corpus_table.rows(data)
    found, faults = _sorted_out(rows, {} if is_json else corpus_table.NAMES)
    if not rows:
        faults.append(Fault(0, "", "le fichier ne contient aucun message"))
    if faults:
        raise InputError(
            f"{name} ne peut pas être mesuré : {_count(len(faults))}. Rien n'a été mesuré.",
            told(faults),
            "Corrigez ces lignes et recommencez ; « pc-matrix check --help » montre la forme.",
        )
    return found


def _is_named_json(name: str) -> bool:
    return Path(name).suffix.lower() in _JSON_ENDINGS


def _sorted_out(
    rows: list[_Row], names: Mapping[Field, str]
) -> tuple[tuple[Example, ...], list[Fault]]:
    found: list[Example] = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for line, given in rows:
        made = [given] if isinstance(given, Fault) else entry(line, given, names)
        if not isinstance(made, Example):
            faults += made
            continue
        known = first.setdefault(json.dumps(made.identifier, sort_keys=True), line)
        if known != line:
            called = names.get(Field.ID, Field.ID.value)
            faults.append(Fault(line, called, f"le même qu'à la ligne {known}"))
        found.append(made)
    return tuple(found), faults


def _json_rows(data: bytes) -> Iterator[_Row]:
    for number, line in enumerate(data.removeprefix(_BOM).split(b"\n"), 1):
        if line.strip():
            yield number, _json_row(number, line)


def _json_row(number: int, line: bytes) -> dict[str, Any] | Fault:
    try:
        given = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Fault(number, "", "un caractère n'est pas en UTF-8")
    except (ValueError, RecursionError):
        return Fault(number, "", _EXPECTED)
    return given if isinstance(given, dict) else Fault(number, "", _EXPECTED)


_EXPECTED = 'attendu : un objet JSON par ligne, {"id": …, "text": "…", "label": "RELAY"}'


def _count(faults: int) -> str:
    return "1 faute" if faults == 1 else f"{faults} fautes"
