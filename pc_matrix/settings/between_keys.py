"""Faults between the keys of a commune's file: a code given twice, a sector not replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pc_matrix.settings import mail_table
from pc_matrix.settings.faults import Fault, key_path
from pc_matrix.settings.key_shapes import INSEE


def cross_faults(data: dict[str, Any], file_stem: str) -> Iterator[Fault]:
    """Faults between keys, found in the raw table so that they come with all the others."""
    code = _at(data, "commune", "code")
    if isinstance(code, str) and INSEE.fullmatch(code) and code != file_stem:
        yield Fault("commune.code", f"vaut {code}, mais le fichier s'appelle {file_stem}.toml")
    for block in ("sector", "authority"):
        yield from _repeated(data.get(block), block)
    yield from _not_replaced(data.get("sector"))
    yield from mail_table.cross_faults(data)


def _repeated(rows: object, block: str) -> Iterator[Fault]:
    codes = [_at(row, "code") for row in rows] if isinstance(rows, list) else []
    counts = Counter(c for c in codes if isinstance(c, str))
    for place, code in enumerate(codes):
        if isinstance(code, str) and counts[code] > 1 and code in codes[:place]:
            first = key_path((block, codes.index(code)))
            yield Fault(key_path((block, place, "code")), f"{code} est déjà le code de {first}")


def _not_replaced(rows: object) -> Iterator[Fault]:
    """Sectors that are said to be replaced, and are still in the file."""
    sectors = rows if isinstance(rows, list) else []
    codes = {code for code in (_at(row, "code") for row in sectors) if isinstance(code, str)}
    for place, row in enumerate(sectors):
        former = _at(row, "replaces")
        for code in former if isinstance(former, list) else ():
            if isinstance(code, str) and code in codes:
                key = key_path(("sector", place, "replaces"))
                yield Fault(
                    key, f"{code} est encore un secteur de ce fichier : retirez l'un des deux"
                )


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
