"""One example of a corpus, from what its line says; everything that is wrong with it at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pc_matrix.cli.standard_streams import is_utf8
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.words import folded
from policies.denunciation.examples import LABELS, Example
from policies.denunciation.verdict import Decision

_WORDS: Mapping[Decision, tuple[str, ...]] = {
    Decision.RELAY: ("relay", "transmettre", "transmis", "a transmettre", "relayer"),
    Decision.REDACT: ("redact", "masquer", "masque", "a masquer"),
    Decision.HOLD: ("hold", "confirmer", "a confirmer", "retenir", "retenu"),
    Decision.RETURN: ("return", "renvoyer", "renvoye", "a renvoyer", "retourner"),
}
_DECISIONS = {word: decision for decision, words in _WORDS.items() for word in words}


class Field(StrEnum):
    """What a line can say, by its name in JSON; another name says nothing to a measure."""

    ID = "id"
    TEXT = "text"
    LABEL = "label"
    ACCEPT = "accept"
    MUST_MASK = "must_mask"
    MUST_KEEP = "must_keep"
    PHENOMENA = "phenomena"
    NOISE = "noise"
    SET = "set"
    ORIGIN = "origin"
    TEMPLATE = "template"


LISTS = (Field.ACCEPT, Field.MUST_MASK, Field.MUST_KEEP, Field.PHENOMENA)


def entry(line: int, given: Mapping[str, Any], names: Mapping[Field, str]) -> Example | list[Fault]:
    """The example that ``given`` describes; ``names`` are what the file calls its fields.

    A line without an id gets its number for one.
    """
    read = _Reader(line, given, names, misspelt(line, given, {f.value: f for f in Field}))
    matched = read.word(Field.SET) == "matched"
    example = Example(
        identifier=given.get(Field.ID, line),
        text=read.text(),
        label=read.label(),
        accept=frozenset(read.decisions(Field.ACCEPT)),
        must_mask=read.words(Field.MUST_MASK),
        must_keep=read.words(Field.MUST_KEEP),
        phenomena=read.words(Field.PHENOMENA),
        noise=read.word(Field.NOISE),
        matched=matched,
        origin=read.word(Field.ORIGIN, needed=matched),
        template=read.word(Field.TEMPLATE, needed=matched),
    )
    return read.faults or example


def misspelt(line: int, found: Iterable[str], known: Mapping[str, Field]) -> list[Fault]:
    """A fault for each unknown name that is nearly a known one which is not there.

    A misspelt « must_mask » must not be taken for a note: no name would ever be missed.
    """
    found = list(found)
    there = {known.get(word) for word in found}
    close = {w: difflib.get_close_matches(w, known, n=1, cutoff=0.8) for w in found}
    return [
        Fault(line, word, f"nom inconnu ; vouliez-vous « {near[0]} » ?")
        for word, near in close.items()
        if word not in known and near and known[near[0]] not in there
    ]


@dataclass(frozen=True, slots=True)
class _Reader:
    line: int
    given: Mapping[str, Any]
    names: Mapping[Field, str]
    faults: list[Fault]

    def text(self) -> str:
        text = self.given.get(Field.TEXT)
        if not isinstance(text, str) or not text.strip():
            self._fault(Field.TEXT, "le message manque")
        elif not is_utf8(text):
            self._fault(Field.TEXT, "un caractère est abîmé (la moitié d'une paire Unicode)")
        return text if isinstance(text, str) else ""

    def label(self) -> Decision:
        decision = _decision(self.given.get(Field.LABEL))
        if decision in LABELS:
            return decision
        expected = "attendu : transmettre (RELAY), masquer (REDACT) ou renvoyer (RETURN)"
        if decision is Decision.HOLD:
            expected += " ; « à confirmer » est un doute, jamais la bonne réponse"
        self._fault(Field.LABEL, expected)
        return Decision.RELAY

    def decisions(self, name: Field) -> Iterator[Decision]:
        for word in self.words(name):
            decision = _decision(word)
            if decision is None:
                self._fault(name, "attendu : relay, redact, hold ou return")
            else:
                yield decision

    def words(self, name: Field) -> tuple[str, ...]:
        found = self.given.get(name, [])
        if not isinstance(found, list) or not all(_is_word(word) for word in found):
            self._fault(name, "attendu : une liste de textes, dont aucun n'est vide")
            return ()
        return tuple(found)

    def word(self, name: Field, *, needed: bool = False) -> str:
        found = self.given.get(name, "")
        if not isinstance(found, str) or (needed and not found):
            self._fault(name, "attendu : un texte" + (", pour « matched »" if needed else ""))
            return ""
        return found

    def _fault(self, name: Field, what: str) -> None:
        self.faults.append(Fault(self.line, self.names.get(name, name.value), what))


def _decision(word: object) -> Decision | None:
    return _DECISIONS.get(folded(word)) if isinstance(word, str) else None


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def told(faults: Iterable[Fault]) -> str:
    """All the faults, those of one kind on one line with the numbers of its lines."""
    by_kind: dict[tuple[str, str], list[int]] = {}
    for fault in sorted(faults):
        by_kind.setdefault((fault.column, fault.what), []).append(fault.line)
    return "\n".join(
        f"{_where(numbers)}{_column(column)}{what}" for (column, what), numbers in by_kind.items()
    )


def _where(numbers: list[int]) -> str:
    if numbers == [0]:
        return ""
    runs: list[list[int]] = []
    for number in dict.fromkeys(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(f"{r[0]} à {r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
    return f"ligne {said} : " if len(runs) == len(runs[0]) == 1 else f"lignes {said} : "


def _column(name: str) -> str:
    return f"« {name} » : " if name else ""
