"""What a human has to do about a certificate, told to the administrators in private."""

from __future__ import annotations

from datetime import datetime, timedelta

from bridges.each import attempted
from bridges.ports import CertificateLedger, Clock, MailSender, RoomSender
from bridges.private import tell
from bridges.wording import mail as wording
from policies.administrators import administrators
from policies.certificates import CertificateFault, Expiry, Usable, judge
from policies.terms import Authority, Directory, EventId

_LOOK_EVERY = timedelta(hours=1)


class CertificateNews:
    """One commune's. Each certificate is told of once for each fault and each stage of its end."""

    def __init__(
        self, mail: MailSender, rooms: RoomSender, ledger: CertificateLedger, clock: Clock
    ) -> None:
        self._mail, self._rooms, self._ledger, self._clock = mail, rooms, ledger, clock
        self._looked: datetime | None = None

    def look_again(self) -> None:
        """A certificate was just found unusable: do not wait for the next hour."""
        self._looked = None

    async def look(self, directory: Directory) -> int:
        """Look at every certificate once an hour; how many news were told.

        What reached nobody stays to be told. Raises what ``RoomSender`` raises, once all was tried.
        """
        now = self._clock.now()
        if self._looked is not None and now - self._looked < _LOOK_EVERY:
            return 0
        written_to = [a for a in directory.commune.authorities if a.email is not None]
        told, failed = 0, list[BaseException]()
        for authority in written_to:
            done, failures = await attempted([self._look_at(authority, directory, now)])
            told, failed = told + sum(done), failed + failures
        if failed:
            raise failed[0]
        self._looked = now
        return told

    async def _look_at(self, authority: Authority, directory: Directory, now: datetime) -> bool:
        named = self._mail.certificate(authority.code)
        if named is None or authority.email is None:
            return False  # the commune means to send notices only
        verdict = judge(named, authority.email, now)
        news = verdict.expiry if isinstance(verdict, Usable) else verdict
        if news is None:
            self._ledger.certificate_is_well(authority.code)
            return False
        fingerprint = "" if isinstance(named, CertificateFault) else named.fingerprint
        if self._ledger.is_certificate_told(authority.code, fingerprint, news.value):
            return False
        until = None if isinstance(named, CertificateFault) else named.not_after
        told = await self._tell(authority, news, fingerprint, until, directory)
        if told:
            self._ledger.certificate_told(authority.code, fingerprint, news.value)
        return told

    async def _tell(
        self,
        authority: Authority,
        news: CertificateFault | Expiry,
        fingerprint: str,
        until: datetime | None,
        directory: Directory,
    ) -> bool:
        """Whether at least one administrator could be told."""
        day = self._clock.now().date().isoformat()
        about = EventId("\n".join((authority.code, fingerprint, news.value, day)))
        time_zone = directory.commune.time_zone
        reached, failed = await attempted(
            tell(
                self._rooms,
                directory,
                administrator,
                wording.certificate(administrator, authority.name, news, until, time_zone),
                purpose="certificate",
                about=about,
            )
            for administrator in administrators(directory, self._clock.now())
        )
        if failed and not any(reached):
            raise failed[0]
        return any(event_id is not None for event_id in reached)
