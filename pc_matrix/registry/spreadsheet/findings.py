"""What is wrong in a table, by line and column, said all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pc_matrix.errors import IncompleteError, InputError


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """``line`` counts from 1 as an editor does, 0 for the file itself; ``column`` is a heading."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        where = [f"ligne {self.line}"] if self.line else []
        where += [f"colonne « {self.column} »"] if self.column else []
        return f"{', '.join(where)} : {self.what}" if where else self.what


def refused(name: str, faults: Sequence[Fault], *, some_are_good: bool = False) -> InputError:
    """One error for all the faults of the file ``name``; ``some_are_good`` of its rows."""
    remedy = "Corrigez le fichier et recommencez."
    if some_are_good:
        remedy = "Corrigez ces lignes et recommencez ; --partial importe les autres lignes."
    return InputError(
        f"{name} n'est pas importé : {_count(faults)}. Rien n'a été écrit.",
        _one_a_line(faults),
        remedy,
    )


def left_out(name: str, faults: Sequence[Fault]) -> IncompleteError:
    """The error for the lines that were not imported, when the others were."""
    return IncompleteError(
        f"{name} : {_count(faults)} ; les lignes en cause ne sont pas importées.",
        _one_a_line(faults),
        "Corrigez-les et importez de nouveau le fichier : le reste ne changera pas.",
    )


def _count(faults: Sequence[Fault]) -> str:
    return "1 faute" if len(faults) == 1 else f"{len(faults)} fautes"


def _one_a_line(faults: Sequence[Fault]) -> str:
    return "\n".join(str(fault) for fault in sorted(faults))
