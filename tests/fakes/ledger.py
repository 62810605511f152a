"""The ledger in memory, under the same contract tests as the registry's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridges.ports import Clock
from policies.mails import Mail, MailKind, MailState
from policies.reports import (
    AckNews,
    Choice,
    Link,
    LinkState,
    Report,
    ReportState,
    Showing,
)
from policies.terms import AuthorityCode, Category, EventId, Flag, RoomId, UserId


@dataclass
class _Bulletin:
    source: EventId
    preview: EventId | None = None
    done: bool = False


@dataclass
class FakeLedger:
    """``MailLedger``, ``AckLedger``, ``BulletinLedger`` and ``CertificateLedger`` of a commune."""

    clock: Clock
    flags: dict[UserId, int] = field(default_factory=dict)
    reports: dict[int, Report] = field(default_factory=dict)
    shown: dict[EventId, tuple[int, Showing]] = field(default_factory=dict)
    choices: dict[EventId, Choice] = field(default_factory=dict)
    all_links: dict[int, Link] = field(default_factory=dict)
    acks: dict[tuple[int, AuthorityCode], bool] = field(default_factory=dict)
    all_enclosures: dict[int, Link] = field(default_factory=dict)
    bulletins: dict[int, _Bulletin] = field(default_factory=dict)
    bulletin_links: dict[int, Link] = field(default_factory=dict)
    all_mails: dict[int, Mail] = field(default_factory=dict)
    changed: dict[int, datetime] = field(default_factory=dict)
    consents: set[tuple[EventId, UserId]] = field(default_factory=set)
    told_mails: set[int] = field(default_factory=set)
    told_certificates: set[tuple[AuthorityCode, str, str]] = field(default_factory=set)

    def open_report(self, flag: Flag) -> Report:
        known = self.report_of(flag.target)
        if known is not None:
            return known
        report = Report(
            len(self.reports) + 1,
            None,
            flag.room_id,
            flag.target,
            flag.sender,
            flag.event_id,
            flag.category,
            ReportState.OPEN,
            self.clock.now(),
        )
        self.reports[report.id] = report
        return report

    def report_of(self, source_event: EventId) -> Report | None:
        return self._report(lambda r: r.source_event == source_event)

    def report_by_preview(self, preview_event: EventId) -> Report | None:
        return self._report(lambda r: r.preview_event == preview_event)

    def report_by_number(self, number: str) -> Report | None:
        return self._report(lambda r: r.number == number)

    def _report(self, matches: object) -> Report | None:
        assert callable(matches)
        return next((r for r in self.reports.values() if matches(r)), None)

    def flags_today(self, flag: Flag) -> int:
        return self.flags.get(flag.sender, 1)

    def set_state(
        self,
        report_id: int,
        state: ReportState,
        *,
        preview_event: EventId | None = None,
        digest: str | None = None,
    ) -> None:
        report = self.reports[report_id]
        self.changed[report_id] = self.clock.now()
        self.reports[report_id] = replace(
            report,
            state=state,
            preview_event=preview_event or report.preview_event,
            digest=digest or report.digest,
        )

    def showed(self, report_id: int, showing: Showing) -> None:
        self.shown.setdefault(showing.event_id, (report_id, showing))

    def chose(self, event_id: EventId, choice: Choice) -> None:
        if event_id in self.shown:
            self.choices.setdefault(event_id, choice)

    def set_category(self, report_id: int, category: Category) -> None:
        self.reports[report_id] = replace(self.reports[report_id], category=category)

    def asked(self) -> Sequence[tuple[Report, datetime]]:
        asked = [r for r in self.reports.values() if r.state is ReportState.ASKED]
        return [(report, self.changed[report.id]) for report in asked]

    def let_name(self, event_id: EventId, user_id: UserId) -> None:
        self.consents.add((event_id, user_id))

    def let_name_no_more(self, event_id: EventId, user_id: UserId) -> None:
        self.consents.discard((event_id, user_id))

    def lets_name(self, event_id: EventId, user_id: UserId) -> bool:
        return (event_id, user_id) in self.consents

    def number_report(self, report_id: int, year: int) -> str:
        report = self.reports[report_id]
        if report.number is None:
            taken = [r for r in self.reports.values() if (r.number or "").startswith(f"{year}-")]
            report = replace(report, number=f"{year}-{len(taken) + 1:04d}")
            self.reports[report_id] = report
        return report.number or ""

    def link(self, report_id: int, destination: RoomId, txn: str) -> Link:
        return self._link(self.all_links, report_id, destination, txn)

    def _link(self, links: dict[int, Link], owner: int, destination: RoomId, txn: str) -> Link:
        for link in links.values():
            if (link.report_id, link.destination) == (owner, destination):
                return link
        link = Link(
            len(links) + 1, owner, destination, txn, None, LinkState.PENDING, self.clock.now()
        )
        links[link.id] = link
        return link

    def sent(self, link_id: int, event_id: EventId) -> None:
        link = self.all_links[link_id]
        self.all_links[link_id] = replace(link, event_id=event_id, state=LinkState.SENT)

    def uncertain(self, link_id: int) -> None:
        self.all_links[link_id] = replace(self.all_links[link_id], state=LinkState.UNCERTAIN)

    def enclosure(self, link_id: int, txn: str) -> Link:
        copy = self.all_links[link_id]
        for known in self.all_enclosures.values():
            if (known.destination, known.txn) == (copy.destination, txn):
                return known
        new_id, now = len(self.all_enclosures) + 1, self.clock.now()
        link = replace(copy, id=new_id, txn=txn, event_id=None, begun_at=now)
        self.all_enclosures[new_id] = replace(link, state=LinkState.PENDING)
        return self.all_enclosures[new_id]

    def enclosed(self, enclosure_id: int, event_id: EventId | None) -> None:
        state = LinkState.UNCERTAIN if event_id is None else LinkState.SENT
        link = self.all_enclosures[enclosure_id]
        self.all_enclosures[enclosure_id] = replace(link, event_id=event_id, state=state)

    def enclosures(self, report_id: int) -> Sequence[Link]:
        return [x for x in self.all_enclosures.values() if x.report_id == report_id]

    def links(self, report_id: int) -> Sequence[Link]:
        return [link for link in self.all_links.values() if link.report_id == report_id]

    def link_by_event(self, event_id: EventId) -> tuple[Report, Link] | None:
        for link in (*self.all_links.values(), *self.all_enclosures.values()):
            if link.event_id == event_id:
                return self.reports[link.report_id], link
        return None

    def mail(
        self,
        report_id: int,
        authority: AuthorityCode,
        kind: MailKind,
        txn: str,
        change: EventId | None = None,
    ) -> Mail:
        for mail in self.mails(report_id):
            if (mail.authority, mail.kind, mail.change) == (authority, kind, change):
                return mail
        mail_id, now = len(self.all_mails) + 1, self.clock.now()
        mail = Mail(mail_id, report_id, authority, kind, change, txn, MailState.WAITING, False, now)
        self.all_mails[mail_id] = mail
        return mail

    def untold_mails(self) -> Sequence[tuple[Report, Mail]]:
        untold = [m for m in self.all_mails.values() if m.id not in self.told_mails]
        return [(self.reports[mail.report_id], mail) for mail in untold]

    def mails(self, report_id: int) -> Sequence[Mail]:
        return [mail for mail in self.all_mails.values() if mail.report_id == report_id]

    def set_mail(self, mail_id: int, state: MailState, *, sealed: bool = False) -> None:
        self.all_mails[mail_id] = replace(self.all_mails[mail_id], state=state, sealed=sealed)

    def mail_told(self, mail_id: int) -> None:
        self.told_mails.add(mail_id)

    def is_certificate_told(self, authority: AuthorityCode, fingerprint: str, news: str) -> bool:
        return (authority, fingerprint, news) in self.told_certificates

    def certificate_told(self, authority: AuthorityCode, fingerprint: str, news: str) -> None:
        self.told_certificates.add((authority, fingerprint, news))

    def certificate_is_well(self, authority: AuthorityCode) -> None:
        self.told_certificates = {t for t in self.told_certificates if t[0] != authority}

    def would_acknowledge(
        self, report_id: int, authority: AuthorityCode, *, closes: bool
    ) -> AckNews:
        closed = self.acks.get((report_id, authority))
        if closed is None:
            return AckNews.CLOSED if closes else AckNews.NEW
        return AckNews.CLOSED if closes and not closed else AckNews.KNOWN

    def acknowledge(self, report_id: int, authority: AuthorityCode, *, closes: bool) -> None:
        before = self.acks.get((report_id, authority), False)
        self.acks[report_id, authority] = before or closes

    def open_bulletin(self, source_event: EventId, sender: UserId) -> int:
        for bulletin_id, bulletin in self.bulletins.items():
            if bulletin.source == source_event:
                return bulletin_id
        self.bulletins[len(self.bulletins) + 1] = _Bulletin(source_event)
        return len(self.bulletins)

    def set_preview(self, bulletin_id: int, preview_event: EventId) -> None:
        self.bulletins[bulletin_id].preview = preview_event

    def bulletin_by_preview(self, preview_event: EventId) -> tuple[int, EventId] | None:
        for bulletin_id, bulletin in self.bulletins.items():
            if bulletin.preview == preview_event:
                return bulletin_id, bulletin.source
        return None

    def bulletin_is_sent(self, preview_event: EventId) -> bool:
        return any(b.done for b in self.bulletins.values() if b.preview == preview_event)

    def bulletin_done(self, bulletin_id: int) -> None:
        self.bulletins[bulletin_id].done = True

    def bulletin_link(self, bulletin_id: int, destination: RoomId, txn: str) -> Link:
        return self._link(self.bulletin_links, bulletin_id, destination, txn)

    def bulletin_sent(self, link_id: int, event_id: EventId) -> None:
        link = self.bulletin_links[link_id]
        self.bulletin_links[link_id] = replace(link, event_id=event_id, state=LinkState.SENT)

    def bulletin_uncertain(self, link_id: int) -> None:
        link = self.bulletin_links[link_id]
        self.bulletin_links[link_id] = replace(link, state=LinkState.UNCERTAIN)

    def grow_older(self, by: timedelta) -> None:
        """Every link was begun that much earlier."""
        for links in (self.all_links, self.all_enclosures, self.bulletin_links):
            for link_id, link in links.items():
                links[link_id] = replace(link, begun_at=link.begun_at - by)
