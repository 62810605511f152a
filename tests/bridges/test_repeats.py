"""Several people tell of the same: one report, each message with the authorities, all told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bridges.escalation import Escalation
from bridges.outcome import (
    Acknowledged,
    Answered,
    Consented,
    Corrected,
    Dropped,
    Merged,
    Outcome,
    Recounted,
    Refused,
    Relayed,
    Withdrawn,
)
from policies.guided import Ending
from policies.incoming import Consent, Edit, Withdrawal
from policies.refusal import Refusal
from policies.reports import ReportState
from policies.steps import StepKind
from policies.terms import (
    Category,
    Command,
    Directory,
    EventId,
    Flag,
    Message,
    Person,
    Role,
    RoomId,
    TakeUp,
    UserId,
)
from tests.bridges.conftest import World
from tests.bridges.test_guided import Desk
from tests.fakes import commune as c
from tests.fakes.world import CrashError

FIRST = "Un fourgon blanc immatriculé BX-640-JM tourne rue des Lilas."
SECOND = "La camionnette BX 640 JM est devant l'école."
AUTHORITY_ROOMS = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)
NEIGHBOUR = UserId("@voisin:ex.test")
MARIE, PAUL = c.private_room(c.REFERENT), c.private_room(c.OTHER_REFERENT)


@dataclass
class Town:
    """Two sectors whose référents flag what their people write."""

    world: World
    directory: Directory
    said: int = 0

    async def flags(
        self,
        text: str,
        *,
        by: UserId = c.REFERENT,
        author: UserId = c.RESIDENT,
        category: Category | None = Category.OTHER,
        urgent: bool = False,
    ) -> Outcome:
        flag = self.flag(text, by=by, author=author, category=category, urgent=urgent)
        return await self.world.carrier.carry(flag, self.directory)

    def flag(
        self,
        text: str,
        *,
        by: UserId = c.REFERENT,
        author: UserId = c.RESIDENT,
        category: Category | None = Category.OTHER,
        urgent: bool = False,
    ) -> Flag:
        self.said += 1
        room = c.CENTRE_ROOM if by == c.REFERENT else c.GARE_ROOM
        target = EventId(f"$m{self.said}")
        self.world.reader.holds(c.message(text, event_id=target, room_id=room, sender=author))
        return Flag(EventId(f"$f{self.said}"), room, by, target, category, urgent)

    async def both(self) -> None:
        assert await self.flags(FIRST) == Relayed("2026-0001", 3)
        there = await self.flags(SECOND, by=c.OTHER_REFERENT, author=NEIGHBOUR)
        assert there == Merged("2026-0001", 2)

    def restart(self) -> None:
        """The bot's process anew: nothing is left in its memory."""
        memory = self.world.carrier.to_authority._repeats
        memory._seen.clear()
        memory._recent = None

    def copy(self, report_id: int, room: RoomId) -> EventId:
        links = self.world.ledger.links(report_id)
        found = next(link.event_id for link in links if link.destination == room)
        assert found is not None
        return found


@pytest.fixture
def town(world: World) -> Town:
    full = c.directory()
    more = (
        c.mandate(NEIGHBOUR, Role.RESIDENT, c.GARE),
        c.mandate(UserId("@zoe:ex.test"), Role.RESIDENT, c.CENTRE),
    )
    return Town(world, replace(full, mandates=(*full.mandates, *more)))


async def test_two_referents_and_one_van_are_one_report(town: Town, world: World) -> None:
    await town.both()
    for room in AUTHORITY_ROOMS:
        report, added = world.rooms.to(room)
        assert "2026-0001" in report
        assert added.startswith("Signalé par 2 personnes\n")
        assert SECOND in added
        assert "La Gare" in added
        # In the thread of the report, and nowhere else.
        root = town.copy(1, room)
        assert ("m.thread", town.copy(2, room)) in world.rooms.relations[root]
    told = world.rooms.to(PAUL)[-1]
    assert "2026-0001" in told
    assert "Signalé par 2 personnes" in told
    assert (c.GARE_ROOM, EventId("$m2"), "📨") in world.rooms.reactions
    assert world.ledger.reports[2].state is ReportState.MERGED


async def test_a_third_person_is_counted_and_nobody_twice(town: Town, world: World) -> None:
    await town.both()
    again = await town.flags("Le fourgon BX640JM est au stade.", author=c.RESIDENT)
    assert again == Merged("2026-0001", 2)
    third = await town.flags("Le fourgon BX-640-JM revient.", author=UserId("@zoe:ex.test"))
    assert third == Merged("2026-0001", 3)
    assert world.rooms.to(c.POLICE_ROOM)[-1].startswith("Signalé par 3 personnes")


async def test_the_same_person_alone_is_no_crowd(town: Town, world: World) -> None:
    await town.flags(FIRST)
    assert await town.flags("Le fourgon BX-640-JM est rue du Moulin.") == Merged("2026-0001", 1)
    assert world.rooms.to(c.POLICE_ROOM)[-1].startswith("Signalé une fois de plus\n")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (
            "Un fourgon blanc tourne lentement rue des Lilas.",
            "Une camionnette blanche rôde rue des Lilas depuis ce matin",
            True,
        ),
        (
            "Un fourgon blanc tourne lentement rue des Lilas.",
            "Un fourgon gris tourne lentement rue des Lilas.",
            False,
        ),
        (FIRST, "Un fourgon blanc immatriculé CY-731-KT tourne rue des Lilas.", False),
        (FIRST, "Deux fourgons, BX-640-JM et CY-731-KT, tournent rue des Lilas.", False),
    ],
)
async def test_paraphrases_are_one_and_other_vans_are_not(
    town: Town, first: str, second: str, *, same: bool
) -> None:
    await town.flags(first)
    outcome = await town.flags(second, author=UserId("@zoe:ex.test"))
    assert isinstance(outcome, Merged if same else Relayed)


async def test_what_is_urgent_is_never_swallowed(town: Town, world: World) -> None:
    await town.flags(FIRST)
    said = "Le fourgon BX-640-JM : ils sont en train de forcer la porte du tabac !"
    assert await town.flags(said) == Relayed("2026-0002", 3)
    assert await town.flags(SECOND, urgent=True) == Relayed("2026-0003", 3)
    assert StepKind.URGENT in {step.kind for step in world.ledger.steps(2)}


async def test_another_category_a_closed_report_and_an_old_one_are_left_alone(
    town: Town, world: World
) -> None:
    await town.flags(FIRST)
    other = await town.flags(SECOND, category=Category.INCIVILITY)
    assert isinstance(other, Relayed)
    sign = TakeUp(
        EventId("$up"), c.POLICE_ROOM, c.POLICEMAN, town.copy(1, c.POLICE_ROOM), closes=True
    )
    assert await world.carrier.carry(sign, town.directory) == Acknowledged("2026-0001")
    assert await town.flags(SECOND) == Relayed("2026-0003", 3)
    world.clock.at += timedelta(hours=3)
    assert await town.flags(SECOND) == Relayed("2026-0004", 3)


async def test_an_authority_that_lacks_the_first_gets_a_report(town: Town, world: World) -> None:
    await town.flags(FIRST)
    lacking = next(
        link for link in world.ledger.all_links.values() if link.destination == c.MAIRIE_ROOM
    )
    del world.ledger.all_links[lacking.id]
    assert await town.flags(SECOND) == Relayed("2026-0002", 3)


async def test_a_picture_is_a_report_of_its_own(town: Town, world: World) -> None:
    await town.flags(FIRST)
    flag = town.flag(SECOND)
    world.reader.holds(
        c.photo(SECOND, event_id=flag.target, room_id=c.CENTRE_ROOM, sender=c.RESIDENT)
    )
    await world.carrier.carry(flag, town.directory)
    assert world.ledger.reports[2].state is ReportState.AWAITING


async def test_after_a_restart_messages_are_read_again(town: Town, world: World) -> None:
    await town.flags(FIRST)
    town.restart()
    assert await town.flags(SECOND) == Merged("2026-0001", 1)
    # What the authorities have is compared, not what its author made of it since.
    await town.flags("Un banc est renversé place Carnot devant la poste.")
    town.restart()
    newer = c.message("Un fourgon CY-731-KT place Carnot.", event_id=EventId("$m3"))
    world.reader.edited[EventId("$m3")] = newer
    assert isinstance(await town.flags("Le fourgon CY-731-KT est place Carnot."), Relayed)


async def test_after_a_restart_each_is_read_again_once_however_many_want_it(
    town: Town, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.flags("Un banc est renversé place Carnot devant la poste.")
    town.restart()
    newest, asked = world.reader.newest, list[EventId]()

    async def slowly(room_id: RoomId, event_id: EventId) -> Message | None:
        asked.append(event_id)
        await asyncio.sleep(0)
        return await newest(room_id, event_id)

    monkeypatch.setattr(world.reader, "newest", slowly)
    flags = [
        town.flag("Un lampadaire est cassé rue du Moulin."),
        town.flag("Le fourgon CY-731-KT est au stade.", by=c.OTHER_REFERENT, author=NEIGHBOUR),
    ]
    outcomes = await asyncio.gather(*(world.carrier.carry(flag, town.directory) for flag in flags))
    assert all(isinstance(outcome, Relayed) for outcome in outcomes)
    assert asked.count(EventId("$m1")) == 1


async def test_what_is_gone_is_compared_with_nothing(town: Town, world: World) -> None:
    await town.flags(FIRST)
    town.restart()
    del world.reader.messages[EventId("$m1")]
    assert await town.flags(SECOND) == Relayed("2026-0002", 3)


async def test_what_comes_at_once_waits_for_the_first(town: Town, world: World) -> None:
    flags = [
        town.flag(FIRST),
        town.flag(SECOND, by=c.OTHER_REFERENT, author=NEIGHBOUR),
    ]
    outcomes = await asyncio.gather(*(world.carrier.carry(flag, town.directory) for flag in flags))
    assert outcomes == [Relayed("2026-0001", 3), Merged("2026-0001", 2)]


@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize("when", ["die_before", "die_after"])
async def test_a_crash_anywhere_says_nothing_twice_and_loses_nothing(
    town: Town, world: World, step: int, when: str
) -> None:
    await town.flags(FIRST)
    flag = town.flag(SECOND, by=c.OTHER_REFERENT, author=NEIGHBOUR)
    setattr(world.rooms, when, world.rooms._sends + step)
    for _ in range(2):
        try:
            outcome = await world.carrier.carry(flag, town.directory)
        except CrashError:
            town.restart()
    assert outcome == Merged("2026-0001", 2)
    for room in AUTHORITY_ROOMS:
        assert len(world.rooms.to(room)) == 2
    assert len([s for s in world.rooms.to(PAUL) if "2026-0001" in s]) == 1
    kinds = [s.kind for s in world.ledger.steps(1)]
    assert kinds.count(StepKind.MERGED) == 1


# Everybody hears what becomes of it.


@pytest.mark.parametrize("under", [1, 2])
async def test_a_sign_under_either_message_reaches_both(
    town: Town, world: World, under: int
) -> None:
    await town.both()
    target = town.copy(under, c.POLICE_ROOM)
    sign = TakeUp(EventId("$up"), c.POLICE_ROOM, c.POLICEMAN, target, closes=False)
    assert await world.carrier.carry(sign, town.directory) == Acknowledged("2026-0001")
    for room in (MARIE, PAUL, c.CENTRE_ROOM, c.GARE_ROOM):
        (news,) = [s for s in world.rooms.to(room) if "👀" in s]
        assert "2026-0001" in news


async def test_who_flags_both_hears_of_it_once(town: Town, world: World) -> None:
    await town.flags(FIRST)
    await town.flags(SECOND)
    target = town.copy(1, c.POLICE_ROOM)
    sign = TakeUp(EventId("$up"), c.POLICE_ROOM, c.POLICEMAN, target, closes=False)
    await world.carrier.carry(sign, town.directory)
    assert len([s for s in world.rooms.to(MARIE) if "👀" in s]) == 1
    assert len([s for s in world.rooms.to(c.CENTRE_ROOM) if "👀" in s]) == 1


async def test_who_comes_later_hears_that_it_is_taken_up(town: Town, world: World) -> None:
    await town.flags(FIRST)
    target = town.copy(1, c.POLICE_ROOM)
    sign = TakeUp(EventId("$up"), c.POLICE_ROOM, c.POLICEMAN, target, closes=False)
    await world.carrier.carry(sign, town.directory)
    await town.flags(SECOND, by=c.OTHER_REFERENT, author=NEIGHBOUR)
    assert "s'en occupe déjà" in world.rooms.to(PAUL)[-1]


def command(world: World, text: str, name: str, sender: UserId, room: RoomId) -> Command:
    event_id = EventId(f"$c{text}")
    world.reader.holds(c.message(text, event_id=event_id, room_id=room, sender=sender))
    return Command(event_id, room, sender, name)


async def test_answers_and_motives_reach_both(town: Town, world: World) -> None:
    await town.both()
    reply = command(world, "!repondre 2026-0001 On y va.", "reply", c.POLICEMAN, c.POLICE_ROOM)
    assert await world.carrier.carry(reply, town.directory) == Answered("2026-0001")
    drop = command(world, "!sans-suite 2026-0001 Un livreur.", "drop", c.POLICEMAN, c.POLICE_ROOM)
    assert await world.carrier.carry(drop, town.directory) == Dropped("2026-0001")
    for room in (MARIE, PAUL):
        said = world.rooms.to(room)
        assert len([s for s in said if "On y va." in s]) == 1
        assert len([s for s in said if "Un livreur." in s]) == 1


async def test_both_see_its_history_and_find_it_among_their_own(town: Town, world: World) -> None:
    await town.both()
    for sender, private in ((c.REFERENT, MARIE), (c.OTHER_REFERENT, PAUL)):
        ask = command(world, f"!rapport 2026-0001 {sender}", "history", sender, private)
        assert await world.carrier.carry(ask, town.directory) == Recounted(1)
        assert "autre message" in world.rooms.to(private)[-1]
        mine = Command(EventId(f"$mine{sender}"), private, sender, "mine")
        assert await world.carrier.carry(mine, town.directory) == Recounted(1)
        assert "2026-0001" in world.rooms.to(private)[-1]
    reply = Command(EventId("$c!rapport"), c.GARE_ROOM, c.OTHER_REFERENT, "history", EventId("$m2"))
    world.reader.holds(
        c.message("!rapport", event_id=reply.event_id, room_id=c.GARE_ROOM, sender=c.OTHER_REFERENT)
    )
    assert await world.carrier.carry(reply, town.directory) == Recounted(1)


async def test_nobody_takes_up_an_urgent_one_and_both_are_told_to_call(
    town: Town, world: World
) -> None:
    await town.flags(FIRST, urgent=True)
    await town.flags(SECOND, by=c.OTHER_REFERENT, author=NEIGHBOUR)
    for _ in range(4):
        world.clock.at += timedelta(minutes=16)
        await Escalation(world.rooms, world.ledger, world.clock).step(town.directory)
    for room in (MARIE, PAUL):
        assert len([s for s in world.rooms.to(room) if "Personne n'a encore pris" in s]) == 1


# What becomes of the messages.


async def test_an_edit_corrects_its_own_message_in_the_thread(town: Town, world: World) -> None:
    await town.both()
    newer = "La camionnette BX 640 JM est devant le stade."
    world.reader.edited[EventId("$m2")] = c.message(
        newer, event_id=EventId("$m2"), room_id=c.GARE_ROOM, sender=NEIGHBOUR
    )
    edit = Edit(EventId("$e"), c.GARE_ROOM, NEIGHBOUR, EventId("$m2"))
    assert await world.carrier.carry(edit, town.directory) == Corrected("2026-0001")
    for room in AUTHORITY_ROOMS:
        shown = world.rooms.shown(room)
        assert "rue des Lilas" in shown[0]
        assert "stade" in shown[1]
        assert shown[1].startswith("Signalé par 2 personnes\n")
        assert "Signalé par" not in shown[0], "the first is a report"
        assert "école" not in "".join(shown)
        # Threads do not stand in threads.
        inside = world.rooms.relations.get(town.copy(2, room), [])
        assert {how for how, _ in inside} == {"m.replace"}
    assert "2026-0001" in world.rooms.to(PAUL)[-1]


async def test_an_edit_of_the_first_is_no_message_on_itself(town: Town, world: World) -> None:
    await town.both()
    newer = "Un fourgon blanc immatriculé BX-640-JM tourne rue des Roses."
    world.reader.edited[EventId("$m1")] = c.message(newer, event_id=EventId("$m1"))
    edit = Edit(EventId("$e"), c.CENTRE_ROOM, c.RESIDENT, EventId("$m1"))
    assert await world.carrier.carry(edit, town.directory) == Corrected("2026-0001")
    assert "Signalé par" not in world.rooms.shown(c.POLICE_ROOM)[0]
    assert "Roses" in world.rooms.shown(c.POLICE_ROOM)[0]


async def test_an_edited_part_tells_how_many_told_of_it_by_then(town: Town, world: World) -> None:
    await town.both()
    third = UserId("@zoe:ex.test")
    there = await town.flags("Le fourgon BX-640-JM est revenu.", author=third)
    assert there == Merged("2026-0001", 3)
    newer = "La camionnette BX 640 JM est devant le stade."
    world.reader.edited[EventId("$m2")] = c.message(
        newer, event_id=EventId("$m2"), room_id=c.GARE_ROOM, sender=NEIGHBOUR
    )
    edit = Edit(EventId("$e"), c.GARE_ROOM, NEIGHBOUR, EventId("$m2"))
    assert await world.carrier.carry(edit, town.directory) == Corrected("2026-0001")
    assert world.rooms.shown(c.POLICE_ROOM)[1].startswith("Signalé par 3 personnes\n")


async def test_a_part_that_becomes_urgent_is_a_report_of_its_own(town: Town, world: World) -> None:
    await town.both()
    newer = "La camionnette BX 640 JM : ils sont en train de forcer la porte du tabac !"
    world.reader.edited[EventId("$m2")] = c.message(
        newer, event_id=EventId("$m2"), room_id=c.GARE_ROOM, sender=NEIGHBOUR
    )
    edit = Edit(EventId("$e"), c.GARE_ROOM, NEIGHBOUR, EventId("$m2"))
    assert await world.carrier.carry(edit, town.directory) == Corrected("2026-0002")
    for room in AUTHORITY_ROOMS:
        first, urgent = world.rooms.shown(room)
        assert "2026-0001" in first
        assert "2026-0002" in urgent
        assert "forcer la porte" in urgent
    assert "17" in "".join(world.rooms.to(PAUL))


async def test_who_lets_his_name_be_told_is_not_taken_for_the_first(
    town: Town, world: World
) -> None:
    await town.both()
    people = {**town.directory.persons, NEIGHBOUR: Person(NEIGHBOUR, "Voisin")}
    town.directory = replace(town.directory, persons=people)
    consent = Consent(EventId("$name"), c.GARE_ROOM, NEIGHBOUR, EventId("$m2"), given=True)
    assert await world.carrier.carry(consent, town.directory) == Consented(given=True)
    told = world.rooms.to(c.POLICE_ROOM)[-1]
    assert "ajouté par Paul" in told
    assert "Voisin" in told
    root = town.copy(1, c.POLICE_ROOM)
    assert world.rooms.relations[root][-1][0] == "m.thread"


async def taken_away(town: Town, number: int, room: RoomId, author: UserId) -> Outcome:
    target = EventId(f"$m{number}")
    town.world.rooms.gone[target] = author
    town.world.reader.messages.pop(target, None)
    gone = Withdrawal(EventId(f"$w{number}"), room, author, target)
    return await town.world.carrier.carry(gone, town.directory)


async def test_a_withdrawn_part_leaves_the_report(town: Town, world: World) -> None:
    await town.both()
    assert await taken_away(town, 2, c.GARE_ROOM, NEIGHBOUR) == Withdrawn("2026-0001")
    for room in AUTHORITY_ROOMS:
        report, notice = world.rooms.shown(room)
        assert "rue des Lilas" in report
        assert "un des messages est retiré" in notice
    assert "d'autres personnes" in world.rooms.to(PAUL)[-1]
    assert world.ledger.reports[1].state is ReportState.SENT
    assert await town.flags("Le fourgon BX-640-JM est au stade.") == Merged("2026-0001", 1)


async def test_what_others_told_outlives_the_first_message(town: Town, world: World) -> None:
    await town.both()
    await town.flags("Le fourgon BX-640-JM revient.", author=UserId("@zoe:ex.test"))
    assert await taken_away(town, 1, c.CENTRE_ROOM, c.RESIDENT) == Withdrawn("2026-0001")
    for room in AUTHORITY_ROOMS:
        shown = "\n".join(world.rooms.shown(room))
        assert "rue des Lilas" not in shown
        assert shown.count("devant l'école") == 1
        assert shown.count("revient") == 1
        assert "2026-0002" in shown
    second, third = world.ledger.reports[2], world.ledger.reports[3]
    assert (second.state, second.number, second.merged_into) == (
        ReportState.SENT,
        "2026-0002",
        None,
    )
    assert (third.state, third.merged_into) == (ReportState.MERGED, "2026-0002")
    assert "2026-0002" in world.rooms.to(PAUL)[-1]


@pytest.mark.parametrize("step", range(14))
async def test_a_crash_while_it_is_withdrawn_loses_none_of_them(
    town: Town, world: World, step: int
) -> None:
    await town.both()
    world.rooms.die_after = world.rooms._sends + step
    for _ in range(2):
        try:
            await taken_away(town, 1, c.CENTRE_ROOM, c.RESIDENT)
        except CrashError:
            town.restart()
    for room in AUTHORITY_ROOMS:
        shown = world.rooms.shown(room)
        (report,) = [s for s in shown if "devant l'école" in s]
        assert "2026-0002" in report
    assert world.ledger.reports[1].state is ReportState.WITHDRAWN
    assert world.ledger.reports[2].state is ReportState.SENT


async def test_what_may_not_leave_by_itself_is_told(town: Town, world: World) -> None:
    await town.both()
    del world.reader.messages[EventId("$m2")]
    await taken_away(town, 1, c.CENTRE_ROOM, c.RESIDENT)
    assert world.ledger.reports[2].state is ReportState.REFUSED
    assert "lire ce message" in world.rooms.to(PAUL)[-1]


async def test_a_guided_report_joins_and_is_joined(town: Town, world: World) -> None:
    desk = Desk(world, town.directory)
    await desk.fills_in()
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    town.restart()
    again = await town.flags("Une camionnette BX-640-JM tourne.", by=c.OTHER_REFERENT)
    assert again == Refused(Refusal.AUTHOR_UNKNOWN)
    there = await town.flags(
        "Une camionnette BX-640-JM tourne.", by=c.OTHER_REFERENT, author=NEIGHBOUR
    )
    assert there == Merged("2026-0001", 2)
    await desk.fills_in()
    assert await desk.writes("oui") == Merged("2026-0001", 2)
    assert desk.form.ended is Ending.SENT
    assert world.rooms.to(c.POLICE_ROOM)[-1].startswith("Signalé par 2 personnes")
