"""What one ``apply`` tells the next: how many people there were, which pictures are uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import select

from pc_matrix.registry.tables import AppliedRow, ImageRow
from pc_matrix.registry.transactions import Transactions
from policies.terms import CommuneCode


class AppliedStore:
    """The part of the registry that remembers the last ``apply``."""

    _transactions: Transactions

    def note_applied(self, code: CommuneCode, people: int, at: datetime) -> None:
        """The registry was applied with so many people at ``at``."""
        with self._transactions.writing() as session:
            session.merge(AppliedRow(commune=code, people=people, applied_at=at))

    def images(self, code: CommuneCode) -> Mapping[str, str]:
        """The pictures that were uploaded: ``mxc://`` addresses by digest."""
        with self._transactions.reading() as session:
            rows = session.exec(select(ImageRow).where(ImageRow.commune == code))
            return {row.digest: row.mxc for row in rows}

    def note_image(self, code: CommuneCode, digest: str, mxc: str) -> None:
        """The picture with that digest is on the homeserver now."""
        with self._transactions.writing() as session:
            session.merge(ImageRow(commune=code, digest=digest, mxc=mxc))
