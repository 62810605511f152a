"""The pages of a commune's book that its mails are kept on."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.ports import Clock
from pc_matrix.registry import Registry
from policies.mails import Mail, MailKind, MailState
from policies.reports import Report
from policies.terms import AuthorityCode, CommuneCode, EventId


class MailPages:
    """``MailLedger`` and ``CertificateLedger``; ``Book`` has the pages around them."""

    _registry: Registry
    _code: CommuneCode
    _clock: Clock

    def mail(
        self,
        report_id: int,
        authority: AuthorityCode,
        kind: MailKind,
        txn: str,
        change: EventId | None = None,
    ) -> Mail:
        now = self._clock.now()
        return self._registry.mail(self._code, report_id, authority, kind, txn, change, now)

    def untold_mails(self) -> Sequence[tuple[Report, Mail]]:
        return self._registry.untold_mails(self._code)

    def mails(self, report_id: int) -> Sequence[Mail]:
        return self._registry.mails(self._code, report_id)

    def set_mail(self, mail_id: int, state: MailState, *, sealed: bool = False) -> None:
        self._registry.set_mail(self._code, mail_id, state, self._clock.now(), sealed=sealed)

    def mail_told(self, mail_id: int) -> None:
        self._registry.mail_told(self._code, mail_id, self._clock.now())

    def is_certificate_told(self, authority: AuthorityCode, fingerprint: str, news: str) -> bool:
        return self._registry.is_certificate_told(self._code, authority, fingerprint, news)

    def certificate_told(self, authority: AuthorityCode, fingerprint: str, news: str) -> None:
        now = self._clock.now()
        self._registry.certificate_told(self._code, authority, fingerprint, news, now)
        self._registry.audit(self._code, now, f"certificate.{news}", authority, note=fingerprint)

    def certificate_is_well(self, authority: AuthorityCode) -> None:
        self._registry.certificate_is_well(self._code, authority)
