"""``pc-matrix check --jsonl``: a message a line in, a verdict a line out, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pc_matrix.cli.checked import checked, verdict_json
from pc_matrix.cli.standard_streams import is_utf8
from pc_matrix.errors import InputError

if TYPE_CHECKING:
    from bridges.ports import Language


def answers(lines: Iterable[str], language: Language) -> Iterator[str]:
    """One JSON line per JSON line; a faulty one is an ``InputError`` that names its number."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            identifier, text = _read(number, line)
            yield written({"id": identifier, **verdict_json(checked(text, language))})


def written(answer: Any) -> str:
    """The value on one line; in pure ASCII when there is half a pair of surrogates in it."""
    line = json.dumps(answer, ensure_ascii=False)
    return line if is_utf8(line) else json.dumps(answer)


def _read(number: int, line: str) -> tuple[Any, str]:
    if not is_utf8(line):
        raise _faulty(number, "Elle n'est pas en UTF-8.")
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise _faulty(number, "Ce n'est pas du JSON.") from None
    if not isinstance(given, dict) or "id" not in given:
        raise _faulty(number, "Il y manque « id ».")
    if not isinstance(given.get("text"), str):
        raise _faulty(number, "Il y manque « text », ou ce n'est pas un texte.")
    return given["id"], given["text"]


def _faulty(number: int, why: str) -> InputError:
    return InputError(
        f"La ligne {number} n'est pas un message.",
        f'{why} Chaque ligne est un objet JSON {{"id": …, "text": "…"}}.',
        "Corrigez cette ligne et recommencez : les lignes d'avant ont reçu leur réponse.",
    )
