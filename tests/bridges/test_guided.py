"""A guided report from the first word to the authority: every step, every crash, every refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bridges.escalation import Escalation
from bridges.outcome import Asked, Declined, Helped, Ignored, Outcome, Refused, Relayed
from policies.form_keeping import ABANDONED_FOR, SENT_FOR
from policies.guided import LASTS, Ending, Form, Step
from policies.guided_words import NEW_SIGN
from policies.incoming import Incoming
from policies.mails import GIVEN_UP_AFTER
from policies.refusal import Refusal
from policies.reports import ReportState
from policies.terms import (
    Answer,
    Command,
    Directory,
    EventId,
    MessageKind,
    Role,
    Said,
    SenderTrust,
    TakeUp,
    UserId,
)
from tests.bridges.conftest import World
from tests.fakes import commune as c
from tests.fakes.world import CrashError

PRIVATE = c.private_room(c.REFERENT)
AUTHORITY_ROOMS = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)
ANSWERS = (
    "7",
    "Une vitre de l'abribus est cassée.",
    "Place Carnot, devant la poste",
    "hier vers 22 h",
    "Une camionnette blanche, BX-640-JM",
    "Deux hommes en veste noire, l'un avec un sac",
)


@dataclass
class Desk:
    """The référent at his phone."""

    world: World
    directory: Directory
    sent: int = 0

    async def writes(self, text: str, sender: UserId = c.REFERENT) -> Outcome:
        item = self.message(text, sender)
        return await self.world.carrier.carry(item, self.directory)

    def message(self, text: str, sender: UserId = c.REFERENT, **changes: object) -> Incoming:
        self.sent += 1
        event_id, room_id = EventId(f"$w{self.sent}"), c.private_room(sender)
        made = c.message(text, event_id=event_id, room_id=room_id, sender=sender)
        self.world.reader.holds(replace(made, **changes))  # type: ignore[arg-type]
        if text.startswith("!"):
            name = {"!nouveau": "new", "!signaler": "flag"}.get(
                text.split(maxsplit=1)[0], "unknown"
            )
            return Command(event_id, room_id, sender, name)
        return Said(event_id, room_id, sender)

    async def taps(self, sign: str, target: EventId | None = None) -> Outcome:
        self.sent += 1
        form = self.world.ledger.open_form(c.REFERENT)
        on = target or (form.question if form else EventId("$nothing"))
        said = Said(EventId(f"$t{self.sent}"), PRIVATE, c.REFERENT, on, sign)
        where = {"event_id": said.event_id, "room_id": PRIVATE, "sender": c.REFERENT}
        self.world.reader.holds(c.message("", kind=MessageKind.OTHER, encrypted=False, **where))
        return await self.world.carrier.carry(said, self.directory)

    async def fills_in(self, *answers: str) -> None:
        await self.writes("nouveau")
        for answer in answers or (*ANSWERS, "passer"):
            await self.writes(answer)

    async def answers(self, *, send: bool, target: EventId | None = None) -> Outcome:
        self.sent += 1
        preview = target or self.world.ledger.reports[1].preview_event
        assert preview is not None
        tap = Answer(EventId(f"$t{self.sent}"), PRIVATE, c.REFERENT, preview, send)
        return await self.world.carrier.carry(tap, self.directory)

    @property
    def form(self) -> Form:
        return list(self.world.ledger.forms.values())[-1]

    @property
    def told(self) -> str:
        return self.world.rooms.to(PRIVATE)[-1]

    def nothing_left(self) -> bool:
        return all(self.world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world, c.directory())


async def test_step_by_step_to_every_authority_and_back(desk: Desk, world: World) -> None:
    await desk.fills_in()
    assert desk.nothing_left()
    preview, changes = world.rooms.to(PRIVATE)[-2:]
    assert "« oui »" in changes
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    for room_id in AUTHORITY_ROOMS:
        (body,) = world.rooms.to(room_id)
        for answer in ANSWERS[1:]:
            assert answer in body
            assert answer in preview
        assert "Où : Place Carnot" in body
        assert "Marie" in body
    assert "2026-0001" in desk.told
    assert desk.form.ended is Ending.SENT
    assert world.rooms.to(c.CENTRE_ROOM) == []
    report = world.ledger.reports[1]
    assert (report.source_room, report.source_event) == (PRIVATE, desk.form.source)
    await desk.writes("Bonjour")
    assert "nulle part" in desk.told


async def test_taps_do_what_words_do(desk: Desk, world: World) -> None:
    assert await desk.taps(NEW_SIGN) == Asked()
    first = desk.form.question
    assert [key for _, event, key in world.rooms.reactions if event == first][:2] == ["1️⃣", "2️⃣"]
    await desk.taps("7")
    assert await desk.taps("3", target=first) == Ignored(), "an earlier question"
    await desk.writes(ANSWERS[1])
    await desk.writes(ANSWERS[2])
    await desk.taps("2")
    await desk.taps("skip")
    await desk.taps("skip")
    no = Answer(EventId("$no"), PRIVATE, c.REFERENT, desk.form.question, send=False)
    await world.carrier.carry(no, desk.directory)
    assert desk.form.step is Step.PREVIEW
    assert set(desk.form.answers) == {Step.CATEGORY, Step.FACTS, Step.PLACE, Step.TIME}
    assert await desk.answers(send=True) == Relayed("2026-0001", 3)


async def test_the_registry_keeps_events_and_choices_and_no_words(desk: Desk) -> None:
    await desk.fills_in()
    kept = repr(desk.form)
    assert all(answer not in kept for answer in ANSWERS[1:])


@pytest.mark.parametrize("step", [1, 2, 4, 5])
async def test_an_accusation_comes_back_at_once(desk: Desk, world: World, step: int) -> None:
    await desk.fills_in(*ANSWERS[:step])
    before = dict(desk.form.answers)
    await desk.writes("C'est Fabien Gillet qui vole les vélos et les revend.")
    assert "met en cause" in desk.told
    assert "Fabien Gillet" in desk.told
    assert desk.form.answers == before
    await desk.writes(ANSWERS[step])
    assert len(desk.form.answers) == step + 1


async def test_a_name_is_asked_about_and_then_masked(desk: Desk, world: World) -> None:
    await desk.fills_in(*ANSWERS[:2])
    for _ in range(2):
        await desk.writes("Devant chez Mme Souad Kaddouri")
    for answer in (*ANSWERS[3:], "passer"):
        await desk.writes(answer)
    await desk.writes("oui")
    (body,) = world.rooms.to(c.GENDARMERIE_ROOM)
    assert "Kaddouri" not in body


async def test_one_answer_is_changed_and_shown_again(desk: Desk, world: World) -> None:
    await desk.fills_in()
    old = world.ledger.reports[1].preview_event
    await desk.writes("3")
    assert desk.form.step is Step.PLACE
    assert await desk.answers(send=True, target=old) == Asked(), "what he sees is out of date"
    await desk.writes("Rue Pasteur, près de la gare")
    assert "Rue Pasteur" in world.rooms.to(PRIVATE)[-2]
    assert desk.nothing_left()
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert "Place Carnot" not in world.rooms.everywhere().split("Où : Rue Pasteur")[-1]


async def test_the_subject_that_counts_is_the_last_one(desk: Desk, world: World) -> None:
    await desk.fills_in()
    await desk.writes("1")
    await desk.writes("6")
    assert await desk.writes("oui") == Relayed("2026-0001", 1), "the gendarmerie alone"


async def test_an_answer_that_is_taken_back_is_gone(desk: Desk, world: World) -> None:
    await desk.fills_in()
    taken_back = desk.form.answers[Step.PEOPLE].event_id
    del world.reader.messages[taken_back]
    await desk.writes("oui")
    assert desk.nothing_left(), "it is shown anew first"
    assert ANSWERS[5] not in world.rooms.to(PRIVATE)[-2]
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert ANSWERS[5] not in world.rooms.to(c.GENDARMERIE_ROOM)[0]


async def test_an_answer_that_is_edited_into_an_accusation_does_not_leave(
    desk: Desk, world: World
) -> None:
    await desk.fills_in()
    facts = world.reader.messages[desk.form.answers[Step.FACTS].event_id]
    changed = replace(facts, text="C'est Fabien Gillet qui a cassé la vitre, il vole aussi.")
    world.reader.edited[facts.event_id] = changed
    await desk.writes("oui")
    assert desk.nothing_left()
    assert desk.form.ended is None


@pytest.mark.parametrize("word", ["non", "annuler", "!annuler"])
async def test_no_and_cancel_send_nothing(desk: Desk, world: World, word: str) -> None:
    await desk.fills_in()
    preview = world.ledger.reports[1].preview_event
    assert await desk.writes(word) == Declined()
    assert desk.form.ended is Ending.CANCELLED
    assert await desk.answers(send=True, target=preview) == Refused(Refusal.NOT_WAITING)
    assert desk.nothing_left()


async def test_cancelled_before_anything_was_shown(desk: Desk) -> None:
    await desk.fills_in(ANSWERS[0])
    assert await desk.writes("annuler") == Declined()
    assert "rien n'est parti" in desk.told
    await desk.writes("nouveau")
    assert desk.form.ended is None


async def test_it_lapses_with_a_word(desk: Desk, world: World) -> None:
    await desk.fills_in()
    preview = world.ledger.reports[1].preview_event
    world.clock.at += LASTS + timedelta(seconds=1)
    await world.carrier.guided.lapse(desk.directory)
    await world.carrier.guided.lapse(desk.directory)
    assert [s for s in world.rooms.to(PRIVATE) if "deux heures" in s] == [desk.told]
    assert await desk.answers(send=True, target=preview) == Refused(Refusal.NOT_WAITING)
    assert desk.nothing_left()


async def test_what_lapsed_waits_for_nobody_and_is_forgotten_the_next_day(
    desk: Desk, world: World
) -> None:
    await desk.fills_in()
    preview = world.ledger.reports[1].preview_event
    world.clock.at += LASTS
    await world.carrier.guided.lapse(desk.directory)
    assert world.ledger.reports[1].state is ReportState.DECLINED
    world.clock.at += ABANDONED_FOR
    await world.carrier.guided.lapse(desk.directory)
    assert world.ledger.forms != {}, "it was touched when it lapsed"
    world.clock.at += timedelta(seconds=1)
    await world.carrier.guided.lapse(desk.directory)
    assert world.ledger.forms == {}
    assert await desk.answers(send=True, target=preview) == Refused(Refusal.NOT_WAITING)
    assert desk.nothing_left()


async def test_what_was_sent_is_kept_while_a_mail_may_read_it(desk: Desk, world: World) -> None:
    await desk.fills_in()
    await desk.writes("oui")
    world.clock.at += GIVEN_UP_AFTER
    await world.carrier.guided.lapse(desk.directory)
    assert desk.form.ended is Ending.SENT
    world.clock.at += SENT_FOR
    await world.carrier.guided.lapse(desk.directory)
    assert world.ledger.forms == {}
    assert world.ledger.reports[1].state is ReportState.SENT


async def test_nothing_is_kept_of_a_form_whose_mandate_ends(desk: Desk, world: World) -> None:
    await desk.fills_in()
    preview = world.ledger.reports[1].preview_event
    world.clock.at += timedelta(minutes=1)
    await world.carrier.guided.lapse(desk.directory)
    assert desk.form.ended is None, "he is still at it"
    gone = c.without_mandates(c.REFERENT)
    await world.carrier.guided.lapse(gone)
    assert world.ledger.forms == {}
    assert world.ledger.reports[1].state is ReportState.DECLINED
    assert "Ce sont les référents" in desk.told
    before = len(world.rooms.said)
    await world.carrier.guided.lapse(gone)
    desk.directory = gone
    assert await desk.answers(send=True, target=preview) == Refused(Refusal.NOT_WAITING)
    assert len(world.rooms.said) == before
    assert desk.nothing_left()


async def test_an_answer_after_two_hours_is_none(desk: Desk, world: World) -> None:
    await desk.fills_in()
    world.clock.at += LASTS
    await desk.writes("oui")
    assert desk.form.ended is Ending.LAPSED
    assert desk.nothing_left()


async def test_one_form_at_a_time(desk: Desk, world: World) -> None:
    await desk.fills_in(*ANSWERS[:2])
    assert await desk.writes("!nouveau") == Asked()
    assert len(world.ledger.forms) == 1
    assert "déjà un signalement" in desk.told
    assert desk.form.step is Step.PLACE


async def test_the_command_may_say_the_subject(desk: Desk) -> None:
    await desk.writes("!signaler cambriolage")
    assert desk.form.step is Step.FACTS


@pytest.mark.parametrize("who", [c.OFFICER, c.MAYOR])
async def test_only_a_referent_builds_one(desk: Desk, world: World, who: UserId) -> None:
    assert await desk.writes("!nouveau", who) == Refused(Refusal.NO_MANDATE)
    assert "référents" in world.rooms.to(c.private_room(who))[-1]
    assert world.ledger.forms == {}
    assert await desk.writes("Bonjour", who) == Ignored()


async def test_a_mandate_that_ends_meanwhile_ends_it(desk: Desk, world: World) -> None:
    await desk.fills_in()
    desk.directory = c.without_mandates(c.REFERENT)
    assert await desk.writes("oui") == Refused(Refusal.NO_MANDATE)
    assert desk.form.ended is Ending.BARRED
    assert desk.nothing_left()


async def test_over_the_quota_it_says_so(desk: Desk, world: World) -> None:
    world.ledger.flags[c.REFERENT] = 1000
    await desk.fills_in()
    assert desk.form.ended is Ending.BARRED
    assert "beaucoup" in desk.told


async def test_help_and_stray_words_are_answered(desk: Desk, world: World) -> None:
    assert await desk.writes("aide") == Helped()
    assert "nouveau" in desk.told
    assert world.rooms.reactions[-1][2] == "📝"
    assert await desk.writes("Il y a un fourgon blanc") == Helped()
    assert "nulle part" in desk.told


async def test_danger_is_answered_before_the_next_question(desk: Desk, world: World) -> None:
    await desk.fills_in(ANSWERS[0])
    await desk.writes("Deux hommes sont en train de forcer la porte du tabac")
    call, question = world.rooms.to(PRIVATE)[-2:]
    assert "17" in call
    assert "114" in call
    assert "Où est-ce" in question
    await desk.writes("Place Carnot")
    await desk.writes("maintenant")
    assert "17" in world.rooms.to(PRIVATE)[-2]
    await desk.writes("Au secours, il a un couteau", c.OFFICER)
    assert "17" in world.rooms.to(c.private_room(c.OFFICER))[-1]


@pytest.mark.parametrize(
    ("changes", "text", "said"),
    [({"kind": MessageKind.VIDEO}, "vu", "vidéo"), ({}, "улица Арбат", "compris")],
)
async def test_what_cannot_be_read_is_asked_again(
    desk: Desk, world: World, changes: dict[str, object], text: str, said: str
) -> None:
    await desk.fills_in(ANSWERS[0])
    item = desk.message(text, **changes)  # type: ignore[arg-type]
    await world.carrier.carry(item, desk.directory)
    assert said in desk.told
    assert desk.form.step is Step.FACTS


async def test_an_answer_from_an_unsigned_device_does_not_leave(desk: Desk, world: World) -> None:
    await desk.fills_in(*ANSWERS[:1])
    ghost = desk.message(ANSWERS[1], trust=SenderTrust.UNSIGNED)
    await world.carrier.carry(ghost, desk.directory)
    for answer in (*ANSWERS[2:], "passer"):
        await desk.writes(answer)
    await desk.writes("oui")
    assert desk.nothing_left()


async def test_two_sectors_are_asked_for(desk: Desk, world: World) -> None:
    both = (*desk.directory.mandates, c.mandate(c.REFERENT, Role.REFERENT, c.GARE))
    desk.directory = replace(desk.directory, mandates=both)
    await desk.fills_in(ANSWERS[0], "La Gare", *ANSWERS[1:], "passer")
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert "La Gare" in world.rooms.to(c.GENDARMERIE_ROOM)[0]


async def test_an_acknowledgement_comes_to_the_referent_alone(desk: Desk, world: World) -> None:
    await desk.fills_in()
    await desk.writes("oui")
    link = next(iter(world.ledger.all_links.values()))
    assert link.event_id is not None
    seen = TakeUp(EventId("$eyes"), link.destination, c.OFFICER, link.event_id, closes=False)
    before = len(world.rooms.said)
    await world.carrier.carry(seen, desk.directory)
    assert [s.room_id for s in world.rooms.said[before:]] == [PRIVATE]


@pytest.mark.parametrize("crash", range(14))
@pytest.mark.parametrize("when", ["die_before", "die_after"])
async def test_a_crash_anywhere_says_nothing_twice(
    desk: Desk, world: World, crash: int, when: str
) -> None:
    setattr(world.rooms, when, crash)
    await _fills_in_with_crashes(desk, world, "oui")
    for room_id in AUTHORITY_ROOMS:
        (body,) = world.rooms.to(room_id)
        assert all(answer in body for answer in ANSWERS[1:])
    said = world.rooms.to(PRIVATE)
    assert len(said) == len(set(said)), "nothing is said twice"
    assert world.ledger.reports[1].state is ReportState.SENT


async def test_a_tap_that_is_handed_out_again_sends_once(desk: Desk, world: World) -> None:
    await desk.fills_in()
    await desk.answers(send=True)
    before = len(world.rooms.said)
    desk.sent -= 1  # the same tap
    assert await desk.answers(send=True) == Asked()
    assert len(world.rooms.said) == before


async def _fills_in_with_crashes(desk: Desk, world: World, last: str) -> None:
    for text in ("nouveau", *ANSWERS, "passer", last):
        item = desk.message(text)
        with suppress(CrashError):
            await world.carrier.carry(item, desk.directory)
        await world.carrier.carry(item, desk.directory)  # the inbox hands it out again


@pytest.mark.parametrize("kept", [True, False])
async def test_a_reminder_names_its_sector_and_nobody(desk: Desk, world: World, kept: bool) -> None:
    """It was built in a private room, which is called after its référent."""
    await desk.fills_in()
    assert isinstance(await desk.writes("oui"), Relayed)
    if not kept:
        world.ledger.forms.clear()
    world.clock.at += timedelta(hours=20)
    await Escalation(world.rooms, world.ledger, world.clock).step(c.directory())
    reminder = world.rooms.to(c.GENDARMERIE_ROOM)[-1]
    assert "2026-0001" in reminder
    assert ("secteur Centre" in reminder) is kept
    assert c.REFERENT not in reminder
