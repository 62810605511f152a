"""Codes that wait for a foreign account, and the wrong ones that were tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from pc_matrix.registry.persons import write_mandate, write_person
from pc_matrix.registry.records import Contact
from pc_matrix.registry.tables import LinkCodeRow, LinkTryRow, PersonRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.linking import TRIES_COUNT_FOR, Promise, Tries, WaitingCode
from policies.roles import server_of
from policies.terms import (
    AuthorityCode,
    CommuneCode,
    EventId,
    Mandate,
    Role,
    SectorCode,
    UserId,
)

NOBODY = UserId("")
"""Whose mandate a promise's is, until a code is used."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A code that waits, as the town hall sees it."""

    code: WaitingCode
    promise: Promise
    drawn_at: datetime


class LinkCodeStore:
    """The part of the registry that knows people before it knows their Matrix id."""

    _transactions: Transactions

    def draw_code(
        self,
        code: CommuneCode,
        digest: str,
        promise: Promise,
        contact: Contact,
        drawn_at: datetime,
        expires_at: datetime,
    ) -> int:
        """Keep what the code of that keyed digest stands for; its number."""
        held = promise.mandate
        row = LinkCodeRow(
            commune=code,
            digest=digest,
            name=promise.name,
            email=contact.email,
            phone=contact.phone,
            language=promise.language,
            role=held.role.value,
            sector=held.sector or "",
            authority=held.authority or "",
            since=held.since,
            until=held.until,
            charter_accepted=held.charter_accepted,
            drawn_at=drawn_at,
            expires_at=expires_at,
        )
        with self._transactions.writing() as session:
            session.add(row)
            session.flush()
            return row.id or 0

    def find_code(self, code: CommuneCode, digest: str) -> WaitingCode | None:
        """The code of that digest, used and expired ones too."""
        with self._transactions.reading() as session:
            row = session.exec(
                select(LinkCodeRow).where(LinkCodeRow.commune == code, LinkCodeRow.digest == digest)
            ).first()
            return _waiting(row) if row else None

    def codes(self, code: CommuneCode, now: datetime) -> list[Drawn]:
        """Those that can still be used, in the order in which they were drawn."""
        row = LinkCodeRow
        wanted = select(row).where(
            row.commune == code, col(row.used_at).is_(None), row.expires_at > now
        )
        with self._transactions.reading() as session:
            return [_drawn(found) for found in session.exec(wanted.order_by(col(row.id)))]

    def use_code(
        self, code: CommuneCode, number: int, user_id: UserId, at: datetime
    ) -> Promise | None:
        """Bind the code's mandate to ``user_id``; ``None`` when somebody else was faster.

        All in one transaction: the person, the mandate, and that the code is used up. A person who
        is known already keeps the name and the language that the registry has.
        """
        with self._transactions.writing() as session:
            row = session.get(LinkCodeRow, number, with_for_update=True)
            if row is None or row.commune != code or row.used_by not in ("", user_id):
                return None
            promise = _promise(row)
            if not row.used_by:
                row.used_by, row.used_at = user_id, at
                _keep(session, code, promise, Contact(row.email, row.phone), user_id)
            return promise

    def void_code(self, code: CommuneCode, number: int) -> bool:
        """The code opens nothing any more; whether it could have."""
        with self._transactions.writing() as session:
            row = session.get(LinkCodeRow, number)
            if row is None or row.commune != code or row.used_by:
                return False
            session.delete(row)
            return True

    def forget_codes(self, code: CommuneCode, before: datetime) -> None:
        """Forget codes that expired before that time, whatever became of them."""
        with self._transactions.writing() as session:
            session.execute(
                delete(LinkCodeRow).where(
                    col(LinkCodeRow.commune) == code, col(LinkCodeRow.expires_at) < before
                )
            )

    def note_try(self, code: CommuneCode, event_id: EventId, user_id: UserId, at: datetime) -> None:
        """``user_id`` wrote a wrong code; the same event counts once."""
        with self._transactions.writing() as session:
            session.execute(
                delete(LinkTryRow).where(
                    col(LinkTryRow.commune) == code, col(LinkTryRow.at) < at - TRIES_COUNT_FOR
                )
            )
            insert_once(
                session,
                LinkTryRow,
                commune=code,
                event_id=event_id,
                user_id=user_id,
                server=server_of(user_id),
                at=at,
            )

    def tries(self, code: CommuneCode, user_id: UserId, now: datetime) -> Tries:
        """The wrong codes of the last day, his and his server's."""
        counted = select(func.count()).where(
            LinkTryRow.commune == code, LinkTryRow.at > now - TRIES_COUNT_FOR
        )
        with self._transactions.reading() as session:
            return Tries(
                session.exec(counted.where(LinkTryRow.user_id == user_id)).one(),
                session.exec(counted.where(LinkTryRow.server == server_of(user_id))).one(),
            )


def _keep(
    session: Session, code: CommuneCode, promise: Promise, contact: Contact, user_id: UserId
) -> None:
    person, mandate = promise.kept_for(user_id)
    if session.get(PersonRow, (code, user_id)) is None:
        write_person(session, code, person, contact)
    write_mandate(session, code, mandate)


def _waiting(row: LinkCodeRow) -> WaitingCode:
    return WaitingCode(row.id or 0, row.expires_at, UserId(row.used_by) if row.used_by else None)


def _drawn(row: LinkCodeRow) -> Drawn:
    return Drawn(_waiting(row), _promise(row), row.drawn_at)


def _promise(row: LinkCodeRow) -> Promise:
    held = Mandate(
        NOBODY,
        Role(row.role),
        row.since,
        row.until,
        SectorCode(row.sector) if row.sector else None,
        AuthorityCode(row.authority) if row.authority else None,
        row.charter_accepted,
    )
    return Promise(row.name, row.language, held)
