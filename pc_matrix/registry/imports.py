"""Writing what a table changes: everything in one transaction, with its lines in the audit."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from pc_matrix.registry.persons import write_mandate, write_person
from pc_matrix.registry.spreadsheet.changes import Change, Changes
from pc_matrix.registry.spreadsheet.steps import ended_at
from pc_matrix.registry.tables import AuditRow
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode, Mandate


class ImportStore:
    """The part of the registry that takes in a town hall's table."""

    _transactions: Transactions

    def carry_out(self, code: CommuneCode, changes: Changes, at: datetime, actor: str = "") -> None:
        """Write all the changes, or none when one cannot be written."""
        with self._transactions.writing() as session:
            for person, contact in changes.persons.values():
                write_person(session, code, person, contact)
            for change in changes.mandates:
                _write(session, code, change, at, actor)
            for mandate in changes.ended:
                write_mandate(session, code, ended_at(mandate, at), at)
                session.add(_trace(code, "mandate-ended", mandate, at, actor, "absent-from-file"))


def _write(session: Session, code: CommuneCode, change: Change, at: datetime, actor: str) -> None:
    mandate = change.mandate
    write_mandate(session, code, mandate, at, change.was.since if change.was else None)
    action = "mandate-changed" if change.was else "mandate-given"
    note = f"{mandate.role} {mandate.sector or mandate.authority or ''}"
    session.add(_trace(code, action, mandate, at, actor, note))


def _trace(
    code: CommuneCode, action: str, mandate: Mandate, at: datetime, actor: str, note: str
) -> AuditRow:
    return AuditRow(
        commune=code, at=at, action=action, subject=mandate.user_id, actor=actor, note=note
    )
