"""A flagged message on its way: relayed, shown, returned, refused; and a crash at every step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridges.outcome import Awaiting, Declined, Ignored, Refused, Relayed, Returned, Uncertain
from policies.refusal import Refusal
from policies.relay import CERTAIN_FOR
from policies.reports import LinkState, ReportState
from policies.terms import Answer, Category, EventId, Role, RoomId, SenderTrust, UserId
from tests.bridges.conftest import World
from tests.fakes import commune as c
from tests.fakes.world import CrashError

VAN = "Un fourgon blanc immatriculé BX-640-JM tourne dans la rue depuis ce matin."
VICTIM = "Mme Souad Kaddouri a été abordée par deux faux employés du gaz."
SLANDER = "Fabien Gillet démonte les vélos de la gare et les revend, je l'ai vu."
AUTHORITY_ROOMS = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)
PRIVATE = c.private_room(c.REFERENT)


def tap(world: World, *, send: bool, sender: UserId = c.REFERENT) -> Answer:
    preview = world.ledger.reports[1].preview_event
    assert preview is not None
    return Answer(EventId("$tap"), PRIVATE, sender, preview, send=send)


async def test_a_fact_reaches_every_authority_of_its_category(world: World) -> None:
    world.said_by_resident(VAN)
    outcome = await world.carrier.carry(c.flag(), c.directory())
    assert outcome == Relayed("2026-0001", 3)
    for room_id in AUTHORITY_ROOMS:
        (body,) = world.rooms.to(room_id)
        assert VAN in body
        assert "2026-0001" in body
        assert "Centre" in body
        assert "Marie" in body
        assert "Alice" not in body
    (told,) = world.rooms.to(PRIVATE)
    assert "2026-0001" in told
    assert world.rooms.reactions == [(c.CENTRE_ROOM, c.MESSAGE_ID, "📨")]
    assert world.rooms.to(c.CENTRE_ROOM) == []


async def test_the_category_chooses_the_authorities(world: World) -> None:
    world.said_by_resident(VAN)
    flag = c.flag(category=Category.VULNERABLE_PERSON)
    assert await world.carrier.carry(flag, c.directory()) == Relayed("2026-0001", 1)
    assert len(world.rooms.to(c.GENDARMERIE_ROOM)) == 1
    assert world.rooms.to(c.MAIRIE_ROOM) == []


async def test_a_number_has_the_year_that_the_commune_has(world: World) -> None:
    world.clock.at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Paris
    world.said_by_resident(VAN)
    outcome = await world.carrier.carry(c.flag(), c.directory())
    assert outcome == Relayed("2027-0001", 3)


async def test_a_denunciation_goes_back_to_its_referent_alone(world: World) -> None:
    world.said_by_resident(SLANDER)
    outcome = await world.carrier.carry(c.flag(), c.directory())
    assert outcome == Returned()
    assert {s.room_id for s in world.rooms.said} == {PRIVATE}
    assert world.rooms.reactions == []
    assert world.ledger.reports[1].state is ReportState.RETURNED
    assert world.ledger.reports[1].digest is None
    assert "Sensibiliser et non dénoncer" in world.rooms.to(PRIVATE)[0]


async def test_a_named_victim_is_shown_masked_and_leaves_with_a_tap(world: World) -> None:
    world.said_by_resident(VICTIM)
    assert await world.carrier.carry(c.flag(), c.directory()) == Awaiting()
    (preview,) = world.rooms.to(PRIVATE)
    masked = next(line[2:] for line in preview.splitlines() if line.startswith("> "))
    assert "Kaddouri" not in masked
    assert all(world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)

    outcome = await world.carrier.carry(tap(world, send=True), c.directory())
    assert outcome == Relayed("2026-0001", 3)
    for room_id in AUTHORITY_ROOMS:
        (body,) = world.rooms.to(room_id)
        assert masked in body
        assert "Kaddouri" not in body
        assert "Souad" not in body


async def test_a_named_victim_stays_when_the_referent_says_no(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    assert await world.carrier.carry(tap(world, send=False), c.directory()) == Declined()
    again = await world.carrier.carry(tap(world, send=True), c.directory())
    assert again == Refused(Refusal.NOT_WAITING)
    assert all(world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)


async def test_nobody_else_answers_a_preview(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    other = tap(world, send=True, sender=c.OTHER_REFERENT)
    assert await world.carrier.carry(other, c.directory()) == Refused(Refusal.NOT_YOURS)


async def test_a_tap_on_something_else_is_nothing(world: World) -> None:
    answer = Answer(EventId("$tap"), PRIVATE, c.REFERENT, EventId("$elsewhere"), send=True)
    assert await world.carrier.carry(answer, c.directory()) == Ignored()


async def test_a_mandate_that_ended_before_the_tap_stops_it(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    outcome = await world.carrier.carry(tap(world, send=True), c.without_mandates(c.REFERENT))
    assert outcome == Refused(Refusal.NO_MANDATE)


async def test_what_changed_since_the_preview_is_shown_again(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    answer = tap(world, send=True)
    world.said_by_resident("Mme Souad Kaddouri a été abordée par un faux policier.")
    assert await world.carrier.carry(answer, c.directory()) == Awaiting()
    assert len(world.rooms.to(PRIVATE)) == 2
    assert all(world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)


async def test_what_became_a_denunciation_since_the_preview_is_returned(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    answer = tap(world, send=True)
    world.said_by_resident(SLANDER)
    assert await world.carrier.carry(answer, c.directory()) == Returned()
    assert all(world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)


async def test_a_refusal_is_explained_in_private(world: World) -> None:
    world.reader.holds(c.message(VAN, trust=SenderTrust.UNSIGNED))
    outcome = await world.carrier.carry(c.flag(), c.directory())
    assert outcome == Refused(Refusal.UNSIGNED_DEVICE)
    (told,) = world.rooms.to(PRIVATE)
    assert "appareil" in told
    assert world.ledger.reports == {}


async def test_a_resident_who_flags_is_not_answered_before_others(world: World) -> None:
    world.said_by_resident(VAN)
    outcome = await world.carrier.carry(c.flag(sender=c.RESIDENT), c.directory())
    assert outcome == Refused(Refusal.NO_MANDATE)
    assert world.rooms.said == []


async def test_a_second_flag_of_the_same_message_relays_nothing(world: World) -> None:
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    said = len(world.rooms.said)
    outcome = await world.carrier.carry(c.flag(event_id=EventId("$flag2")), c.directory())
    assert outcome == Refused(Refusal.ALREADY_FLAGGED)
    assert {s.room_id for s in world.rooms.said[said:]} == {PRIVATE}
    assert "2026-0001" in world.rooms.to(PRIVATE)[-1]


async def test_another_referent_of_the_sector_is_told_the_number_in_private(world: World) -> None:
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    full, paul = c.directory(), c.private_room(c.OTHER_REFERENT)
    both = (*full.mandates, c.mandate(c.OTHER_REFERENT, Role.REFERENT, c.CENTRE))
    again = c.flag(event_id=EventId("$flag2"), sender=c.OTHER_REFERENT)
    said = len(world.rooms.said)
    outcome = await world.carrier.carry(again, replace(full, mandates=both))
    assert outcome == Refused(Refusal.ALREADY_FLAGGED)
    (told,) = world.rooms.said[said:]
    assert told.room_id == paul
    assert "c'est le signalement 2026-0001" in told.notice.body


async def test_no_number_is_told_to_who_is_no_referent_of_that_sector(world: World) -> None:
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    again = c.flag(event_id=EventId("$flag2"), sender=c.OTHER_REFERENT)
    assert await world.carrier.carry(again, c.directory()) == Refused(Refusal.NO_MANDATE)
    assert "2026-0001" not in "".join(world.rooms.to(c.private_room(c.OTHER_REFERENT)))


async def test_what_waits_for_its_referent_has_no_number_to_tell(world: World) -> None:
    world.said_by_resident(VICTIM)
    await world.carrier.carry(c.flag(), c.directory())
    outcome = await world.carrier.carry(c.flag(event_id=EventId("$flag2")), c.directory())
    assert outcome == Refused(Refusal.ALREADY_FLAGGED)
    assert "Ce message a déjà été signalé." in world.rooms.to(PRIVATE)[-1]


async def test_a_category_nobody_receives_is_refused_and_told(world: World) -> None:
    world.said_by_resident(VAN)
    full = c.directory()
    deaf = tuple(replace(a, categories=frozenset()) for a in full.commune.authorities)
    directory = replace(full, commune=replace(full.commune, authorities=deaf))
    outcome = await world.carrier.carry(c.flag(), directory)
    assert outcome == Refused(Refusal.NO_DESTINATION)
    assert "17" in world.rooms.to(PRIVATE)[0]
    assert world.ledger.reports[1].number is None


async def test_without_a_private_room_nothing_held_ever_leaves(world: World) -> None:
    world.said_by_resident(VICTIM)
    full = c.directory()
    directory = replace(full, rooms={r: k for r, k in full.rooms.items() if r != PRIVATE})
    assert isinstance(await world.carrier.carry(c.flag(), directory), Refused)
    assert world.rooms.said == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(4))
async def test_a_crash_at_any_send_says_nothing_twice(world: World, step: int, moment: str) -> None:
    world.said_by_resident(VAN)
    setattr(world.rooms, f"die_{moment}", step)
    with pytest.raises(CrashError):
        await world.carrier.carry(c.flag(), c.directory())
    assert await world.carrier.carry(c.flag(), c.directory()) == Relayed("2026-0001", 3)
    for room_id in (*AUTHORITY_ROOMS, PRIVATE):
        assert len(world.rooms.to(room_id)) == 1
    assert all(link.state is LinkState.SENT for link in world.ledger.links(1))


async def test_an_old_interrupted_send_is_put_before_a_human(world: World) -> None:
    world.said_by_resident(VAN)
    world.rooms.die_before = 1
    with pytest.raises(CrashError):
        await world.carrier.carry(c.flag(), c.directory())
    world.ledger.grow_older(CERTAIN_FOR + timedelta(minutes=1))
    assert await world.carrier.carry(c.flag(), c.directory()) == Uncertain("2026-0001")
    assert len(world.rooms.to(c.GENDARMERIE_ROOM)) == 1
    assert world.rooms.to(c.POLICE_ROOM) == []
    assert "Police municipale" in world.rooms.to(PRIVATE)[-1]
    assert world.ledger.reports[1].state is ReportState.UNCERTAIN


async def test_markup_in_a_message_stays_text(world: World) -> None:
    world.said_by_resident("Bruit suspect près du garage <b>fermé</b> & ouvert cette nuit.")
    await world.carrier.carry(c.flag(), c.directory())
    said = next(s for s in world.rooms.said if s.room_id == c.GENDARMERIE_ROOM)
    assert "&lt;b&gt;fermé&lt;/b&gt; &amp; ouvert" in said.notice.html
    assert "<b>" not in said.notice.html


async def test_no_text_in_what_could_be_logged(world: World) -> None:
    message = world.said_by_resident(VAN)
    outcome = await world.carrier.carry(c.flag(), c.directory())
    shown = f"{outcome!r} {message!r} {world.rooms.said[0].notice!r} {world.ledger.reports!r}"
    assert "fourgon" not in shown
    assert RoomId("!centre") in shown
