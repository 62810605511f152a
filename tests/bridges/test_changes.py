"""A relayed message that is changed or taken away; and a crash at every step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bridges.outcome import (
    Awaiting,
    Corrected,
    Declined,
    Ignored,
    Later,
    Marked,
    Outcome,
    Refused,
    Relayed,
    Returned,
    Unchanged,
    Withdrawn,
)
from policies.incoming import Edit, Withdrawal
from policies.mails import MailKind
from policies.refusal import Refusal
from policies.relay import CERTAIN_FOR
from policies.reports import LinkState, ReportState
from policies.terms import (
    Answer,
    Directory,
    EventId,
    MessageKind,
    RoomId,
    RoomKey,
    RoomKind,
    SenderTrust,
    UserId,
)
from tests.bridges.conftest import World
from tests.fakes import commune as c
from tests.fakes.ledger import FakeLedger
from tests.fakes.world import CrashError

VAN = "Un fourgon blanc tourne dans la rue depuis ce matin."
BLUE = "Un fourgon bleu tourne dans la rue depuis ce matin."
RED = "Un fourgon rouge tourne dans la rue depuis ce matin."
VICTIM = "Mme Souad Kaddouri a été abordée par deux faux employés du gaz."
OTHER_VICTIM = "Mme Souad Kaddouri a été abordée par un faux policier."
SLANDER = "Fabien Gillet démonte les vélos de la gare et les revend, je l'ai vu."
MIXED = (
    "Cette nuit, une fenêtre de l'école a été cassée rue des Lilas. "
    "C'est Fabien Gillet qui l'a fait."
)
AUTHORITY_ROOMS = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)
PRIVATE = c.private_room(c.REFERENT)
EDIT = Edit(EventId("$edit"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)


def taken(
    target: EventId = c.MESSAGE_ID, sender: UserId = c.RESIDENT, event_id: str = "$redaction"
) -> Withdrawal:
    return Withdrawal(EventId(event_id), c.CENTRE_ROOM, sender, target)


async def edited(
    world: World, text: str, event_id: str = "$edit", directory: Directory | None = None
) -> Outcome:
    world.reader.edited[c.MESSAGE_ID] = c.message(text)
    edit = replace(EDIT, event_id=EventId(event_id))
    return await world.carrier.carry(edit, directory or c.directory())


def redacted(world: World, target: EventId = c.MESSAGE_ID, author: UserId = c.RESIDENT) -> None:
    """It is gone from the server."""
    world.rooms.gone[target] = author
    world.reader.messages.pop(target, None)
    world.reader.edited.pop(target, None)


def tap(world: World, *, send: bool, event_id: str = "$tap") -> Answer:
    preview = next(q.preview for q in world.ledger.questions.values() if q.open)
    return Answer(EventId(event_id), PRIVATE, c.REFERENT, preview, send=send)


def roots(world: World) -> dict[RoomId, EventId | None]:
    return {link.destination: link.event_id for link in world.ledger.links(1)}


@pytest.fixture
async def relayed(world: World) -> World:
    world.said_by_resident(VAN)
    assert await world.carrier.carry(c.flag(), c.directory()) == Relayed("2026-0001", 3)
    return world


async def test_a_corrected_fact_is_corrected_in_every_authority_room(relayed: World) -> None:
    assert await edited(relayed, BLUE) == Corrected("2026-0001")
    for room_id, root in roots(relayed).items():
        assert root is not None
        report, news = relayed.rooms.shown(room_id)
        assert BLUE in report
        assert VAN not in report
        assert "Corrigé par son auteur : texte du 23 novembre 2026, 13:00" in report
        assert "2026-0001" in news
        assert "corrigé" in news
        assert [how for how, _ in relayed.rooms.relations[root]] == ["m.replace", "m.thread"]
    assert "corrigé" in relayed.rooms.to(PRIVATE)[-1]
    assert relayed.mails.told == [(EDIT.event_id, MailKind.EDIT)]
    assert relayed.rooms.to(c.CENTRE_ROOM) == []


async def test_many_edits_are_one(relayed: World) -> None:
    relayed.reader.edited[c.MESSAGE_ID] = c.message(BLUE)
    before = len(relayed.rooms.said)
    outcomes = [await edited(relayed, BLUE, f"$edit{n}") for n in range(3)]
    assert outcomes == [Corrected("2026-0001"), Unchanged(), Unchanged()]
    assert len(relayed.rooms.said) - before == 2 * 3 + 1
    assert await edited(relayed, VAN, "$back") == Corrected("2026-0001")
    assert await edited(relayed, BLUE, "$forth") == Corrected("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        assert BLUE in relayed.rooms.shown(room_id)[0]


async def test_an_edit_of_nothing_that_was_flagged_is_nothing(world: World) -> None:
    world.said_by_resident(VAN)
    assert await edited(world, BLUE) == Ignored()
    await world.carrier.carry(c.flag(), c.directory())
    elsewhere = replace(EDIT, room_id=c.GARE_ROOM)
    assert await world.carrier.carry(elsewhere, c.directory()) == Ignored()
    assert await world.carrier.carry(taken(EventId("$x")), c.directory()) == Ignored()


async def test_a_name_in_the_new_words_waits_for_the_referent(relayed: World) -> None:
    before = len(relayed.rooms.said)
    assert await edited(relayed, VICTIM) == Awaiting()
    for room_id in AUTHORITY_ROOMS:
        report, mark = relayed.rooms.shown(room_id)
        assert VAN in report
        assert "relit le nouveau texte" in mark
    preview = relayed.rooms.to(PRIVATE)[-1]
    assert "2026-0001" in preview
    assert "deux faux employés" in preview
    assert "Kaddouri" not in "".join(s.notice.body for s in relayed.rooms.said[before:-1])
    assert relayed.mails.told == []

    assert await relayed.carrier.carry(tap(relayed, send=True), c.directory()) == Corrected(
        "2026-0001"
    )
    for room_id in AUTHORITY_ROOMS:
        report = relayed.rooms.shown(room_id)[0]
        assert "deux faux employés" in report
        assert "Kaddouri" not in report
    assert relayed.mails.told == [(EventId("$tap"), MailKind.EDIT)]
    again = Answer(EventId("$t2"), PRIVATE, c.REFERENT, next(iter(relayed.ledger.questions)), True)
    assert await relayed.carrier.carry(again, c.directory()) == Refused(Refusal.NOT_WAITING)


async def test_another_edit_makes_the_preview_void(relayed: World) -> None:
    await edited(relayed, VICTIM)
    first = tap(relayed, send=True)
    assert await edited(relayed, VICTIM, "$same") == Unchanged()
    assert await edited(relayed, OTHER_VICTIM, "$edit2") == Awaiting()
    assert await relayed.carrier.carry(first, c.directory()) == Refused(Refusal.NOT_WAITING)
    assert all(len(relayed.rooms.to(room)) == 2 for room in AUTHORITY_ROOMS), "marked once"
    relayed.reader.edited[c.MESSAGE_ID] = c.message(VICTIM)
    tapped = await relayed.carrier.carry(tap(relayed, send=True), c.directory())
    assert tapped == Awaiting(), "what changed after it was shown is shown again"


async def test_only_its_referent_answers_and_only_with_a_mandate(relayed: World) -> None:
    await edited(relayed, VICTIM)
    answer = tap(relayed, send=True)
    stranger = replace(answer, sender=c.OTHER_REFERENT)
    assert await relayed.carrier.carry(stranger, c.directory()) == Refused(Refusal.NOT_YOURS)
    gone = c.without_mandates(c.REFERENT)
    assert await relayed.carrier.carry(answer, gone) == Refused(Refusal.NO_MANDATE)
    assert all(VAN in relayed.rooms.shown(room)[0] for room in AUTHORITY_ROOMS)


async def test_a_tap_on_words_that_cannot_be_read_any_more_is_explained(relayed: World) -> None:
    await edited(relayed, VICTIM)
    redacted(relayed)
    outcome = await relayed.carrier.carry(tap(relayed, send=True), c.directory())
    assert outcome == Refused(Refusal.UNREADABLE)


async def test_a_correction_that_is_kept_back_is_told(relayed: World) -> None:
    await edited(relayed, VICTIM)
    assert await relayed.carrier.carry(tap(relayed, send=False), c.directory()) == Declined()
    for room_id in AUTHORITY_ROOMS:
        assert VAN in relayed.rooms.shown(room_id)[0]
        assert "n'est pas transmis" in relayed.rooms.shown(room_id)[-1]
    assert "ne part pas" in relayed.rooms.to(PRIVATE)[-1]


async def test_who_goes_back_to_his_first_words_leaves_nothing_to_confirm(relayed: World) -> None:
    await edited(relayed, VICTIM)
    assert await edited(relayed, VAN, "$back") == Corrected("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        assert "revenu" in relayed.rooms.shown(room_id)[-1]
    assert relayed.ledger.open_question(1) is None


async def test_without_anybody_to_ask_the_copies_are_marked_for_good(relayed: World) -> None:
    gone = c.without_mandates(c.REFERENT)
    assert await edited(relayed, VICTIM, directory=gone) == Marked("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        assert VAN in relayed.rooms.shown(room_id)[0]
        assert "ne peut pas être transmis" in relayed.rooms.shown(room_id)[-1]
    assert "Kaddouri" not in relayed.rooms.everywhere()
    assert await edited(relayed, BLUE, "$edit2", gone) == Corrected("2026-0001")


async def test_new_words_that_cannot_be_judged_are_told_of(relayed: World) -> None:
    relayed.reader.edited[c.MESSAGE_ID] = c.message("", kind=MessageKind.OTHER)
    assert await relayed.carrier.carry(EDIT, c.directory()) == Marked("2026-0001")
    told = relayed.rooms.to(PRIVATE)[-1]
    assert "2026-0001" in told
    assert "n'est pas transmis" in told


@pytest.mark.parametrize("changes", [{"trust": SenderTrust.UNSIGNED}, {"sender": c.STRANGER}])
async def test_what_is_not_surely_a_members_changes_nothing(
    relayed: World, changes: dict[str, object]
) -> None:
    before = len(relayed.rooms.said)
    relayed.reader.edited[c.MESSAGE_ID] = c.message(SLANDER, **changes)
    assert await relayed.carrier.carry(EDIT, c.directory()) == Unchanged()
    assert len(relayed.rooms.said) == before


async def test_the_words_of_who_is_no_member_any_more_are_not_passed_on(relayed: World) -> None:
    before = len(relayed.rooms.said)
    gone = c.without_mandates(c.RESIDENT)
    assert await edited(relayed, BLUE, directory=gone) == Unchanged()
    assert len(relayed.rooms.said) == before


async def test_what_became_a_denunciation_is_withdrawn_everywhere(relayed: World) -> None:
    await edited(relayed, BLUE)
    assert await edited(relayed, SLANDER, "$edit2") == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (notice,) = relayed.rooms.shown(room_id)
        assert "2026-0001 retiré" in notice
        assert "fourgon" not in notice
    assert "Gillet" not in "".join(
        s.notice.body for s in relayed.rooms.said if s.room_id != PRIVATE
    )
    advice = relayed.rooms.to(PRIVATE)[-1]
    assert "Gillet" in advice
    assert "nouveau message" in advice
    assert relayed.mails.told[-1] == (EventId("$edit2"), MailKind.WITHDRAWAL)
    mark = relayed.rooms.relations[c.MESSAGE_ID]
    assert [(c.CENTRE_ROOM, event_id) for _, event_id in mark] == [
        one for one in relayed.rooms.redacted if one[0] == c.CENTRE_ROOM
    ]
    assert await edited(relayed, VAN, "$edit3") == Unchanged()
    assert all(len(relayed.rooms.shown(room)) == 1 for room in AUTHORITY_ROOMS), "for good"


async def test_an_author_with_a_private_room_gets_the_advice_too(relayed: World) -> None:
    """An officer who lives here, for instance; a resident has no such room."""
    full = c.directory()
    home = c.private_room(c.RESIDENT)
    key = RoomKey(c.CODE, RoomKind.PRIVATE, c.RESIDENT)
    directory = replace(full, rooms={**full.rooms, home: key})
    await edited(relayed, SLANDER, directory=directory)
    (advice,) = relayed.rooms.to(home)
    assert "retiré des autorités" in advice


async def test_the_facts_of_a_denunciation_stand_while_they_are_the_same(world: World) -> None:
    world.said_by_resident(MIXED)
    await world.carrier.carry(c.flag(), c.directory())
    assert world.ledger.reports[1].state is ReportState.OFFERED
    preview = world.ledger.reports[1].preview_event
    assert preview is not None
    answer = Answer(EventId("$tap0"), PRIVATE, c.REFERENT, preview, send=True)
    assert await world.carrier.carry(answer, c.directory()) == Relayed("2026-0001", 3)
    assert await edited(world, MIXED) == Unchanged()
    other = MIXED.replace("une fenêtre", "une porte")
    assert await edited(world, other, "$edit2") == Awaiting()
    await world.carrier.carry(tap(world, send=True), c.directory())
    for room_id in AUTHORITY_ROOMS:
        report = world.rooms.shown(room_id)[0]
        assert "une porte" in report
        assert "Gillet" not in report
    assert await edited(world, SLANDER, "$edit3") == Withdrawn("2026-0001")


async def test_facts_with_an_accusation_added_do_not_stand(relayed: World) -> None:
    """The draft might be word for word what the authorities have: it is a denunciation now."""
    assert await edited(relayed, f"{VAN} C'est Fabien Gillet, un voleur.") == Withdrawn("2026-0001")


async def test_danger_in_the_new_words_is_answered_first(relayed: World) -> None:
    before = len(relayed.rooms.said)
    await edited(relayed, f"{VAN} Au secours, un homme me menace avec un couteau maintenant !")
    first = relayed.rooms.said[before]
    assert first.room_id == PRIVATE
    assert "17" in first.notice.body


# Before anything left.


async def test_an_edit_shows_a_waiting_referent_the_new_words_at_once(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    old = world.ledger.reports[1].preview_event
    assert await edited(world, VICTIM) == Unchanged()
    assert await edited(world, OTHER_VICTIM, "$edit2") == Awaiting()
    new = world.ledger.reports[1].preview_event
    assert new not in (None, old)
    assert "un faux policier" in world.rooms.to(PRIVATE)[-1]
    assert await edited(world, SLANDER, "$edit3") == Returned()
    assert all(world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)


async def test_a_returned_message_that_was_rephrased_is_shown(world: World) -> None:
    world.said_by_resident(SLANDER)
    assert await world.carrier.carry(c.flag(), c.directory()) == Returned()
    assert await edited(world, SLANDER + " Voilà.", "$edit0") == Unchanged()
    assert await edited(world, VAN) == Awaiting()
    preview = world.ledger.reports[1].preview_event
    assert preview is not None
    answer = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    assert await world.carrier.carry(answer, c.directory()) == Relayed("2026-0001", 3)


async def test_an_edit_waits_for_its_flag(world: World) -> None:
    world.said_by_resident(VAN)
    world.ledger.open_report(c.flag())
    world.ledger.in_flight.add(1)
    assert await edited(world, BLUE) == Later()
    redacted(world)
    assert await world.carrier.carry(taken(), c.directory()) == Later()
    assert world.rooms.said == []


async def test_a_report_that_left_in_part_is_corrected_and_goes_on(world: World) -> None:
    world.said_by_resident(VAN)
    world.rooms.die_before = 1
    with pytest.raises(CrashError):
        await world.carrier.carry(c.flag(), c.directory())
    assert await edited(world, BLUE) == Corrected("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        assert BLUE in world.rooms.shown(room_id)[0]
    assert world.ledger.reports[1].state is ReportState.SENT
    assert await world.carrier.carry(c.flag(), c.directory()) == Relayed("2026-0001", 3)
    assert all(len(world.rooms.shown(room)) == 2 for room in AUTHORITY_ROOMS)


async def test_a_copy_that_nobody_knows_of_is_left_alone(world: World) -> None:
    world.said_by_resident(VAN)
    world.rooms.die_before = 1
    with pytest.raises(CrashError):
        await world.carrier.carry(c.flag(), c.directory())
    world.ledger.grow_older(CERTAIN_FOR + timedelta(minutes=1))
    await world.carrier.carry(c.flag(), c.directory())
    assert await edited(world, BLUE) == Corrected("2026-0001")
    assert await edited(world, BLUE, "$edit2") == Unchanged()
    assert BLUE in world.rooms.shown(c.GENDARMERIE_ROOM)[0]
    assert world.rooms.to(c.POLICE_ROOM) == []
    redacted(world)
    await world.carrier.carry(taken(), c.directory())
    (notice,) = world.rooms.shown(c.POLICE_ROOM)
    assert "retiré" in notice


# Taken away.


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (c.RESIDENT, "À la demande de son auteur"),
        (c.REFERENT, "À la demande du référent"),
        (c.OTHER_REFERENT, "supprimé du salon"),
    ],
)
async def test_a_message_taken_away_takes_its_copies_along(
    relayed: World, by: UserId, words: str
) -> None:
    await edited(relayed, BLUE)
    redacted(relayed)
    assert await relayed.carrier.carry(taken(sender=by), c.directory()) == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (notice,) = relayed.rooms.shown(room_id)
        assert "2026-0001 retiré" in notice
        assert words in notice
    assert words in relayed.rooms.to(PRIVATE)[-1]
    assert relayed.ledger.reports[1].state is ReportState.WITHDRAWN
    assert relayed.ledger.reports[1].number == "2026-0001"
    assert relayed.rooms.to(c.CENTRE_ROOM) == []


async def test_what_the_server_only_says_is_gone_is_not(relayed: World) -> None:
    assert await relayed.carrier.carry(taken(), c.directory()) == Unchanged()
    assert all(VAN in relayed.rooms.shown(room)[0] for room in AUTHORITY_ROOMS)


async def test_a_change_taken_away_brings_the_words_before_it_back(relayed: World) -> None:
    await edited(relayed, BLUE)
    relayed.ledger.edits[EDIT.event_id] = c.MESSAGE_ID
    relayed.rooms.gone[EDIT.event_id] = c.RESIDENT
    del relayed.reader.edited[c.MESSAGE_ID]
    outcome = await relayed.carrier.carry(taken(EDIT.event_id), c.directory())
    assert outcome == Corrected("2026-0001")
    assert all(VAN in relayed.rooms.shown(room)[0] for room in AUTHORITY_ROOMS)


async def test_a_message_taken_away_before_the_tap_never_leaves(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    preview = world.ledger.reports[1].preview_event
    assert preview is not None
    redacted(world)
    assert await world.carrier.carry(taken(), c.directory()) == Withdrawn("")
    (told,) = world.rooms.shown(PRIVATE)
    assert "rien n'est parti" in told, "and what he was shown of it is gone"
    answer = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    assert await world.carrier.carry(answer, c.directory()) == Refused(Refusal.NOT_WAITING)
    assert all(world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)


async def test_a_flag_taken_back_before_anything_came_of_it_does_nothing(world: World) -> None:
    world.said_by_resident(VAN)
    world.ledger.taken_back.add(c.FLAG_ID)
    assert await world.carrier.carry(c.flag(), c.directory()) == Relayed("2026-0001", 3)
    second = c.flag(event_id=EventId("$f2"), target=EventId("$m2"))
    world.said_by_resident(VAN, EventId("$m2"))
    world.ledger.taken_back.add(second.event_id)
    world.rooms.gone[second.event_id] = c.REFERENT
    before = len(world.rooms.said)
    assert await world.carrier.carry(second, c.directory()) == Withdrawn("")
    assert len(world.rooms.said) == before


async def test_a_flag_taken_back_under_a_preview_cancels(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    world.rooms.gone[c.FLAG_ID] = c.REFERENT
    unflag = taken(c.FLAG_ID, c.REFERENT)
    assert await world.carrier.carry(unflag, c.directory()) == Withdrawn("")
    assert "repris votre signalement" in world.rooms.to(PRIVATE)[-1]


async def test_a_flag_taken_back_afterwards_is_asked_about(relayed: World) -> None:
    relayed.rooms.gone[c.FLAG_ID] = c.REFERENT
    unflag = taken(c.FLAG_ID, c.REFERENT)
    assert await relayed.carrier.carry(unflag, c.directory()) == Awaiting()
    assert all(VAN in relayed.rooms.shown(room)[0] for room in AUTHORITY_ROOMS)
    assert await relayed.carrier.carry(tap(relayed, send=False), c.directory()) == Declined()
    again = replace(unflag, event_id=EventId("$r2"))
    assert await relayed.carrier.carry(again, c.directory()) == Awaiting()
    yes = await relayed.carrier.carry(tap(relayed, send=True), c.directory())
    assert yes == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (notice,) = relayed.rooms.shown(room_id)
        assert "À la demande du référent" in notice


async def test_a_withdrawn_report_is_not_carried_again(relayed: World) -> None:
    redacted(relayed)
    await relayed.carrier.carry(taken(), c.directory())
    assert await relayed.carrier.carry(taken(), c.directory()) == Unchanged()
    relayed.said_by_resident(VAN)
    outcome = await relayed.carrier.carry(c.flag(), c.directory())
    assert outcome == Refused(Refusal.NOT_WAITING)


# Rooms that were given up meanwhile.


@pytest.fixture
def moved(relayed: World) -> Directory:
    """The gendarmerie's room was made anew."""
    full = c.directory()
    relayed.ledger.replacements[c.GENDARMERIE_ROOM] = RoomId("!new")
    rooms = {r: k for r, k in full.rooms.items() if r != c.GENDARMERIE_ROOM}
    return replace(full, rooms={**rooms, RoomId("!new"): full.rooms[c.GENDARMERIE_ROOM]})


async def test_a_correction_is_told_in_the_room_that_took_over(
    relayed: World, moved: Directory
) -> None:
    assert await edited(relayed, BLUE, directory=moved) == Corrected("2026-0001")
    (report,) = relayed.rooms.shown(RoomId("!new"))
    assert BLUE in report
    assert len(relayed.rooms.to(c.GENDARMERIE_ROOM)) == 1
    assert await edited(relayed, RED, "$edit2", moved) == Corrected("2026-0001")
    report, news = relayed.rooms.shown(RoomId("!new"))
    assert RED in report
    assert "corrigé" in news


async def test_a_withdrawal_is_told_there_and_empties_the_old_room(
    relayed: World, moved: Directory
) -> None:
    redacted(relayed)
    assert await relayed.carrier.carry(taken(), moved) == Withdrawn("2026-0001")
    (notice,) = relayed.rooms.shown(RoomId("!new"))
    assert "2026-0001 retiré" in notice
    assert relayed.rooms.shown(c.GENDARMERIE_ROOM) == []


async def test_a_room_that_nothing_took_over_holds_nobody_up(
    relayed: World, moved: Directory
) -> None:
    relayed.ledger.replacements.clear()
    assert await edited(relayed, BLUE, directory=moved) == Corrected("2026-0001")
    assert await edited(relayed, BLUE, "$edit2", moved) == Unchanged()
    assert BLUE in relayed.rooms.shown(c.POLICE_ROOM)[0]


# A crash at every step.

Act = Callable[[World], Awaitable[Outcome]]


async def _correct(world: World) -> Outcome:
    return await edited(world, BLUE)


async def _ask(world: World) -> Outcome:
    return await edited(world, VICTIM)


async def _slander(world: World) -> Outcome:
    return await edited(world, SLANDER)


async def _take_away(world: World) -> Outcome:
    redacted(world)
    return await world.carrier.carry(taken(), c.directory())


SENDS: dict[Act, int] = {_correct: 7, _ask: 4, _slander: 8, _take_away: 8}
"""What each sends or takes away."""
WRITES = ("set_state", "sent", "link", "rewritten", "ask", "end_questions")
OUTCOMES: dict[Act, Outcome] = {
    _correct: Corrected("2026-0001"),
    _ask: Awaiting(),
    _slander: Withdrawn("2026-0001"),
    _take_away: Withdrawn("2026-0001"),
}


async def twice(world: World, act: Act) -> tuple[Outcome, bool]:
    """What it ends as when it is taken up again after a crash, and whether there was one."""
    try:
        return await act(world), False
    except CrashError:
        return await act(world), True


def all_is_said_once(world: World, act: Act) -> None:
    for room_id in AUTHORITY_ROOMS:
        bodies = world.rooms.shown(room_id)
        if act in (_correct, _ask):
            report, _news = bodies
            assert (BLUE if act is _correct else VAN) in report
        else:
            (notice,) = bodies
            assert "retiré" in notice
    assert len(world.rooms.to(PRIVATE)) == 2
    by_mail: dict[Act, list[MailKind]] = {_correct: [MailKind.EDIT], _ask: []}
    kinds = by_mail.get(act, [MailKind.WITHDRAWAL])
    assert [kind for _, kind in world.mails.told] == kinds


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("act", "step"), [(act, step) for act, sends in SENDS.items() for step in range(sends + 1)]
)
async def test_a_crash_at_any_send_ends_as_without_one(
    relayed: World, act: Act, step: int, moment: str
) -> None:
    setattr(relayed.rooms, f"die_{moment}", relayed.rooms._sends + step)
    outcome, crashed = await twice(relayed, act)
    assert outcome == OUTCOMES[act]
    all_is_said_once(relayed, act)
    assert crashed is (step < SENDS[act])


def die_writing(
    ledger: FakeLedger, step: int, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the process die before or after the ledger's write of that number."""
    left = [step]

    def deadly(write: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **named: object) -> object:
            left[0] -= 1
            dies = left[0] == -1
            if dies and moment == "before":
                raise CrashError
            written = write(*args, **named)
            if dies:
                raise CrashError
            return written

        return wrapped

    for name in WRITES:
        monkeypatch.setattr(ledger, name, deadly(getattr(ledger, name)))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("act", list(SENDS))
async def test_a_crash_at_any_write_ends_as_without_one(
    relayed: World, act: Act, step: int, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_writing(relayed.ledger, step, moment, monkeypatch)
    outcome, _ = await twice(relayed, act)
    all_is_said_once(relayed, act)
    assert outcome in (OUTCOMES[act], Unchanged()), "at its last writes everything was done"


@pytest.mark.parametrize("step", range(1, 6))
async def test_newer_words_after_a_crash_are_those_that_stand(relayed: World, step: int) -> None:
    relayed.rooms.die_after = relayed.rooms._sends + step
    with pytest.raises(CrashError):
        await edited(relayed, BLUE)
    await edited(relayed, RED)
    assert await edited(relayed, RED, "$edit2") == Unchanged()
    for room_id in AUTHORITY_ROOMS:
        assert RED in relayed.rooms.shown(room_id)[0]


@pytest.mark.parametrize("step", range(8))
async def test_half_a_withdrawal_is_finished_whatever_comes_in_between(
    relayed: World, step: int
) -> None:
    relayed.rooms.die_before = relayed.rooms._sends + step
    with pytest.raises(CrashError):
        await edited(relayed, SLANDER)
    assert await edited(relayed, BLUE) == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (notice,) = relayed.rooms.shown(room_id)
        assert "retiré" in notice


async def test_a_copy_cut_short_is_found_before_it_is_taken_away(world: World) -> None:
    world.said_by_resident(VAN)
    world.rooms.die_after = 1
    with pytest.raises(CrashError):
        await world.carrier.carry(c.flag(), c.directory())
    assert LinkState.PENDING in {link.state for link in world.ledger.links(1)}
    redacted(world)
    assert await world.carrier.carry(taken(), c.directory()) == Withdrawn("2026-0001")
    for room_id in AUTHORITY_ROOMS:
        (notice,) = world.rooms.shown(room_id)
        assert "retiré" in notice
