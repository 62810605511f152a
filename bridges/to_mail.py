"""Report → e-mail, for an authority without Matrix: encrypted, or only that a report waits.

Apart from what goes to rooms, so that a mail server that is away holds up none of them. A mail's
text is kept nowhere: the message is read and judged again when its turn comes, and leaves only if
it is word for word what was decided. A mail that may have arrived is never sent a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bridges.certificate_news import CertificateNews
from bridges.delivery import facts_of, mark
from bridges.each import attempted
from bridges.enclosing import Enclosing
from bridges.judging import Barred, Judging, flag_of
from bridges.letter import Letter
from bridges.parcels import parcel_of
from bridges.patience import Patience
from bridges.ports import Clock, Fingerprint, MailLedger, MailSender, RoomSender
from bridges.private import person_of, tell
from bridges.wording import letters
from bridges.wording import mail as wording
from bridges.wording.enclosures import file_names
from policies.certificates import Usable, judge
from policies.denunciation.verdict import Decision
from policies.enclosures import pictures_of
from policies.mail_headers import MailAddress
from policies.mails import Mail, MailKind, MailOutcome, MailState, is_given_up, is_late, state_after
from policies.need_to_know import enclosures_for
from policies.refusal import Refusal
from policies.relay import transaction
from policies.reports import WITHDRAWN, Report, ReportState
from policies.terms import Authority, Directory, EventId, RoomId

_STANDS = frozenset({MailState.HANDING, MailState.TAKEN, MailState.UNCERTAIN})
"""A first mail that may be before somebody's eyes: what became of its report concerns him."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, and whether the sector may see on the message that it was passed on."""

    letter: Letter
    marked: bool


class ToMail:
    """Carries the mails of one commune's ledger, one after another."""

    def __init__(
        self,
        mail: MailSender,
        rooms: RoomSender,
        ledger: MailLedger,
        judging: Judging,
        fingerprint: Fingerprint,
        certificates: CertificateNews,
        clock: Clock,
        enclosing: Enclosing,
    ) -> None:
        self._mail, self._rooms, self._ledger = mail, rooms, ledger
        self._judging, self._fingerprint, self._clock = judging, fingerprint, clock
        self._certificates, self._enclosing = certificates, enclosing
        self._patience = Patience()
        self._told_late: set[int] = set()

    async def step(self, directory: Directory) -> None:
        """Send what may be sent now, and tell what became of the rest.

        One that fails holds up none of another authority; the first failure is raised at the end.
        Raises what ``RoomSender`` and the reading of a message raise.
        """
        failed: list[BaseException] = []
        for report, mail in self._ledger.untold_mails():
            failed += (await attempted([self._advance(report, mail, directory)]))[1]
        failed += (await attempted([self._certificates.look(directory)]))[1]
        if failed:
            raise failed[0]

    def changed(self, report: Report, event_id: EventId, kind: MailKind) -> int:
        """Let those who had ``report`` by mail know of its change; to how many that will go.

        Its new words are read when the mail leaves, and compared with the report's fingerprint. Who
        never had the report hears nothing of it: a mail that still waits finds the change itself.
        """
        first = [
            mail
            for mail in self._ledger.mails(report.id)
            if mail.kind is MailKind.REPORT and mail.state in _STANDS
        ]
        for mail in first:
            txn = transaction(f"mail-{kind.value}", event_id, RoomId(mail.authority))
            self._ledger.mail(report.id, mail.authority, kind, txn, event_id)
        return len(first)

    async def _advance(self, report: Report, mail: Mail, directory: Directory) -> None:
        if mail.state is MailState.HANDING:
            # The process ended between its text and the server's answer.
            mail = self._ended(mail, MailState.UNCERTAIN)
        if mail.state is MailState.WAITING:
            mail = await self._try(report, mail, directory)
        if mail.state is not MailState.WAITING:
            await self._tell_end(report, mail, directory)
            self._ledger.mail_told(mail.id)
            self._told_late.discard(mail.id)
        elif is_late(mail, self._clock.now()) and mail.id not in self._told_late:
            await self._say(report, mail, directory, wording.Late(mail.kind))
            self._told_late.add(mail.id)

    async def _try(self, report: Report, mail: Mail, directory: Directory) -> Mail:
        now = self._clock.now()
        if is_given_up(mail, now):
            return self._ended(mail, MailState.GIVEN_UP)
        if not self._patience.may_try(mail.authority, now):
            return mail
        written = await self._write(report, mail, directory)
        if written is None:
            return self._ended(mail, MailState.WITHHELD)
        return await self._send(report, mail, written, now)

    async def _send(self, report: Report, mail: Mail, written: Written, now: datetime) -> Mail:
        letter = written.letter
        outcome = await self._mail.send(
            letter, lambda: self._ledger.set_mail(mail.id, MailState.HANDING)
        )
        self._patience.note(mail.authority, outcome, now)
        sealed = letter.certificate is not None
        mail = self._ended(mail, state_after(outcome), sealed=sealed)
        if outcome is MailOutcome.TAKEN and written.marked:
            await mark(self._rooms, report)
        return mail

    def _ended(self, mail: Mail, state: MailState, *, sealed: bool = False) -> Mail:
        self._ledger.set_mail(mail.id, state, sealed=sealed)
        return replace(mail, state=state, sealed=sealed)

    async def _write(self, report: Report, mail: Mail, directory: Directory) -> Written | None:
        """The mail as it may leave now, ``None`` when it may not any more."""
        authority = authority_of(mail, directory)
        is_gone = mail.kind is not MailKind.WITHDRAWAL and report.state in WITHDRAWN
        if is_gone or authority is None or authority.email is None or report.number is None:
            return None
        if mail.kind is MailKind.WITHDRAWAL:
            return Written(self._letter(report, mail, authority.email, None, directory), False)
        judged = await self._judging.judge(flag_of(report), directory, self._clock.now())
        leaving = None if isinstance(judged, Barred) else judged.leaving
        if isinstance(judged, Barred) or leaving is None:
            return None
        if self._fingerprint.of(judged.shown(leaving)) != report.digest:
            return None
        enclosures = await self._enclosing.ready(judged)
        if isinstance(enclosures, Refusal):
            return None
        outgoing = self._judging.outgoing(judged, leaving)
        parcel = parcel_of(report, judged, outgoing, self._ledger, enclosures=enclosures)
        mine = enclosures_for(authority, enclosures)
        facts = facts_of(parcel, authority, report.number, directory)
        language, words = directory.commune.language, parcel.leaving.to(authority)
        body = letters.report(language, facts, words, mail.kind, mine)
        letter = self._letter(report, mail, authority.email, body, directory, urgent=parcel.urgent)
        if letter.certificate is not None:
            names = file_names(language, report.number, mine)
            letter = replace(letter, pictures=pictures_of(mine, names))
        is_shown = mail.kind is MailKind.REPORT and judged.verdict.decision is not Decision.RETURN
        return Written(letter, is_shown)

    def _letter(
        self,
        report: Report,
        mail: Mail,
        address: MailAddress,
        words: str | None,
        directory: Directory,
        *,
        urgent: bool = False,
    ) -> Letter:
        """``words`` only under a certificate that may be used; otherwise that a report waits."""
        commune = directory.commune
        number, language = report.number or "", commune.language
        named = self._mail.certificate(mail.authority)
        verdict = None if named is None else judge(named, address, self._clock.now())
        certificate = verdict.certificate if isinstance(verdict, Usable) else None
        if certificate is None and named is not None:
            self._certificates.look_again()
        if mail.kind is MailKind.WITHDRAWAL:
            body = letters.withdrawal(language, number, commune.name)
        elif certificate is None or words is None:
            body = letters.waiting(language, number, commune.name, mail.kind, urgent=urgent)
        else:
            body = letters.signed_off(language, words, commune.name)
        subject = letters.subject(language, number, commune.name, mail.kind, urgent=urgent)
        return Letter(address, subject, body, mail.txn, self._first(mail), certificate, urgent)

    def _first(self, mail: Mail) -> str:
        """The ``txn`` of the mail that this one follows, empty for a first one."""
        if mail.kind is MailKind.REPORT:
            return ""
        firsts = (
            m.txn
            for m in self._ledger.mails(mail.report_id)
            if m.kind is MailKind.REPORT and m.authority == mail.authority
        )
        return next(firsts, "")

    async def _tell_end(self, report: Report, mail: Mail, directory: Directory) -> None:
        await self._say(report, mail, directory, wording.Ended(mail.kind, mail.state, mail.sealed))
        is_for_a_human = mail.state not in (MailState.TAKEN, MailState.WITHHELD)
        if not is_for_a_human or mail.kind is not MailKind.REPORT:
            return
        # Looked at anew: while the mail was on its way the report may have been taken away.
        known = self._ledger.report_of(report.source_event) or report
        if known.state is not ReportState.MERGED and known.state not in WITHDRAWN:
            self._ledger.set_state(report.id, ReportState.UNCERTAIN)

    async def _say(
        self, report: Report, mail: Mail, directory: Directory, news: wording.News
    ) -> None:
        referent = person_of(report.referent, directory)
        authority = authority_of(mail, directory)
        name = authority.name if authority else mail.authority
        notice = wording.told(referent, report.number or "", name, news)
        purpose = f"mail {type(news).__name__} {mail.state} {mail.txn}"
        await tell(
            self._rooms, directory, referent, notice, purpose=purpose, about=report.flag_event
        )


def authority_of(mail: Mail, directory: Directory) -> Authority | None:
    """To whom it goes, ``None`` when the commune's file does not name it any more."""
    found = (a for a in directory.commune.authorities if a.code == mail.authority)
    return next(found, None)
