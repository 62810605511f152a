"""How a command ends: its exit status, and what is said about a fault.

A foreseeable fault is told in three sentences. A bug is told by its type and the places that it
came through; never by its words or values, which could be somebody's message.
"""

from __future__ import annotations

import errno
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import typer
from typer.exceptions import TyperException

from pc_matrix.cli import french
from pc_matrix.errors import InputError, PcError, StoreError

_INTERRUPTED = 130
_USAGE = 2
_BUG = 1


def status_of(invoke: Callable[[], int], *, as_json: bool) -> int:
    """What ``invoke`` returns, or the status of the fault that it ended with, told on stderr."""
    try:
        return invoke()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except typer.Abort:
        _say("", "Abandonné : rien de plus n'a été fait.")
        return _BUG
    except PcError as error:
        return _tell(error, as_json=as_json)
    except TyperException as error:
        return _usage(error, as_json=as_json)
    except Exception as error:
        known = _foreseeable(error)
        return _bug(error, as_json=as_json) if known is None else _tell(known, as_json=as_json)


def _foreseeable(error: BaseException) -> PcError | None:
    """What an exception of the system, or a group of ours, means; ``None`` for a bug."""
    if isinstance(error, BaseExceptionGroup):
        known = [_foreseeable(part) for part in error.exceptions]
        return known[0] if known and all(part is not None for part in known) else None
    if isinstance(error, PcError):
        return error
    if isinstance(error, OSError):
        return _of_system(error)
    return None


def _of_system(error: OSError) -> PcError | None:
    where = f" ({error.filename})" if error.filename is not None else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(
            f"Le disque est plein{where}.",
            "Le système n'a plus de place pour écrire. Ce qui était écrit est intact.",
            "Libérez de la place, puis relancez la même commande.",
        )
    if error.filename is None:
        return None
    return InputError(
        f"Un fichier ne peut pas être utilisé{where}.",
        f"Le système répond : {error.strerror}.",
        "Vérifiez que le chemin est juste et que vous avez le droit de lire et d'écrire.",
    )


def _tell(error: PcError, *, as_json: bool) -> int:
    what, why, remedy = error.diagnostics()
    if as_json:
        _json(type(error).__name__, what, why, remedy, error.exit_status)
        return error.exit_status
    for label, style, sentence in (
        ("Erreur", "bold red", what),
        ("Pourquoi", "bold", why),
        ("Que faire", "bold green", remedy),
    ):
        if sentence:
            _say(label, sentence, style)
    return error.exit_status


def _usage(error: TyperException, *, as_json: bool) -> int:
    what = french.usage_error(error)
    remedy = "« pc-matrix --help » ou « pc-matrix COMMANDE --help » montre ce qui est possible."
    if not what:  # no command was given: the help has been shown
        return _USAGE
    if as_json:
        _json("UsageError", what, "", remedy, _USAGE)
        return _USAGE
    _say("Erreur", what, "bold red")
    _say("Que faire", remedy, "bold green")
    return _USAGE


def _bug(error: BaseException, *, as_json: bool) -> int:
    name = type(error).__name__
    what = f"Erreur interne ({name}) : c'est un défaut de pc-matrix."
    places = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-8:]
    ]
    remedy = "Signalez-le avec ces lignes ; elles ne contiennent aucune donnée."
    if as_json:
        _json(name, what, " > ".join(places), remedy, _BUG)
        return _BUG
    _say("Erreur", what, "bold red")
    for place in places:
        _say("", f"  {place}")
    _say("Que faire", remedy, "bold green")
    return _BUG


def _json(kind: str, what: str, why: str, remedy: str, status: int) -> None:
    error = {"kind": kind, "what": what, "why": why, "remedy": remedy, "exit_status": status}
    sys.stderr.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")


def _say(label: str, sentence: str, style: str = "") -> None:
    from rich.console import Console
    from rich.text import Text

    text = Text.assemble((f"{label} : " if label else "", style), sentence)
    # soft_wrap: a path or an id that was cut in two could not be copied.
    Console(stderr=True, highlight=False).print(text, soft_wrap=True)
