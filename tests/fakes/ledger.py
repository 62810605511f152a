"""The ledger in memory, under the same contract tests as the registry's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridges.belonging import where_now
from policies.changes import Question
from policies.escalation import Followed
from policies.guided import Ending, Form
from policies.history import Destinations
from policies.mails import Mail, MailKind, MailState
from policies.reports import (
    Choice,
    Departure,
    Link,
    LinkState,
    Report,
    ReportState,
    Showing,
    Shown,
)
from policies.steps import Step, StepKind
from policies.terms import AuthorityCode, Category, Directory, EventId, Flag, RoomId, UserId
from tests.fakes.bulletins import FakeBulletins


@dataclass
class FakeLedger(FakeBulletins):
    """Every ledger port of one commune at once."""

    flags: dict[UserId, int] = field(default_factory=dict)
    reports: dict[int, Report] = field(default_factory=dict)
    shown: dict[EventId, tuple[int, Showing]] = field(default_factory=dict)
    choices: dict[EventId, Choice] = field(default_factory=dict)
    all_links: dict[int, Link] = field(default_factory=dict)
    all_steps: list[tuple[int, Step]] = field(default_factory=list)
    all_enclosures: dict[int, Link] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    """The enclosures that were taken away again."""
    all_mails: dict[int, Mail] = field(default_factory=dict)
    changed: dict[int, datetime] = field(default_factory=dict)
    consents: set[tuple[EventId, UserId]] = field(default_factory=set)
    told_mails: set[int] = field(default_factory=set)
    questions: dict[EventId, Question] = field(default_factory=dict)
    in_flight: set[int] = field(default_factory=set)
    taken_back: set[EventId] = field(default_factory=set)
    edits: dict[EventId, EventId] = field(default_factory=dict)
    replacements: dict[RoomId, RoomId] = field(default_factory=dict)
    forms: dict[EventId, Form] = field(default_factory=dict)
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
        return self._report(lambda r: r.number == number and r.merged_into != number)

    def _report(self, matches: object) -> Report | None:
        assert callable(matches)
        return next((r for r in self.reports.values() if matches(r)), None)

    def flags_today(self, flag: Flag) -> int:
        return self.flags.get(flag.sender, 1)

    def reports_today(self, rooms: Collection[RoomId]) -> Mapping[RoomId, int]:
        return Counter(r.source_room for r in self.reports.values() if r.source_room in rooms)

    def set_state(
        self,
        report_id: int,
        state: ReportState,
        *,
        preview_event: EventId | None = None,
        digest: str | None = None,
    ) -> None:
        report = self.reports[report_id]
        if state is not report.state:
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

    def depart(
        self, report_id: int, year: int, digest: str, copies: Sequence[tuple[RoomId, str]]
    ) -> Departure:
        number = self._number(report_id, year)
        self.reports[report_id] = replace(self.reports[report_id], digest=digest)
        links = tuple(self.link(report_id, room, txn, digest) for room, txn in copies)
        return Departure(number, links)

    def recent_reports(self, since: datetime, most: int) -> Sequence[Report]:
        found = [
            r
            for r in reversed(self.reports.values())
            if r.state is ReportState.SENT and r.opened_at >= since
        ]
        return found[:most]

    def merge(self, report_id: int, into: str | None) -> None:
        report = self.reports[report_id]
        own = report.number if report.number != report.merged_into else None
        self.reports[report_id] = replace(report, merged_into=into, number=own or into)

    def merged(self, number: str) -> Sequence[Report]:
        wanted = (number, ReportState.MERGED)
        return [r for r in self.reports.values() if (r.merged_into, r.state) == wanted]

    def unlink(self, link_id: int) -> None:
        del self.all_links[link_id]

    def _number(self, report_id: int, year: int) -> str:
        report = self.reports[report_id]
        if report.number in (None, report.merged_into):
            own = [r for r in self.reports.values() if r.number != r.merged_into]
            taken = [r for r in own if (r.number or "").startswith(f"{year}-")]
            report = replace(report, number=f"{year}-{len(taken) + 1:04d}")
            self.reports[report_id] = report
        return report.number or ""

    def link(
        self, report_id: int, destination: RoomId, txn: str, digest: str | None = None
    ) -> Link:
        return self._link(self.all_links, report_id, destination, txn, digest)

    def _link(
        self,
        links: dict[int, Link],
        owner: int,
        destination: RoomId,
        txn: str,
        digest: str | None = None,
    ) -> Link:
        for link in links.values():
            if (link.report_id, link.destination) == (owner, destination):
                return link
        link = Link(
            max(links, default=0) + 1,
            owner,
            destination,
            txn,
            None,
            LinkState.PENDING,
            self.clock.now(),
            digest,
        )
        links[link.id] = link
        return link

    def sent(self, link_id: int, event_id: EventId) -> None:
        link = self.all_links[link_id]
        self.all_links[link_id] = replace(link, event_id=event_id, state=LinkState.SENT)

    def uncertain(self, link_id: int) -> None:
        self.all_links[link_id] = replace(self.all_links[link_id], state=LinkState.UNCERTAIN)

    def enclosure(self, link_id: int, txn: str, mark: str) -> Link:
        copy = self.all_links[link_id]
        for known in self.all_enclosures.values():
            if (known.destination, known.txn) == (copy.destination, txn):
                return known
        new_id, now = len(self.all_enclosures) + 1, self.clock.now()
        link = replace(copy, id=new_id, txn=txn, event_id=None, begun_at=now, digest=mark)
        self.all_enclosures[new_id] = replace(link, state=LinkState.PENDING)
        return self.all_enclosures[new_id]

    def enclosed(self, enclosure_id: int, event_id: EventId | None) -> None:
        state = LinkState.UNCERTAIN if event_id is None else LinkState.SENT
        link = self.all_enclosures[enclosure_id]
        self.all_enclosures[enclosure_id] = replace(link, event_id=event_id, state=state)

    def enclosures(self, report_id: int) -> Sequence[Link]:
        here = [x for x in self.all_enclosures.values() if x.report_id == report_id]
        return [x for x in here if x.id not in self.taken]

    def taken_away(self, enclosure_id: int) -> None:
        self.taken.add(enclosure_id)

    def rounds(self, link_id: int, mark: str) -> int:
        room_id = self.all_links[link_id].destination
        gone = [x for x in self.all_enclosures.values() if x.id in self.taken]
        return sum((x.destination, x.digest) == (room_id, mark) for x in gone)

    def links(self, report_id: int) -> Sequence[Link]:
        return [link for link in self.all_links.values() if link.report_id == report_id]

    def link_by_event(self, event_id: EventId) -> tuple[Report, Link] | None:
        for link in (*self.all_links.values(), *self.all_enclosures.values()):
            if link.event_id == event_id:
                return self.reports[link.report_id], link
        return None

    def report(self, report_id: int) -> Report:
        return self.reports[report_id]

    def report_by_flag(self, flag_event: EventId) -> Report | None:
        return self._report(lambda r: r.flag_event == flag_event)

    def is_in_flight(self, report: Report, change: EventId) -> bool:
        return report.id in self.in_flight

    def is_taken_back(self, event_id: EventId) -> bool:
        return event_id in self.taken_back

    def changed_by(self, edit: EventId) -> EventId | None:
        return self.edits.get(edit)

    def left_as_draft(self, report_id: int) -> bool:
        return any(
            owner == report_id
            and showing.shown is Shown.DRAFT
            and self.choices.get(event_id) is Choice.CONFIRMED
            for event_id, (owner, showing) in self.shown.items()
        )

    def replacement(self, room_id: RoomId) -> RoomId | None:
        return self.replacements.get(room_id)

    def rewritten(self, link_id: int, digest: str) -> None:
        self.all_links[link_id] = replace(self.all_links[link_id], digest=digest)

    def ask(self, question: Question) -> None:
        for preview, known in self.questions.items():
            if known.report_id == question.report_id and preview != question.preview:
                self.questions[preview] = replace(known, open=False)
        self.questions.setdefault(question.preview, question)

    def question(self, preview: EventId) -> Question | None:
        return self.questions.get(preview)

    def open_question(self, report_id: int) -> Question | None:
        found = (q for q in self.questions.values() if q.report_id == report_id and q.open)
        return next(found, None)

    def end_questions(self, report_id: int, end: str) -> None:
        for preview, known in self.questions.items():
            if known.report_id == report_id:
                self.questions[preview] = replace(known, open=False)

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

    def keep_form(self, form: Form) -> None:
        self.forms[form.source] = form

    def open_form(self, user_id: UserId) -> Form | None:
        mine = (f for f in self.forms.values() if f.user_id == user_id and f.ended is None)
        return next(mine, None)

    def form_of(self, source: EventId) -> Form | None:
        return self.forms.get(source)

    def form_with(self, event_id: EventId) -> Form | None:
        for form in self.forms.values():
            filled = (*form.answers.values(), *form.photos)
            if event_id in {form.begun_by, *(one.event_id for one in filled)}:
                return form
        return None

    def form_answered(self, last_event: EventId) -> Form | None:
        return next((f for f in self.forms.values() if f.last_event == last_event), None)

    def untouched_forms(self, since: datetime) -> Sequence[Form]:
        return [f for f in self.forms.values() if f.ended is None and f.touched_at < since]

    def forget_form(self, source: EventId) -> None:
        self.forms.pop(source, None)

    def forget_forms(self, abandoned: datetime, sent: datetime) -> int:
        over = [
            f.source
            for f in self.forms.values()
            if f.ended and f.touched_at < (sent if f.ended is Ending.SENT else abandoned)
        ]
        for source in over:
            self.forget_form(source)
        return len(over)

    def note(self, report_id: int, step: Step) -> None:
        known = {(r, s.kind, s.authority, s.event) for r, s in self.all_steps}
        if (report_id, step.kind, step.authority, step.event) not in known:
            self.all_steps.append((report_id, step))

    def steps(self, report_id: int) -> Sequence[Step]:
        return [step for owner, step in self.all_steps if owner == report_id]

    def step_by_event(self, event_id: EventId) -> tuple[Report, Step] | None:
        for report_id, step in self.all_steps:
            if step.event == event_id and step.kind is not StepKind.TAKEN_BACK:
                return self.reports[report_id], step
        return None

    def reports_by(self, referent: UserId) -> Sequence[Report]:
        return [r for r in reversed(self.reports.values()) if r.referent == referent]

    def counted(self, kind: StepKind) -> int:
        return len({report_id for report_id, step in self.all_steps if step.kind is kind})

    def followed(self, directory: Directory) -> Sequence[Followed]:
        found = []
        for report in self.reports.values():
            sent = [x for x in self.links(report.id) if x.state is LinkState.SENT]
            links = where_now(sent, self.replacement, directory)
            if report.state in (ReportState.SENT, ReportState.UNCERTAIN) and links:
                rooms = Destinations(links, ()).authorities(directory)
                mailed = tuple(m.authority for m in self.mails(report.id))
                steps, sent_at = tuple(self.steps(report.id)), min(x.begun_at for x in links)
                found.append(Followed(report, sent_at, tuple(sorted(rooms)), mailed, steps))
        return found

    def grow_older(self, by: timedelta) -> None:
        """Every link was begun that much earlier."""
        for links in (self.all_links, self.all_enclosures):
            for link_id, link in links.items():
                links[link_id] = replace(link, begun_at=link.begun_at - by)
        self.age_bulletins(by)
