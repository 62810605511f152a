"""Each authority is sent what it may see, in rooms, in previews, by mail; a name by consent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.outcome import Asked, Awaiting, Consented, Corrected, Refused, Relayed
from bridges.ports import Language
from policies.details import Detail
from policies.incoming import Consent, Edit
from policies.refusal import Refusal
from policies.terms import Answer, Directory, EventId, Message, RoomId, UserId
from tests.bridges.conftest import World
from tests.bridges.test_to_authority import VAN
from tests.bridges.test_to_mail import Desk, made
from tests.fakes import commune as c
from tests.fakes.world import FakeMail
from tests.policies.test_mails import GOOD

PRIVATE = c.private_room(c.REFERENT)
VICTIM_AND_PLATE = "Mme Souad Kaddouri a été abordée, une Clio BX-640-JM attendait."
MASKED = VAN.replace("BX-640-JM", "[plaque]")
SEEING = (c.GENDARMERIE_ROOM, c.POLICE_ROOM)


def consent(sender: UserId = c.RESIDENT, *, given: bool = True, event: str = "$mine") -> Consent:
    return Consent(EventId(event), c.CENTRE_ROOM, sender, c.MESSAGE_ID, given)


async def test_the_mairie_sees_a_masked_plate_and_who_knows_it(world: World) -> None:
    world.said_by_resident(VAN)
    outcome = await world.carrier.carry(c.flag(), c.need_to_know_directory())
    assert outcome == Relayed("2026-0001", 3)
    for room in SEEING:
        (body,) = world.rooms.to(room)
        assert VAN in body
        assert "[plaque]" not in body
    (body,) = world.rooms.to(c.MAIRIE_ROOM)
    assert MASKED in body
    assert "640" not in body
    assert "connue de : Gendarmerie, Police municipale." in body
    assert "masquée pour : Mairie." in world.rooms.to(PRIVATE)[0]


async def test_where_nobody_sees_it_nobody_is_named(world: World) -> None:
    full = c.directory()
    blind = tuple(replace(a, sees=frozenset()) for a in full.commune.authorities)
    world.said_by_resident(VAN)
    await world.carrier.carry(
        c.flag(), replace(full, commune=replace(full.commune, authorities=blind))
    )
    for room in (*SEEING, c.MAIRIE_ROOM):
        assert "640" not in world.rooms.to(room)[0]
        assert "immatriculation, masquée." in world.rooms.to(room)[0]


async def test_the_preview_says_who_sees_it_masked(world: World) -> None:
    world.said_by_resident(VICTIM_AND_PLATE)
    assert await world.carrier.carry(c.flag(), c.need_to_know_directory()) == Awaiting()
    (preview,) = world.rooms.to(PRIVATE)
    assert "BX-640-JM" in preview
    assert "La plaque y sera masquée pour : Mairie." in preview
    shown = world.ledger.reports[1].preview_event
    assert shown is not None
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, shown, send=True)
    outcome = await world.carrier.carry(tap, c.need_to_know_directory())
    assert outcome == Relayed("2026-0001", 3)
    assert "BX-640-JM" in world.rooms.to(c.GENDARMERIE_ROOM)[0]
    assert "640" not in world.rooms.to(c.MAIRIE_ROOM)[0]
    assert "Kaddouri" not in world.rooms.to(c.GENDARMERIE_ROOM)[0]


async def test_without_a_plate_nothing_is_said_of_any(world: World) -> None:
    world.said_by_resident("Un banc est cassé.")
    await world.carrier.carry(c.flag(), c.need_to_know_directory())
    assert "plaque" not in world.rooms.everywhere()


@pytest.mark.parametrize("blind", [True, False])
async def test_a_mail_is_masked_like_a_room(world: World, language: Language, blind: bool) -> None:
    full = c.mailed_directory()
    changed = tuple(
        replace(a, sees=frozenset()) if blind and a.code == c.GENDARMERIE else a
        for a in full.commune.authorities
    )
    directory = replace(full, commune=replace(full.commune, authorities=changed))
    mail = FakeMail({c.GENDARMERIE: GOOD})
    desk = Desk(world, mail, made(world, mail, language), directory, language)
    await desk.flag()
    world.ledger.let_name(c.MESSAGE_ID, c.RESIDENT)
    await desk.step()
    (letter,) = mail.taken
    assert ("640" not in letter.body) is blind
    assert ("connue de : Police municipale, Mairie." in letter.body) is blind
    assert ("Alice" in letter.body) is not blind


async def test_a_name_that_its_owner_allowed_goes_with_the_report(world: World) -> None:
    world.said_by_resident(VAN)
    directory = c.need_to_know_directory()
    assert await world.carrier.carry(consent(), directory) == Consented(given=True)
    assert world.rooms.reactions == [(c.CENTRE_ROOM, EventId("$mine"), "👍")]
    assert world.rooms.said == []
    await world.carrier.carry(c.flag(), directory)
    for room in SEEING:
        assert "que son nom soit donné : Alice" in world.rooms.to(room)[0]
    assert "Alice" not in world.rooms.to(c.MAIRIE_ROOM)[0]
    assert "Marie" in world.rooms.to(c.MAIRIE_ROOM)[0]


@pytest.mark.parametrize("who", [c.REFERENT, c.OFFICER, c.STRANGER])
async def test_nobody_else_allows_it(world: World, who: UserId) -> None:
    world.said_by_resident(VAN)
    outcome = await world.carrier.carry(consent(who), c.directory())
    assert outcome == Refused(Refusal.NOTHING_TO_NAME)
    assert world.rooms.reactions == []
    world.ledger.let_name(c.MESSAGE_ID, who)
    await world.carrier.carry(c.flag(), c.directory())
    assert "Alice" not in world.rooms.everywhere()


async def test_what_cannot_be_read_or_came_unsealed_names_nobody(world: World) -> None:
    refused = Refused(Refusal.NOTHING_TO_NAME)
    assert await world.carrier.carry(consent(), c.directory()) == refused
    world.reader.holds(c.message(VAN, encrypted=False))
    assert await world.carrier.carry(consent(), c.directory()) == refused


async def test_a_name_allowed_later_follows_once_to_who_may_know_it(world: World) -> None:
    world.said_by_resident(VAN)
    directory = c.need_to_know_directory()
    await world.carrier.carry(c.flag(), directory)
    for event in ("$mine", "$again"):
        assert await world.carrier.carry(consent(event=event), directory) == Consented(given=True)
    for room in SEEING:
        assert len(world.rooms.to(room)) == 2
        assert "2026-0001" in world.rooms.to(room)[1]
        assert "Alice" in world.rooms.to(room)[1]
    assert len(world.rooms.to(c.MAIRIE_ROOM)) == 1
    assert world.rooms.to(c.CENTRE_ROOM) == []


async def test_what_is_taken_back_before_it_leaves_is_not_told(world: World) -> None:
    world.said_by_resident("Il se passe quelque chose d'étrange près du lavoir.")
    directory = c.directory()
    await world.carrier.carry(consent(), directory)
    assert await world.carrier.carry(c.flag(category=None), directory) == Asked()
    back = consent(given=False, event="$back")
    assert await world.carrier.carry(back, directory) == Consented(given=False)
    world.clock.at = world.clock.at.replace(hour=13)
    assert await world.carrier.to_authority.expire(directory) == 1
    assert len(world.rooms.to(c.GENDARMERIE_ROOM)) == 1
    assert "Alice" not in world.rooms.everywhere()


def unknown(directory: Directory) -> Directory:
    persons = {k: v for k, v in directory.persons.items() if k != c.RESIDENT}
    return replace(directory, persons=persons)


async def test_who_is_not_in_the_registry_has_no_name(world: World) -> None:
    world.said_by_resident(VAN)
    await world.carrier.carry(c.flag(), c.directory())
    await world.carrier.carry(consent(), unknown(c.directory()))
    assert len(world.rooms.to(c.GENDARMERIE_ROOM)) == 1


def with_photos(directory: Directory) -> Directory:
    """The mairie's table says ``photos = true``."""
    changed = tuple(replace(a, sees=a.sees | {Detail.PHOTO}) for a in directory.commune.authorities)
    return replace(directory, commune=replace(directory.commune, authorities=changed))


async def relayed_photo(world: World, directory: Directory, message: Message) -> None:
    world.reader.holds(message)
    assert await world.carrier.carry(c.flag(), directory) == Awaiting()
    shown = world.ledger.reports[1].preview_event
    assert shown is not None
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, shown, send=True)
    assert await world.carrier.carry(tap, directory) == Relayed("2026-0001", 3)


def photos_in(world: World, room_id: RoomId) -> int:
    return sum(e.room_id == room_id for e in world.rooms.enclosed)


async def test_who_sees_no_plates_reads_where_the_photo_is(world: World) -> None:
    await relayed_photo(world, c.need_to_know_directory(), c.photo("Un fourgon."))
    assert [photos_in(world, room) for room in SEEING] == [1, 1]
    assert photos_in(world, c.MAIRIE_ROOM) == 0
    (body,) = world.rooms.to(c.MAIRIE_ROOM)
    assert "Une photo est jointe ; elle est chez : Gendarmerie, Police municipale." in body
    assert "suit ce message" not in body
    for room in SEEING:
        assert "Une photo suit ce message" in world.rooms.to(room)[0]
        assert "est jointe" not in world.rooms.to(room)[0]
    assert "seulement qu'il y en a une : Mairie." in world.rooms.to(PRIVATE)[0]


async def test_the_communes_file_may_send_photos_to_all(world: World) -> None:
    await relayed_photo(world, with_photos(c.need_to_know_directory()), c.photo("Un fourgon."))
    assert [photos_in(world, room) for room in (*SEEING, c.MAIRIE_ROOM)] == [1, 1, 1]
    assert "est jointe" not in world.rooms.everywhere()
    assert "qu'il y en a une" not in world.rooms.everywhere()


async def test_where_nobody_receives_photos_the_referent_has_it(world: World) -> None:
    full = c.directory()
    blind = tuple(replace(a, sees=frozenset()) for a in full.commune.authorities)
    directory = replace(full, commune=replace(full.commune, authorities=blind))
    await relayed_photo(world, directory, c.photo("Un fourgon."))
    for room in (*SEEING, c.MAIRIE_ROOM):
        assert photos_in(world, room) == 0
        assert "le référent l'a" in world.rooms.to(room)[0]


async def test_a_place_is_for_everybody(world: World) -> None:
    await relayed_photo(world, c.need_to_know_directory(), c.place("Ici."))
    assert photos_in(world, c.MAIRIE_ROOM) == 1
    assert "qu'il y en a une" not in world.rooms.everywhere()


@pytest.mark.parametrize("blind", [True, False])
async def test_a_mail_has_no_photo_either(world: World, language: Language, blind: bool) -> None:
    full = c.mailed_directory()
    changed = tuple(
        replace(a, sees=frozenset()) if blind and a.code == c.GENDARMERIE else a
        for a in full.commune.authorities
    )
    directory = replace(full, commune=replace(full.commune, authorities=changed))
    await relayed_photo(world, directory, c.photo("Un fourgon."))
    mail = FakeMail({c.GENDARMERIE: GOOD})
    await made(world, mail, language).step(directory)
    (letter,) = mail.taken
    assert len(letter.pictures) == (0 if blind else 1)
    assert ("elle est chez : Police municipale, Mairie." in letter.body) is blind
    assert ("jointe à ce courriel" in letter.body) is not blind


async def test_a_photo_that_replaces_another_goes_no_further_than_that(world: World) -> None:
    directory = c.need_to_know_directory()
    await relayed_photo(world, directory, c.photo("Un fourgon."))
    other = c.photo("Un fourgon.", enclosed=c.attachment(sha256=bytes(32)))
    world.reader.edited[c.MESSAGE_ID] = other
    edit = Edit(EventId("$edit"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
    assert await world.carrier.carry(edit, directory) == Awaiting()
    assert "qu'il y en a une : Mairie." in world.rooms.to(PRIVATE)[-1]
    preview = next(q.preview for q in world.ledger.questions.values() if q.open)
    tap = Answer(EventId("$tap2"), PRIVATE, c.REFERENT, preview, send=True)
    assert await world.carrier.carry(tap, directory) == Corrected("2026-0001")
    assert [photos_in(world, room) for room in SEEING] == [2, 2]
    assert photos_in(world, c.MAIRIE_ROOM) == 0
    assert "elle est chez" in world.rooms.shown(c.MAIRIE_ROOM)[0]
