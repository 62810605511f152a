"""A commune's file → its lists, or everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pc_matrix.errors import SettingsError
from pc_matrix.language.own_lists import file_text
from pc_matrix.language.own_lists.blinding import blinding
from pc_matrix.language.own_lists.classes import ListClass, Row
from pc_matrix.language.own_lists.entries import ARTICLES, Entry, email, entries, phone, spelt
from pc_matrix.language.own_lists.lists import OwnLists
from pc_matrix.language.own_lists.rows import Fault, rows
from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word

_SHOWN, _MOST_WORDS = 50, 12


def read(path: Path, known: Resources) -> OwnLists:
    """The lists in ``path``; none when there is no such file.

    Raises ``SettingsError`` naming every faulty line, what was expected and what to do.
    """
    data = file_text.read(path)
    if data is None:
        return OwnLists()
    reading = _Reading(known)
    for row in rows(file_text.lines(path, data)):
        if isinstance(row, Fault):
            reading.faults.append(row)
        else:
            reading.take(row)
    if reading.faults:
        raise _refused(path, reading.faults)
    return reading.lists()


class _Reading:
    """The rows so far."""

    def __init__(self, known: Resources) -> None:
        self._known = known
        self.faults: list[Fault] = []
        self._rows: list[Row] = []
        self._entries: list[Entry] = []
        self._contacts: set[str] = set()
        self._first: dict[tuple[str, ...], Row] = {}
        self._bare: dict[tuple[str, ...], Row] = {}

    def take(self, row: Row) -> None:
        self._rows.append(row)
        match row.kind:
            case ListClass.PHONE:
                expected = "un numéro français à dix chiffres est attendu : 03 20 00 00 00"
                self._take_contact(row, phone(row.text), expected)
            case ListClass.EMAIL:
                expected = "une adresse complète est attendue : accueil@mairie.example"
                self._take_contact(row, email(row.text), expected)
            case _:
                self._take_name(row)

    def lists(self) -> OwnLists:
        return OwnLists(tuple(self._entries), frozenset(self._contacts), tuple(self._rows))

    def _take_contact(self, row: Row, contact: str, expected: str) -> None:
        if contact:
            self._repeated(row, (contact,))
            self._contacts.add(contact)
        else:
            self._fault(row, expected)

    def _take_name(self, row: Row) -> None:
        found = spelt(row.text, self._known)
        why = _shape(found) or blinding(row.kind, found, self._known)
        if why:
            self._fault(row, why)
            return
        made = entries(row, found)
        key = tuple(w.raw for w in found)
        if row.kind is ListClass.AGENT:
            key = tuple(sorted("".join(sorted(part)) for part in made[0].parts))
        if not self._repeated(row, key):
            self._contradicted(row, key)
            self._entries += made

    def _repeated(self, row: Row, key: tuple[str, ...]) -> bool:
        first = self._first.setdefault(key, row)
        if first is row or _effect(first.kind) != _effect(row.kind):
            return False
        self._fault(row, f"déjà inscrit à la ligne {first.line} ; gardez une seule des deux lignes")
        return True

    def _contradicted(self, row: Row, key: tuple[str, ...]) -> None:
        bare = sorted(key[1:] if len(key) > 1 and key[0] in ARTICLES else key)
        first = self._bare.setdefault(tuple(bare), row)
        if _effect(first.kind) != _effect(row.kind):
            told = f"contredit la ligne {first.line}, qui en fait un {first.kind.shown}"
            if first.kind.neutral:
                told = f"contredit la ligne {first.line}, où ce nom n'est pas une personne"
            self._fault(row, f"{told} ; gardez une seule des deux lignes")

    def _fault(self, row: Row, why: str) -> None:
        self.faults.append(Fault(row.line, f"({row.kind.shown}) {why}"))


def _effect(kind: ListClass) -> str:
    return "neutral" if kind.neutral else kind.value


def _shape(found: Sequence[Word]) -> str:
    if sum(character.isalnum() for w in found for character in w.raw) < 2:
        return "une seule lettre, ou aucune ; écrivez le nom entier"
    if len(found) > _MOST_WORDS:
        return f"trop de mots : {_MOST_WORDS} au plus"
    if any(w.kind in ("phone", "email") for w in found):
        return "un numéro ou une adresse électronique va sous téléphone ou courriel"
    return ""


def _refused(path: Path, faults: list[Fault]) -> SettingsError:
    told = [str(fault) for fault in sorted(faults, key=lambda f: f.line)]
    count = "1 faute" if len(told) == 1 else f"{len(told)} fautes"
    if len(told) > _SHOWN:
        told = [*told[:_SHOWN], f"… et {len(told) - _SHOWN} autres."]
    return SettingsError(
        f"{path} n'est pas valable : {count}.",
        "\n".join(told),
        "Corrigez ces lignes, puis vérifiez avec « pc-matrix lists ». Chaque ligne : classe;nom",
    )
