"""One row under examination: each question notes what is wrong with its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import Enum

from pc_matrix.registry.spreadsheet import dates
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Column
from pc_matrix.registry.spreadsheet.matrix_ids import BadIdError, full_id
from pc_matrix.registry.spreadsheet.words import folded, without_feminine
from policies.terms import AuthorityCode, Commune, Role, SectorCode, UserId

_ROLES: Mapping[str, Role] = {
    "habitant": Role.RESIDENT,
    "habitante": Role.RESIDENT,
    "resident": Role.RESIDENT,
    "residente": Role.RESIDENT,
    "referent": Role.REFERENT,
    "referente": Role.REFERENT,
    "elu referent": Role.ELECTED,
    "elue referente": Role.ELECTED,
    "elu": Role.ELECTED,
    "elue": Role.ELECTED,
    "maire": Role.MAYOR,
    "agent": Role.OFFICER,
    "agente": Role.OFFICER,
    "gendarme": Role.OFFICER,
    "policier": Role.OFFICER,
    "policiere": Role.OFFICER,
    "policier municipal": Role.OFFICER,
    "policiere municipale": Role.OFFICER,
}
_PLACES: Mapping[Column, str] = {
    Column.SECTOR: "ce rôle s'exerce dans un secteur : indiquez lequel",
    Column.AUTHORITY: "ce rôle s'exerce dans une autorité : indiquez laquelle",
}
_LANGUAGES = {"": "", "fr": "fr", "francais": "fr", "en": "en", "anglais": "en"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9 ().-]{4,24}")
_WITHOUT_ZERO, _WITHOUT_PLUS = re.compile(r"[1-9][0-9]{8}"), re.compile(r"33[1-9][0-9]{8}")
_SERIAL = re.compile(r"[1-9][0-9]{4}")
"""A day as spreadsheet programs count it, without its format: 46387."""


class CharterWord(Enum):
    """What the charter's column says besides a date."""

    YES = "oui"
    NO = "non"
    SILENT = ""


class Row:
    """The cells of ``line`` (0: options of the command line), and the faults found so far."""

    def __init__(self, line: int, cells: Mapping[Column, str], commune: Commune) -> None:
        self.line, self.cells, self.commune = line, cells, commune
        self.faults: list[Fault] = []

    def fault(self, column: Column, what: str) -> None:
        self.faults.append(Fault(self.line, column.value, what))

    def text(self, column: Column) -> str:
        return self.cells.get(column, "").strip()

    def name(self, column: Column) -> str:
        text = self.text(column)
        if not folded(text):
            self.fault(column, f"cette case est vide : écrivez le {column.value.lower()}")
        return text

    def role(self) -> Role | None:
        text = self.text(Column.ROLE)
        role = role_named(text)
        known = "habitant, référent, élu référent, maire, agent, gendarme, policier"
        if not text:
            self.fault(Column.ROLE, f"cette case est vide ; rôles : {known}")
        elif role is None:
            self.fault(Column.ROLE, f"« {text} » est inconnu ; rôles : {known}")
        return role

    def place(self, role: Role | None) -> tuple[SectorCode | None, AuthorityCode | None]:
        sector, authority = self.sector(), self.authority()
        if role is not None:
            wanted, other = Column.SECTOR, Column.AUTHORITY
            if not role.is_of_a_sector:
                wanted, other = other, wanted
            if not self.text(wanted):
                self.fault(wanted, _PLACES[wanted])
            if self.text(other):
                self.fault(other, "cette case doit être vide pour ce rôle")
        return sector, authority

    def sector(self) -> SectorCode | None:
        known = {str(s.code): s.name for s in self.commune.sectors}
        code = self._code(Column.SECTOR, known)
        return SectorCode(code) if code else None

    def authority(self) -> AuthorityCode | None:
        known = {str(a.code): a.name for a in self.commune.authorities}
        code = self._code(Column.AUTHORITY, known)
        return AuthorityCode(code) if code else None

    def _code(self, column: Column, known: Mapping[str, str]) -> str | None:
        text = self.text(column)
        if not text:
            return None
        if text in known:
            return text
        wanted = folded(text)
        found = [c for c, name in known.items() if wanted in (folded(c), folded(name))]
        if len(found) != 1:
            self.fault(column, f"« {text} » est inconnu ; la commune déclare : {', '.join(known)}")
            return None
        return found[0]

    def user_id(self) -> UserId | None:
        text = self.text(Column.MATRIX_ID)
        if not text:
            return None
        try:
            return full_id(text, self.commune)
        except BadIdError as error:
            self.fault(Column.MATRIX_ID, str(error))
            return None

    def day(self, column: Column) -> date | None:
        text = self.text(column)
        found = dates.day(text)
        if text and found is None:
            what = f"« {text} » n'est pas une date ; écrivez par exemple 31/12/2026"
            if _SERIAL.fullmatch(text):
                what += ", ou donnez à la colonne le format Date dans le tableur"
            self.fault(column, what)
        return found

    def charter(self, today: date) -> date | CharterWord:
        text = self.text(Column.CHARTER)
        match folded(text):
            case "oui" | "o" | "x":
                return CharterWord.YES
            case "non" | "n":
                return CharterWord.NO
            case "":
                return CharterWord.SILENT
        found = dates.day(text)
        if found is None:
            self.fault(Column.CHARTER, f"« {text} » : oui, non ou une date est attendu")
        elif found > today:
            self.fault(Column.CHARTER, f"« {text} » est dans l'avenir")
        return found or CharterWord.SILENT

    def email(self) -> str:
        expected = "une adresse comme marie@exemple.fr est attendue"
        return self._matching(Column.EMAIL, _EMAIL, expected)

    def phone(self) -> str:
        text = self._matching(Column.PHONE, _PHONE, "un numéro comme 06 01 02 03 04 est attendu")
        # A spreadsheet program takes a number for a number, and drops the zero or the + before it.
        if _WITHOUT_ZERO.fullmatch(text):
            return f"0{text}"
        return f"+{text}" if _WITHOUT_PLUS.fullmatch(text) else text

    def _matching(self, column: Column, pattern: re.Pattern[str], expected: str) -> str:
        text = self.text(column)
        if text and pattern.fullmatch(text) is None:
            self.fault(column, expected)
        return text

    def language(self) -> str:
        text = self.text(Column.LANGUAGE)
        found = _LANGUAGES.get(folded(text))
        if found is None:
            self.fault(Column.LANGUAGE, f"« {text} » : fr ou en est attendu")
        return found or ""


def role_named(text: str) -> Role | None:
    """The role that a French word names, ``None`` when it names none."""
    return _ROLES.get(folded(without_feminine(text)))
