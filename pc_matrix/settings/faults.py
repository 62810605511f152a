"""Everything wrong with one file at once, each fault with its key path, in French."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pc_matrix.errors import SettingsError

_EXPECTED = {
    "missing": "cette clé manque",
    "string_type": "un texte entre guillemets est attendu",
    "bool_type": "true ou false est attendu",
    "int_type": "un nombre entier est attendu",
    "float_type": "un nombre est attendu, comme 0.2",
    "date_type": "une date sans guillemets est attendue, comme 2027-01-31",
    "list_type": "une liste entre crochets est attendue",
    "tuple_type": "une liste entre crochets est attendue",
    "frozen_set_type": "une liste entre crochets est attendue",
    "model_type": "un tableau [nom] est attendu",
    "dict_type": "un tableau [nom] est attendu",
    "string_too_short": "un texte non vide est attendu",
    "string_pattern_mismatch": "un numéro d'au moins 12 est attendu, entre guillemets",
    "too_short": "il en faut au moins un",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one key: ``sector[2].code`` is the code of the second ``[[sector]]``."""

    key: str
    expected: str

    def __str__(self) -> str:
        return f"{self.key} : {self.expected}"


def read_toml(path: Path) -> dict[str, Any]:
    """The file's table. Raises ``SettingsError`` naming line and column when it is not TOML."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path} ne se lit pas.",
            f"Le fichier n'est pas en UTF-8 (octet {error.start + 1}).",
            "Enregistrez-le en UTF-8.",
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, str(error)) from None


def unreadable(path: Path, error: OSError) -> SettingsError:
    """What to tell when the system does not give the file."""
    match error:
        case FileNotFoundError():
            why = "Le fichier n'existe pas."
        case PermissionError():
            why = "Vous n'avez pas le droit de le lire."
        case IsADirectoryError():
            why = "C'est un dossier, pas un fichier."
        case _:
            why = f"Le système répond : {error.strerror}."
    return SettingsError(f"{path} ne se lit pas.", why, "Vérifiez le chemin et les droits.")


def refused(path: Path, faults: Iterable[Fault]) -> SettingsError:
    """One error for all the faults of a file."""
    lines = sorted({str(fault) for fault in faults}, key=_natural)
    count = "1 faute" if len(lines) == 1 else f"{len(lines)} fautes"
    return SettingsError(
        f"{path} n'est pas valable : {count}.",
        "\n".join(lines),
        "Corrigez ces clés ; « sector[2] » désigne le deuxième bloc [[sector]] du fichier.",
    )


def of_validation(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """What pydantic found, said for people. The values themselves are never repeated."""
    return [_fault(dict(e), model) for e in error.errors(include_input=False, include_url=False)]


def _fault(error: dict[str, Any], model: type[BaseModel]) -> Fault:
    path = tuple(error["loc"])
    kind, context = str(error["type"]), error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            expected = "clé inconnue" + _nearest(path, model)
        case "value_error":
            expected = str(context["error"])
        case "literal_error":
            expected = "valeurs possibles : " + str(context["expected"]).replace(" or ", " ou ")
        case "greater_than_equal":
            expected = f"un nombre d'au moins {context['ge']} est attendu"
        case "less_than_equal":
            expected = f"un nombre d'au plus {context['le']} est attendu"
        case _:
            expected = _EXPECTED.get(kind, f"valeur refusée ({kind})")
    return Fault(key_path(path), expected)


def key_path(path: tuple[int | str, ...]) -> str:
    """``("sector", 1, "code")`` as ``sector[2].code``: people count from one."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _nearest(path: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = sorted(_keys(model, path[:-1]))
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f" ; vouliez-vous « {close[0]} » ?" if close else f" ; connues : {', '.join(known)}"


def _keys(model: type[BaseModel], path: tuple[int | str, ...]) -> Iterable[str]:
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            model = inner or model
    return model.model_fields.keys()


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(a) for a in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found), None)


def _natural(text: str) -> list[int | str]:
    return [f"{int(p):09d}" if p.isdigit() else p for p in re.split(r"(\d+)", text)]


def _not_toml(path: Path, message: str) -> SettingsError:
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    where = f"ligne {place[1]}, colonne {place[2]}" if place else "à la fin du fichier"
    return SettingsError(
        f"{path} n'est pas un fichier TOML valable : {where}.",
        "Un guillemet, un crochet ou un signe = manque, ou une clé est écrite deux fois.",
        f"Ouvrez le fichier et corrigez-le ({where}).",
    )
