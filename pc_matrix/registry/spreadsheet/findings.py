"""What is wrong in a table, by line and column, said all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pc_matrix.errors import InputError


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


def refused(name: str, faults: Sequence[Fault]) -> InputError:
    """One error for all the faults of the file ``name``."""
    count = "1 faute" if len(faults) == 1 else f"{len(faults)} fautes"
    return InputError(
        f"{name} n'est pas importé : {count}. Rien n'a été écrit.",
        "\n".join(str(fault) for fault in sorted(faults)),
        "Corrigez ces lignes et recommencez ; --partial importe les autres lignes.",
    )
