"""Mails of reports: written down before they are sent, settled after, and told; no text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select

from pc_matrix.registry.reports import report_from
from pc_matrix.registry.tables import CertificateNewsRow, MailRow, ReportRow
from pc_matrix.registry.transactions import Transactions, insert_once
from policies.mails import Mail, MailKind, MailState
from policies.reports import Report
from policies.terms import AuthorityCode, CommuneCode, EventId


class MailStore:
    """The part of the ledger that keeps a mail from being sent twice."""

    _transactions: Transactions

    def mail(
        self,
        code: CommuneCode,
        report_id: int,
        authority: AuthorityCode,
        kind: MailKind,
        txn: str,
        change: EventId | None,
        at: datetime,
    ) -> Mail:
        """That mail of the report: a new WAITING one, or the one that it already has."""
        with self._transactions.writing() as session:
            insert_once(
                session,
                MailRow,
                commune=code,
                report_id=report_id,
                authority=authority,
                kind=kind.value,
                change=change or "",
                txn=txn,
                state=MailState.WAITING.value,
                sealed=False,
                begun_at=at,
                changed_at=at,
            )
            row = session.exec(
                select(MailRow).where(
                    MailRow.commune == code,
                    MailRow.report_id == report_id,
                    MailRow.authority == authority,
                    MailRow.kind == kind.value,
                    MailRow.change == (change or ""),
                )
            ).one()
            return mail_from(row)

    def untold_mails(self, code: CommuneCode) -> list[tuple[Report, Mail]]:
        """Those of whose end nobody was told yet, in the order in which they were begun."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(ReportRow, MailRow)
                .where(
                    MailRow.commune == code,
                    col(MailRow.told_at).is_(None),
                    ReportRow.id == MailRow.report_id,
                )
                .order_by(col(MailRow.id))
            )
            return [(report_from(report), mail_from(mail)) for report, mail in rows]

    def mails(self, code: CommuneCode, report_id: int) -> list[Mail]:
        """The report's mails in the order in which they were begun."""
        with self._transactions.reading() as session:
            rows = session.exec(
                select(MailRow)
                .where(MailRow.commune == code, MailRow.report_id == report_id)
                .order_by(col(MailRow.id))
            )
            return [mail_from(row) for row in rows]

    def set_mail(
        self, code: CommuneCode, mail_id: int, state: MailState, at: datetime, *, sealed: bool
    ) -> None:
        """Where it stands now, and whether its text was in it."""
        self._change_mail(code, mail_id, state=state.value, sealed=sealed, changed_at=at)

    def mail_told(self, code: CommuneCode, mail_id: int, at: datetime) -> None:
        """Its référent was told of its end: nothing is left to do."""
        self._change_mail(code, mail_id, told_at=at)

    def is_certificate_told(
        self, code: CommuneCode, authority: AuthorityCode, fingerprint: str, news: str
    ) -> bool:
        with self._transactions.reading() as session:
            key = (code, authority, fingerprint, news)
            return session.get(CertificateNewsRow, key) is not None

    def certificate_told(
        self,
        code: CommuneCode,
        authority: AuthorityCode,
        fingerprint: str,
        news: str,
        at: datetime,
    ) -> None:
        """Administrators know; told again, it stays as it was first."""
        with self._transactions.writing() as session:
            insert_once(
                session,
                CertificateNewsRow,
                commune=code,
                authority=authority,
                fingerprint=fingerprint,
                news=news,
                told_at=at,
            )

    def certificate_is_well(self, code: CommuneCode, authority: AuthorityCode) -> None:
        """Nothing is the matter with the authority's certificate any more."""
        with self._transactions.writing() as session:
            session.execute(
                delete(CertificateNewsRow).where(
                    col(CertificateNewsRow.commune) == code,
                    col(CertificateNewsRow.authority) == authority,
                )
            )

    def _change_mail(self, code: CommuneCode, mail_id: int, **values: object) -> None:
        with self._transactions.writing() as session:
            session.execute(
                update(MailRow)
                .where(col(MailRow.commune) == code, col(MailRow.id) == mail_id)
                .values(**values)
            )


def mail_from(row: MailRow) -> Mail:
    return Mail(
        row.id or 0,
        row.report_id,
        AuthorityCode(row.authority),
        MailKind(row.kind),
        EventId(row.change) if row.change else None,
        row.txn,
        MailState(row.state),
        row.sealed,
        row.begun_at,
    )
