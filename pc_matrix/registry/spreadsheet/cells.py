"""The value of a workbook's cell as the text that a town hall would have typed."""

from __future__ import annotations

from datetime import date, datetime, time
from math import isfinite

_LONGEST = 500
NO_RESULT = (
    "une formule dont le résultat n'est pas enregistré : ouvrez le classeur dans un tableur et "
    "enregistrez-le, ou remplacez la formule par sa valeur"
)


class NoTextError(ValueError):
    """Why a cell says nothing that can be imported, in French."""


def text_of(value: object, *, is_error: bool = False) -> str:
    """``True`` as ``oui``, a day as ``2026-12-31``, ``601020304.0`` as ``601020304``.

    White space is one blank, as in a CSV. Raises ``NoTextError``.
    """
    if is_error:
        raise NoTextError(f"le tableur y montre une erreur ({value}) : corrigez la formule")
    text = " ".join(_text(value).split())
    if len(text) > _LONGEST:
        raise NoTextError(f"plus de {_LONGEST} caractères")
    return text


def _text(value: object) -> str:
    match value:
        case bool():
            return "oui" if value else "non"
        case int() | float():
            return _number(value)
        case datetime():
            is_day = value.time() == time.min
            return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case _:
            return "" if value is None else str(value)


def _number(value: float) -> str:
    # A whole number of more digits than any phone or code has is a mistake of some tool.
    whole = isfinite(value) and value == int(value) and abs(value) < 1e15
    return str(int(value)) if whole else f"{float(value):.15g}"
