"""Persons, their mandates, their acceptance of the charter, and their accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from pc_matrix.errors import InputError
from pc_matrix.registry.records import AccountState, Contact
from pc_matrix.registry.tables import MandateRow, PersonRow
from pc_matrix.registry.transactions import Transactions
from policies.ends import EndedBy, EndNote
from policies.terms import (
    AuthorityCode,
    CommuneCode,
    Mandate,
    Person,
    Role,
    SectorCode,
    UserId,
)

MANDATE_COLUMNS = (
    "user_id",
    "role",
    "since",
    "until",
    "sector",
    "authority",
    "charter_accepted",
    "charter_version",
    "end_noted",
    "ended_by",
)
"""What ``mandate_of`` makes a mandate of, in its order."""
_ROLES = {role.value: role for role in Role}
_ENDED_BY: Mapping[str | None, EndedBy] = {None: EndedBy.DATE, **{by.value: by for by in EndedBy}}


class PersonStore:
    """The part of the registry that knows who is who."""

    _transactions: Transactions

    def person(self, code: CommuneCode, user_id: UserId) -> Person | None:
        with self._transactions.reading() as session:
            row = session.get(PersonRow, (code, user_id))
            return _person(row) if row else None

    def contact(self, code: CommuneCode, user_id: UserId) -> Contact | None:
        """How to reach that person; ``None`` for somebody unknown."""
        with self._transactions.reading() as session:
            row = session.get(PersonRow, (code, user_id))
            return Contact(row.email, row.phone) if row else None

    def contacts(self, code: CommuneCode) -> Mapping[UserId, Contact]:
        with self._transactions.reading() as session:
            rows = session.exec(select(PersonRow).where(PersonRow.commune == code))
            return {UserId(row.user_id): Contact(row.email, row.phone) for row in rows}

    def add_person(self, code: CommuneCode, person: Person, contact: Contact | None = None) -> None:
        """Enter the person, or change the name, language and contact (``None`` keeps it)."""
        with self._transactions.writing() as session:
            write_person(session, code, person, contact)

    def add_mandate(self, code: CommuneCode, mandate: Mandate, at: datetime | None = None) -> None:
        """Enter the mandate; one of the same role, place and start has its end and charter changed.

        ``at`` is when that is done, where it is known. Raises ``InputError`` when the person is not
        in the registry.
        """
        with self._transactions.writing() as session:
            if session.get(PersonRow, (code, mandate.user_id)) is None:
                raise InputError(
                    f"{mandate.user_id} n'est pas dans le registre.",
                    "Un mandat ne se donne qu'à une personne inscrite.",
                    "Inscrivez-la d'abord : pc-matrix registry add.",
                )
            write_mandate(session, code, mandate, at)

    def accept_charter(
        self, code: CommuneCode, user_id: UserId, at: datetime, version: str
    ) -> bool:
        """The person accepted that version of the charter, for every mandate entered so far.

        One that is entered later has to be accepted again. A mandate keeps the time at which that
        version was first accepted for it, and a signature on paper as it was. Whether it was news.
        """
        with self._transactions.writing() as session:
            rows = session.exec(
                select(MandateRow).where(
                    MandateRow.commune == code,
                    MandateRow.user_id == user_id,
                    col(MandateRow.role).in_([r.value for r in Role if r.is_of_a_sector]),
                    col(MandateRow.until).is_(None) | (col(MandateRow.until) > at),
                )
            ).all()
            news = [
                row
                for row in rows
                if row.charter_accepted is None or row.charter_version not in ("", version)
            ]
            for row in news:
                row.charter_accepted, row.charter_version = at, version
            return bool(news)

    def account_state(self, code: CommuneCode, user_id: UserId) -> AccountState:
        """Where the person's account stands; ``NONE`` for somebody unknown."""
        with self._transactions.reading() as session:
            row = session.get(PersonRow, (code, user_id))
            return AccountState(row.account) if row else AccountState.NONE

    def account_since(self, code: CommuneCode, user_id: UserId) -> datetime | None:
        """Since when the person's account stands so; ``None`` when that is not known."""
        with self._transactions.reading() as session:
            row = session.get(PersonRow, (code, user_id))
            return row.account_at if row else None

    def accounts_found(self, code: CommuneCode, user_ids: Sequence[UserId]) -> None:
        """Those of ``user_ids`` of whose account nothing was known have one that is not ours."""
        if not user_ids:
            return
        with self._transactions.writing() as session:
            session.execute(
                update(PersonRow)
                .where(
                    col(PersonRow.commune) == code,
                    col(PersonRow.user_id).in_(user_ids),
                    col(PersonRow.account) == AccountState.NONE.value,
                )
                .values(account=AccountState.FOUND.value)
            )

    def set_account_state(
        self,
        code: CommuneCode,
        user_id: UserId,
        state: AccountState,
        at: datetime | None = None,
    ) -> None:
        with self._transactions.writing() as session:
            session.execute(
                update(PersonRow)
                .where(col(PersonRow.commune) == code, col(PersonRow.user_id) == user_id)
                .values(account=state.value, account_at=at)
            )


def write_person(
    session: Session, code: CommuneCode, person: Person, contact: Contact | None
) -> None:
    """Insert the person or change the row that there is."""
    row = session.get(PersonRow, (code, person.user_id))
    if row is None:
        row = PersonRow(commune=code, user_id=person.user_id, name="", language="")
        session.add(row)
    row.name, row.language = person.name, person.language
    if contact is not None:
        row.email, row.phone = contact.email, contact.phone
    session.flush()


def write_mandate(
    session: Session,
    code: CommuneCode,
    mandate: Mandate,
    at: datetime | None = None,
    since: datetime | None = None,
) -> None:
    """Insert the mandate, or change the one that began at ``since`` (default: its own start).

    Another end than before is noted as written ``at``, by nobody who named the person.
    """
    row = session.exec(
        select(MandateRow).where(
            MandateRow.commune == code,
            MandateRow.user_id == mandate.user_id,
            MandateRow.role == mandate.role.value,
            MandateRow.sector == (mandate.sector or ""),
            MandateRow.authority == (mandate.authority or ""),
            MandateRow.since == (since or mandate.since),
        )
    ).first()
    if row is None:
        row = MandateRow(
            commune=code,
            user_id=mandate.user_id,
            role=mandate.role.value,
            sector=mandate.sector or "",
            authority=mandate.authority or "",
            since=mandate.since,
        )
        session.add(row)
    if row.until != mandate.until:
        row.end_noted, row.ended_by = (at if mandate.until else None), None
    row.since, row.until = mandate.since, mandate.until
    if row.charter_accepted != mandate.charter_accepted:
        # Another date than the one known is one that the town hall read on paper.
        row.charter_version = mandate.charter_version
    row.charter_accepted = mandate.charter_accepted
    session.flush()


def _person(row: PersonRow) -> Person:
    return Person(UserId(row.user_id), row.name, row.language)


def mandate_of(  # noqa: PLR0913, PLR0917 - one a column
    user_id: str,
    role: str,
    since: datetime,
    until: datetime | None,
    sector: str,
    authority: str,
    charter_accepted: datetime | None,
    charter_version: str,
    end_noted: datetime | None,
    ended_by: str | None,
    *,
    charter_lapses: datetime | None,
) -> Mandate:
    """The mandate in a row, from its ``MANDATE_COLUMNS`` and the end of its charter."""
    return Mandate(
        UserId(user_id),
        _ROLES[role],
        since,
        until,
        SectorCode(sector) if sector else None,
        AuthorityCode(authority) if authority else None,
        charter_accepted,
        charter_version,
        charter_lapses,
        EndNote(end_noted, _ENDED_BY[ended_by]) if end_noted else None,
    )
