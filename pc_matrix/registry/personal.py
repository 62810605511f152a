"""What is held about one person, and forgetting it: articles 15, 17 and 20 of the GDPR.

Both look at every table there is, so that one that is added later is not overlooked: a person is
found by his Matrix id, wherever it stands.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, String, Table, and_, delete, insert, or_, select, update
from sqlmodel import Session
from sqlmodel.sql.sqltypes import AutoString

from pc_matrix.registry.tables import METADATA, InboxRow
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode, UserId

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""By table: its rows, by column."""

_OTHERS_ID = re.compile(r"@[^\s:@]+:[A-Za-z0-9.\[\]-]+(?::[0-9]+)?")
SOMEBODY_ELSE = "(une autre personne)"
_PARENTS = {"report_id": "report", "bulletin_id": "bulletin"}
"""Columns by which a row belongs to something that a person did."""


class Fate(Enum):
    """What becomes of rows that name somebody who is to be forgotten."""

    ERASED = "erased"
    RENAMED = "renamed"
    """The row stays; the id in it gives way to a word that means nobody."""
    KEPT = "kept"


_FATES: Mapping[str, Fate] = {
    "link_code": Fate.ERASED,
    "room": Fate.KEPT,
    "retired_room": Fate.KEPT,
}
"""For all others: a row with a ``user_id`` is erased, any other row is renamed."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of which table were erased, renamed to ``alias``, or kept."""

    alias: str
    rows: Mapping[Fate, Mapping[str, int]]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was known of the person but what is kept."""
        return not self.rows[Fate.ERASED] and not self.rows[Fate.RENAMED]


class PersonalStore:
    """The part of the registry that answers to the persons in it."""

    _transactions: Transactions

    def held(self, code: CommuneCode, user_id: UserId) -> Rows:
        """Every row that speaks of that person, or of what he did; other persons' ids left out."""
        with self._transactions.reading() as session:
            found = {t.name: [dict(r) for r in _rows(session, t, code, user_id)] for t in _tables()}
            for table in _tables():
                found[table.name] += _below(session, table, code, found)
        return {
            name: [_of_nobody_else(row, user_id) for row in rows]
            for name, rows in found.items()
            if rows
        }

    def erase(self, code: CommuneCode, user_id: UserId, at: datetime, actor: str = "") -> Erased:
        """Forget the person, in one transaction, and keep in the audit that it was done.

        What he asked for and is not dealt with yet is dropped. Until he is out of every room his
        id is kept, so that he is put out at once: a second time erases that too. Afterwards nobody
        can tell which person the alias was.
        """
        alias = f"efface-{secrets.token_hex(4)}"
        counts: dict[Fate, dict[str, int]] = {fate: {} for fate in Fate}
        with self._transactions.writing() as session:
            _drop_waiting(session, code, user_id, at)
            for table in reversed(_tables()):
                for fate, number in _forget(session, table, code, user_id, alias):
                    counts[fate][table.name] = number
            if counts[Fate.ERASED].get("person"):
                _say_farewell(session, code, user_id, at)
            erased = Erased(alias, counts)
            if not erased.is_nothing:
                _note(session, code, alias, at, actor)
            return erased


def fate_of(table: Table) -> Fate:
    """What becomes of that table's rows."""
    default = Fate.ERASED if "user_id" in table.c else Fate.RENAMED
    return _FATES.get(table.name, default)


def _tables() -> list[Table]:
    """Those of communes, each before those that refer to it."""
    return [table for table in METADATA.sorted_tables if "commune" in table.c]


def _texts(table: Table) -> list[Column[Any]]:
    return [c for c in table.columns if isinstance(c.type, String | AutoString)]


def _pattern(user_id: str) -> re.Pattern[str]:
    """The id, and neither a longer server's name nor a port behind it."""
    return re.compile(rf"{re.escape(user_id)}(?![A-Za-z0-9.:-])")


def _rows(
    session: Session, table: Table, code: CommuneCode, user_id: UserId
) -> Iterator[Mapping[str, Any]]:
    texts = _texts(table)
    names = or_(*(column.contains(user_id, autoescape=True) for column in texts))
    whole = _pattern(user_id)
    for row in session.execute(select(table).where(table.c.commune == code, names)).mappings():
        if any(row[column.name] and whole.search(row[column.name]) for column in texts):
            yield dict(row)


def _below(
    session: Session, table: Table, code: CommuneCode, found: Rows
) -> Iterator[dict[str, Any]]:
    """Rows of ``table`` about reports and bulletins that were found, unless found themselves."""
    for column, parent in _PARENTS.items():
        if column not in table.c:
            continue
        parents = [row["id"] for row in found[parent]]
        wanted = select(table).where(table.c.commune == code, table.c[column].in_(parents))
        for row in session.execute(wanted).mappings():
            if dict(row) not in found[table.name]:
                yield dict(row)


def _of_nobody_else(row: Mapping[str, Any], user_id: str) -> dict[str, Any]:
    def told(match: re.Match[str]) -> str:
        return match[0] if match[0] == user_id else SOMEBODY_ELSE

    return {
        name: _OTHERS_ID.sub(told, value) if isinstance(value, str) and "@" in value else value
        for name, value in row.items()
    }


def _drop_waiting(session: Session, code: CommuneCode, user_id: str, at: datetime) -> None:
    inbox = METADATA.tables[str(InboxRow.__tablename__)]
    theirs = and_(inbox.c.commune == code, inbox.c.sender == user_id, inbox.c.outcome == "")
    session.execute(update(inbox).where(theirs).values(outcome="erased", settled_at=at))


def _forget(
    session: Session, table: Table, code: CommuneCode, user_id: UserId, alias: str
) -> Iterator[tuple[Fate, int]]:
    rows = list(_rows(session, table, code, user_id))
    if not rows:
        return
    fate = fate_of(table)
    yield fate, len(rows)
    for row in rows:
        its_own = and_(*(column == row[column.name] for column in table.primary_key))
        match fate:
            case Fate.ERASED:
                session.execute(delete(table).where(its_own))
            case Fate.RENAMED:
                named = _renamed(table, row, user_id, alias)
                session.execute(update(table).where(its_own).values(**named))
            case Fate.KEPT:
                pass


def _renamed(
    table: Table, row: Mapping[str, Any], user_id: UserId, alias: str
) -> Mapping[str, str]:
    whole = _pattern(user_id)
    texts = {c.name: row[c.name] for c in _texts(table) if row[c.name]}
    return {name: whole.sub(alias, text) for name, text in texts.items() if whole.search(text)}


def _say_farewell(session: Session, code: CommuneCode, user_id: UserId, at: datetime) -> None:
    farewell = METADATA.tables["farewell"]
    session.execute(insert(farewell).values(commune=code, user_id=user_id, erased_at=at))


def _note(session: Session, code: CommuneCode, alias: str, at: datetime, actor: str) -> None:
    values = {"commune": code, "at": at, "action": "person-erased", "subject": alias}
    session.execute(insert(METADATA.tables["audit"]).values(**values, actor=actor, note=""))
