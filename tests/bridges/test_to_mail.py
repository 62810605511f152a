"""Reports by e-mail: encrypted or only announced, once, apart from the rooms, and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bridges.certificate_news import CertificateNews
from bridges.judging import Judging
from bridges.letter import Letter
from bridges.outcome import Awaiting, Merged, Offered, Relayed, Uncertain
from bridges.ports import Language
from bridges.to_mail import ToMail
from policies.certificates import Certificate, CertificateFault
from policies.mails import GIVEN_UP_AFTER, LATE_AFTER, MailKind, MailOutcome, MailState
from policies.refusal import Refusal
from policies.relay import CERTAIN_FOR
from policies.reports import ReportState
from policies.terms import Answer, Directory, EventId
from tests.bridges.conftest import World
from tests.bridges.test_held_up import RefusalError, Refusing
from tests.bridges.test_to_authority import SLANDER, VAN, VICTIM
from tests.fakes import commune as c
from tests.fakes.world import CrashError, FakeFingerprint, FakeMail
from tests.policies.test_mails import GOOD

PRIVATE, MAYORS = c.private_room(c.REFERENT), c.private_room(c.MAYOR)
CHANGE = EventId("$change")


@dataclass
class Desk:
    """The mails of a world, on a server in memory."""

    world: World
    mail: FakeMail
    to_mail: ToMail
    directory: Directory
    language: Language

    async def flag(self, text: str = VAN) -> object:
        self.world.said_by_resident(text)
        return await self.world.carrier.carry(c.flag(), self.directory)

    async def step(self) -> None:
        await self.to_mail.step(self.directory)

    def state(self) -> MailState:
        return self.world.ledger.all_mails[1].state

    def told(self) -> str:
        return self.world.rooms.to(PRIVATE)[-1]

    def restart(self) -> None:
        """Another process on the same ledger."""
        self.to_mail = made(self.world, self.mail, self.language)


def made(world: World, mail: FakeMail, language: Language) -> ToMail:
    judging = Judging(world.reader, world.ledger, language)
    news = CertificateNews(mail, world.rooms, world.ledger, world.clock)
    parts = (mail, world.rooms, world.ledger, judging, FakeFingerprint(), news, world.clock)
    return ToMail(*parts, world.enclosing)


@pytest.fixture
def desk(world: World, language: Language) -> Desk:
    mail = FakeMail({c.GENDARMERIE: GOOD})
    return Desk(world, mail, made(world, mail, language), c.mailed_directory(), language)


def only_mail(desk: Desk) -> None:
    """A commune whose one authority is written to."""
    commune = desk.directory.commune
    desk.directory = replace(
        desk.directory, commune=replace(commune, authorities=commune.authorities[:1])
    )


async def test_a_report_goes_to_rooms_at_once_and_by_mail_in_its_turn(desk: Desk) -> None:
    assert await desk.flag() == Relayed("2026-0001", 3)
    rooms = desk.world.rooms
    assert rooms.to(c.GENDARMERIE_ROOM) == []
    assert len(rooms.to(c.POLICE_ROOM)) == 1
    first = desk.told()
    assert "Destinataires : Police municipale, Mairie." in first
    assert "Par courriel, à : Gendarmerie." in first
    assert desk.mail.taken == []
    await desk.step()
    (letter,) = desk.mail.taken
    assert letter.to == c.GENDARMERIE_MAIL
    assert letter.certificate == GOOD
    assert letter.subject == "Signalement 2026-0001 · Saint-Exemple"
    for said in (VAN, "Centre", "Marie", "2026-0001", "Autre"):
        assert said in letter.body
    assert "Alice" not in letter.body
    assert "parti par courriel" in desk.told()
    assert "Gendarmerie" in desk.told()
    await desk.step()
    desk.restart()
    await desk.step()
    assert len(desk.mail.taken) == 1
    assert len(rooms.to(PRIVATE)) == 2


async def urgently(desk: Desk) -> None:
    desk.world.said_by_resident(VAN)
    flag = replace(c.flag(), urgent=True)
    assert await desk.world.carrier.carry(flag, desk.directory) == Relayed("2026-0001", 3)


async def test_an_urgent_report_says_so_outside_and_nothing_more(desk: Desk) -> None:
    await urgently(desk)
    assert "appelez aussi Gendarmerie" in desk.told()
    await desk.step()
    (letter,) = desk.mail.taken
    assert letter.subject == "[URGENT] Signalement 2026-0001 · Saint-Exemple"
    assert letter.urgent
    assert letter.body.startswith("Signalement 2026-0001 · 🔔 URGENT · Autre")


async def test_the_notice_of_an_urgent_report_says_so_and_tells_nothing(desk: Desk) -> None:
    desk.mail.certificates.clear()
    await urgently(desk)
    await desk.step()
    (letter,) = desk.mail.taken
    assert letter.subject == "[URGENT] Signalement 2026-0001 · Saint-Exemple"
    assert letter.urgent
    assert "C'est urgent : n'attendez pas pour appeler." in letter.body
    for hidden in (VAN, "fourgon", "Centre", "Marie", "Alice", "Autre"):
        assert hidden not in letter.subject + letter.body


async def test_its_correction_is_urgent_too_and_its_withdrawal_is_not(desk: Desk) -> None:
    await urgently(desk)
    await desk.step()
    desk.to_mail.changed(desk.world.ledger.reports[1], CHANGE, MailKind.EDIT)
    await desk.step()
    desk.to_mail.changed(desk.world.ledger.reports[1], CHANGE, MailKind.WITHDRAWAL)
    await desk.step()
    _, edit, withdrawal = desk.mail.taken
    assert edit.subject == "[URGENT] Signalement 2026-0001 modifié · Saint-Exemple"
    assert edit.urgent
    assert not withdrawal.urgent
    assert "URGENT" not in withdrawal.subject


async def test_what_is_not_urgent_does_not_say_so(desk: Desk) -> None:
    await desk.flag()
    assert "appelez aussi" not in desk.told()
    await desk.step()
    (letter,) = desk.mail.taken
    assert not letter.urgent
    assert "URGENT" not in letter.subject + letter.body


async def test_without_a_certificate_only_the_notice_leaves(desk: Desk) -> None:
    desk.mail.certificates.clear()
    await desk.flag()
    await desk.step()
    (letter,) = desk.mail.taken
    assert letter.certificate is None
    whole = letter.subject + letter.body
    assert "2026-0001" in whole
    for hidden in (VAN, "fourgon", "BX-640-JM", "Centre", "Marie", "Alice", "Autre"):
        assert hidden not in whole
    assert "sait seulement" in desk.told()
    assert desk.world.rooms.to(MAYORS) == []


@pytest.mark.parametrize(
    "certificate",
    [*CertificateFault, replace(GOOD, not_after=c.NOW - timedelta(1)), replace(GOOD, bits=1024)],
    ids=str,
)
async def test_an_unusable_certificate_encrypts_nothing_and_administrators_are_told(
    desk: Desk, certificate: Certificate | CertificateFault
) -> None:
    desk.mail.certificates[c.GENDARMERIE] = certificate
    await desk.flag()
    await desk.step()
    (letter,) = desk.mail.taken
    assert letter.certificate is None
    assert "fourgon" not in letter.body
    (alert,) = desk.world.rooms.to(MAYORS)
    assert "Le certificat de Gendarmerie ne peut pas servir" in alert
    assert "pc-matrix mail check" in alert


async def test_a_mail_only_commune_sees_the_mark_once_it_left(desk: Desk) -> None:
    only_mail(desk)
    assert await desk.flag() == Relayed("2026-0001", 1)
    assert desk.world.rooms.reactions == []
    assert "part par courriel" in desk.told()
    await desk.step()
    assert desk.world.rooms.reactions == [(c.CENTRE_ROOM, c.MESSAGE_ID, "📨")]


async def test_a_draft_that_leaves_by_mail_leaves_no_mark(desk: Desk) -> None:
    only_mail(desk)
    text = f"{VAN} {SLANDER}"
    assert await desk.flag(text) == Offered()
    preview = desk.world.ledger.reports[1].preview_event
    assert preview is not None
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    assert await desk.world.carrier.carry(tap, desk.directory) == Relayed("2026-0001", 1)
    await desk.step()
    (letter,) = desk.mail.taken
    assert "fourgon" in letter.body
    assert "Gillet" not in letter.body
    assert desk.world.rooms.reactions == []


async def test_a_masked_text_leaves_as_it_was_confirmed(desk: Desk) -> None:
    assert await desk.flag(VICTIM) == Awaiting()
    await desk.step()
    assert desk.mail.tried == 0
    preview = desk.world.ledger.reports[1].preview_event
    assert preview is not None
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    await desk.world.carrier.carry(tap, desk.directory)
    await desk.step()
    assert "Kaddouri" not in desk.mail.taken[0].body
    assert "faux employés du gaz" in desk.mail.taken[0].body


async def test_a_message_that_changed_since_does_not_leave(desk: Desk) -> None:
    await desk.flag()
    desk.world.reader.edited[c.MESSAGE_ID] = c.message(f"{VAN} Et un deuxième.")
    await desk.step()
    assert desk.mail.tried == 0
    assert desk.state() is MailState.WITHHELD
    assert "n'est pas parti" in desk.told()


async def test_a_message_that_is_gone_does_not_leave(desk: Desk) -> None:
    await desk.flag()
    desk.world.reader.messages.clear()
    await desk.step()
    assert (desk.mail.tried, desk.state()) == (0, MailState.WITHHELD)


async def test_an_authority_without_address_any_more_gets_nothing(desk: Desk) -> None:
    await desk.flag()
    desk.directory = c.directory()
    await desk.step()
    assert (desk.mail.tried, desk.state()) == (0, MailState.WITHHELD)


async def test_a_server_that_is_away_is_tried_again_later_and_holds_up_no_room(desk: Desk) -> None:
    desk.mail.outcomes = [MailOutcome.AWAY] * 3
    assert await desk.flag() == Relayed("2026-0001", 3)
    for tried, wait in ((1, 29), (1, 1), (2, 59), (2, 1), (3, 0)):
        await desk.step()
        assert desk.mail.tried == tried
        desk.world.clock.at += timedelta(seconds=wait)
    assert len(desk.world.rooms.to(PRIVATE)) == 1
    desk.world.clock.at += LATE_AFTER
    await desk.step()
    assert desk.state() is MailState.TAKEN


async def test_a_late_mail_is_told_once_and_given_up_after_a_day(desk: Desk) -> None:
    desk.mail.outcomes = [MailOutcome.AWAY] * 1000
    await desk.flag()
    desk.world.clock.at += LATE_AFTER
    for _ in range(3):
        await desk.step()
    desk.restart()
    await desk.step()
    assert "n'est pas encore parti" in desk.told()
    assert len(desk.world.rooms.to(PRIVATE)) == 2
    desk.world.clock.at += GIVEN_UP_AFTER
    await desk.step()
    assert desk.state() is MailState.GIVEN_UP
    assert "24 heures" in desk.told()
    assert desk.world.ledger.reports[1].state is ReportState.UNCERTAIN
    tried = desk.mail.tried
    await desk.step()
    assert desk.mail.tried == tried


async def test_one_recipient_to_be_tried_later_holds_up_no_other(desk: Desk) -> None:
    commune = desk.directory.commune
    all_mail = tuple(replace(a, email=c.GENDARMERIE_MAIL) for a in commune.authorities)
    desk.directory = replace(desk.directory, commune=replace(commune, authorities=all_mail))
    desk.mail.outcomes = [MailOutcome.LATER]
    await desk.flag()
    await desk.step()
    assert [m.state for m in desk.world.ledger.mails(1)] == [
        MailState.WAITING,
        MailState.TAKEN,
        MailState.TAKEN,
    ]
    await desk.step()
    assert desk.mail.tried == 3
    desk.world.clock.at += timedelta(seconds=30)
    await desk.step()
    assert desk.state() is MailState.TAKEN


async def test_a_refused_mail_is_told_and_not_tried_again(desk: Desk) -> None:
    desk.mail.outcomes = [MailOutcome.REFUSED]
    await desk.flag()
    await desk.step()
    assert desk.state() is MailState.REFUSED
    assert "refusé" in desk.told()
    assert desk.world.ledger.reports[1].state is ReportState.UNCERTAIN
    await desk.step()
    assert desk.mail.tried == 1


async def test_what_may_have_arrived_is_never_sent_again(desk: Desk) -> None:
    desk.mail.outcomes = [MailOutcome.UNKNOWN]
    await desk.flag()
    await desk.step()
    assert desk.state() is MailState.UNCERTAIN
    assert "nous ne savons pas s'il est arrivé" in desk.told()
    desk.world.clock.at += CERTAIN_FOR
    await desk.step()
    assert desk.mail.tried == 1


async def test_a_crash_while_handing_over_is_told_to_a_human(desk: Desk) -> None:
    desk.mail.die_handing = True
    await desk.flag()
    with pytest.raises(CrashError):
        await desk.step()
    assert desk.state() is MailState.HANDING
    desk.restart()
    await desk.step()
    assert desk.mail.tried == 1
    assert desk.state() is MailState.UNCERTAIN
    assert "nous ne savons pas s'il est arrivé" in desk.told()


@pytest.mark.parametrize("when", ["die_before", "die_after"])
async def test_a_crash_while_the_referent_is_told_sends_no_second_mail(
    desk: Desk, when: str
) -> None:
    await desk.flag()
    setattr(desk.world.rooms, when, desk.world.rooms._sends)
    with pytest.raises(CrashError):
        await desk.step()
    desk.restart()
    await desk.step()
    assert len(desk.mail.taken) == 1
    assert len([t for t in desk.world.rooms.to(PRIVATE) if "est parti par courriel" in t]) == 1


async def test_a_room_that_refuses_keeps_no_mail_from_leaving(desk: Desk) -> None:
    refusing = Refusing(closed={c.POLICE_ROOM})
    desk.world.carrier.to_authority._delivery._rooms = refusing
    with pytest.raises(RefusalError):
        await desk.flag()
    await desk.step()
    assert len(desk.mail.taken) == 1


async def test_an_interrupted_room_and_a_mail_are_told_apart(desk: Desk) -> None:
    desk.world.rooms.die_before = 0
    with pytest.raises(CrashError):
        await desk.flag()
    desk.world.ledger.grow_older(CERTAIN_FOR + timedelta(minutes=1))
    assert await desk.flag() == Uncertain("2026-0001")
    await desk.step()
    assert len(desk.mail.taken) == 1


async def test_an_edit_and_a_withdrawal_follow_the_first_mail(desk: Desk) -> None:
    await desk.flag()
    await desk.step()
    first = desk.mail.taken[0]
    newer = f"{VAN} Il est reparti vers la gare."
    desk.world.reader.edited[c.MESSAGE_ID] = c.message(newer)
    digest = FakeFingerprint().of(newer)
    desk.world.ledger.set_state(1, ReportState.SENT, digest=digest)
    report = desk.world.ledger.reports[1]
    for _ in range(2):
        assert desk.to_mail.changed(report, CHANGE, MailKind.EDIT) == 1
        await desk.step()
    edit = desk.mail.taken[1]
    assert (edit.answers, edit.subject) == (
        first.txn,
        "Signalement 2026-0001 modifié · Saint-Exemple",
    )
    assert newer in edit.body
    assert "La modification" in desk.told()
    assert desk.to_mail.changed(report, EventId("$gone"), MailKind.WITHDRAWAL) == 1
    desk.world.reader.messages.clear()
    desk.world.reader.edited.clear()
    await desk.step()
    _, _, withdrawal = desk.mail.taken
    assert withdrawal.answers == first.txn
    assert withdrawal.certificate == GOOD
    assert "est retiré" in withdrawal.body
    assert "fourgon" not in withdrawal.body
    assert len({letter.txn for letter in desk.mail.taken}) == 3


async def test_nobody_hears_of_the_change_of_what_he_never_had(desk: Desk) -> None:
    await desk.flag()
    report = desk.world.ledger.reports[1]
    assert desk.to_mail.changed(report, CHANGE, MailKind.WITHDRAWAL) == 0
    desk.mail.outcomes = [MailOutcome.REFUSED]
    await desk.step()
    assert desk.to_mail.changed(report, CHANGE, MailKind.WITHDRAWAL) == 0


async def test_a_follow_up_that_fails_says_what_it_was(desk: Desk) -> None:
    await desk.flag()
    await desk.step()
    desk.to_mail.changed(desk.world.ledger.reports[1], CHANGE, MailKind.WITHDRAWAL)
    desk.mail.outcomes = [MailOutcome.REFUSED]
    await desk.step()
    assert "devait dire que le signalement est retiré" in desk.told()
    assert desk.world.ledger.reports[1].state is ReportState.SENT


async def test_the_end_of_a_certificate_is_told_once_for_each_stage(desk: Desk) -> None:
    end = c.NOW + timedelta(days=61)
    desk.mail.certificates[c.GENDARMERIE] = replace(GOOD, not_after=end)
    told = []
    for days in (0, 1, 1, 30, 1, 24, 1, 5, 1):
        desk.world.clock.at += timedelta(days=days)
        await desk.step()
        told.append(len(desk.world.rooms.to(MAYORS)))
    assert told == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    said = desk.world.rooms.to(MAYORS)
    assert "60 jours" in said[0]
    assert "30 jours" in said[1]
    assert "7 jours" in said[2]
    assert "Il a expiré le" in said[3]


async def test_a_fault_that_comes_back_is_news_again(desk: Desk) -> None:
    for certificate in (CertificateFault.MISSING, CertificateFault.MISSING, GOOD):
        desk.mail.certificates[c.GENDARMERIE] = certificate
        desk.world.clock.at += timedelta(hours=2)
        await desk.step()
    assert len(desk.world.rooms.to(MAYORS)) == 1
    desk.mail.certificates[c.GENDARMERIE] = CertificateFault.MISSING
    desk.world.clock.at += timedelta(days=1)
    await desk.step()
    assert len(desk.world.rooms.to(MAYORS)) == 2


async def test_without_an_administrator_the_news_wait(desk: Desk) -> None:
    desk.mail.certificates[c.GENDARMERIE] = CertificateFault.EXPIRED
    full, desk.directory = desk.directory, c.without_mandates(c.MAYOR)
    desk.directory = replace(desk.directory, commune=full.commune)
    await desk.step()
    assert desk.world.ledger.told_certificates == set()
    desk.directory = full
    desk.world.clock.at += timedelta(hours=1)
    await desk.step()
    assert len(desk.world.rooms.to(MAYORS)) == 1


def test_no_letter_shows_its_text(desk: Desk) -> None:
    from bridges.letter import Letter

    assert "fourgon" not in repr(Letter(c.GENDARMERIE_MAIL, "fourgon", VAN, "pc1"))


async def photographed(desk: Desk, caption: str = VAN) -> None:
    """A photo was flagged and confirmed."""
    desk.world.reader.holds(c.photo(caption))
    assert await desk.world.carrier.carry(c.flag(), desk.directory) == Awaiting()
    preview = desk.world.ledger.reports[1].preview_event
    assert preview is not None
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    await desk.world.carrier.carry(tap, desk.directory)


async def test_a_photo_goes_inside_the_sealed_mail(desk: Desk) -> None:
    await photographed(desk)
    await desk.step()
    (letter,) = desk.mail.taken
    name = "signalement-2026-0001-1.jpg"
    assert letter.pictures == ((name, desk.world.pictures.answer),)
    assert "La photo jointe" in letter.body
    assert VAN in letter.body


async def test_a_photo_never_goes_in_an_open_mail(desk: Desk) -> None:
    desk.mail.certificates = {}
    await photographed(desk)
    await desk.step()
    (letter,) = desk.mail.taken
    assert letter.pictures == ()
    assert VAN not in letter.body


async def test_a_place_stands_in_the_text_of_the_mail(desk: Desk) -> None:
    desk.world.reader.holds(c.place(VAN))
    assert await desk.world.carrier.carry(c.flag(), desk.directory) == Awaiting()
    preview = desk.world.ledger.reports[1].preview_event
    assert preview is not None
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    await desk.world.carrier.carry(tap, desk.directory)
    await desk.step()
    (letter,) = desk.mail.taken
    assert "48.85837, 2.294481" in letter.body
    assert letter.pictures == ()


@pytest.mark.parametrize("what", ["another", "gone"])
async def test_a_mail_whose_photo_is_not_what_was_shown_is_withheld(desk: Desk, what: str) -> None:
    await photographed(desk)
    if what == "gone":
        desk.world.pictures.answer = Refusal.ATTACHMENT_GONE
    else:
        desk.world.reader.edited[c.MESSAGE_ID] = c.photo(
            VAN, enclosed=c.attachment(sha256=bytes(32))
        )
    await desk.step()
    assert desk.mail.taken == []
    assert desk.state() is MailState.WITHHELD


@pytest.mark.parametrize("state", [ReportState.WITHDRAWING, ReportState.WITHDRAWN])
async def test_what_was_withdrawn_leaves_by_no_mail(desk: Desk, state: ReportState) -> None:
    await desk.flag()
    desk.world.ledger.set_state(1, state)
    await desk.step()
    assert desk.mail.taken == []
    assert desk.state() is MailState.WITHHELD
    assert desk.world.ledger.reports[1].state is state


async def test_what_may_have_left_before_it_was_withdrawn_is_no_open_question(desk: Desk) -> None:
    await desk.flag()
    desk.mail.outcomes.append(MailOutcome.UNKNOWN)
    await desk.step()
    desk.world.ledger.told_mails.clear()
    desk.world.ledger.set_state(1, ReportState.WITHDRAWN)
    await desk.step()
    assert desk.state() is MailState.UNCERTAIN
    assert desk.world.ledger.reports[1].state is ReportState.WITHDRAWN


async def test_a_report_taken_away_while_its_mail_is_on_its_way_stays_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.flag()
    desk.mail.outcomes = [MailOutcome.REFUSED]
    send = desk.mail.send

    async def meanwhile(letter: Letter, handing: Callable[[], None]) -> MailOutcome:
        desk.world.ledger.set_state(1, ReportState.WITHDRAWN)
        return await send(letter, handing)

    monkeypatch.setattr(desk.mail, "send", meanwhile)
    await desk.step()
    assert desk.state() is MailState.REFUSED
    assert desk.world.ledger.reports[1].state is ReportState.WITHDRAWN


async def test_what_others_tell_of_the_same_goes_by_mail_too(desk: Desk) -> None:
    await desk.flag()
    await desk.step()
    again = "Le fourgon BX-640-JM est devant l'école."
    desk.world.said_by_resident(again, EventId("$again"))
    flag = c.flag(event_id=EventId("$f2"), target=EventId("$again"))
    assert await desk.world.carrier.carry(flag, desk.directory) == Merged("2026-0001", 1)
    await desk.step()
    first, second = desk.mail.taken
    assert second.subject == first.subject
    assert again in second.body
    assert "s'ajoute au signalement 2026-0001" in second.body
    assert "parti par courriel" in desk.told()
    assert desk.world.ledger.reports[2].state is ReportState.MERGED
