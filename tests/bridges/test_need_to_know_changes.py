"""What an edit, a move or a withdrawal makes of a report that not everybody sees whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.outcome import Awaiting, Consented, Corrected, Relayed, Withdrawn
from bridges.ports import Language
from policies.incoming import Consent, Edit, Withdrawal
from policies.mails import MailKind
from policies.terms import Answer, Authority, Directory, EventId, RoomId, RoomKey, RoomKind
from tests.bridges.conftest import World
from tests.bridges.test_to_mail import CHANGE, Desk, made
from tests.fakes import commune as c
from tests.fakes.world import FakeMail
from tests.policies.test_mails import GOOD

PLAIN = "Un fourgon blanc tourne dans la rue depuis ce matin."
PLATED = "Un fourgon blanc tourne dans la rue depuis ce matin, plaque BX-640-JM."
NAMED = "Mme Souad Kaddouri a été abordée, une Clio BX-640-JM attendait."
PRIVATE = c.private_room(c.REFERENT)
SEEING = (c.GENDARMERIE_ROOM, c.POLICE_ROOM)


async def edited(world: World, text: str, directory: Directory) -> object:
    world.reader.edited[c.MESSAGE_ID] = c.message(text)
    edit = Edit(EventId("$edit"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
    return await world.carrier.carry(edit, directory)


def consent() -> Consent:
    return Consent(EventId("$mine"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID, True)


def changed(directory: Directory, code: str, **news: object) -> Directory:
    """With another word of the commune's file on one authority."""
    authorities: list[Authority] = [
        replace(a, **news) if a.code == code else a  # type: ignore[arg-type]
        for a in directory.commune.authorities
    ]
    return replace(directory, commune=replace(directory.commune, authorities=tuple(authorities)))


@pytest.fixture
async def relayed(world: World) -> World:
    world.said_by_resident(PLAIN)
    outcome = await world.carrier.carry(c.flag(), c.need_to_know_directory())
    assert outcome == Relayed("2026-0001", 3)
    return world


async def test_a_plate_that_an_edit_adds_is_masked_as_one_from_the_beginning(
    relayed: World,
) -> None:
    assert await edited(relayed, PLATED, c.need_to_know_directory()) == Corrected("2026-0001")
    for room in SEEING:
        assert PLATED in relayed.rooms.shown(room)[0]
    everything = "".join(relayed.rooms.to(c.MAIRIE_ROOM))
    assert "640" not in everything
    assert "plaque [plaque]" in relayed.rooms.shown(c.MAIRIE_ROOM)[0]
    assert "connue de : Gendarmerie, Police municipale." in everything
    assert "masquée pour : Mairie." in relayed.rooms.to(PRIVATE)[-1]


async def test_without_a_plate_a_correction_says_nothing_of_any(relayed: World) -> None:
    await edited(relayed, PLAIN.replace("blanc", "bleu"), c.need_to_know_directory())
    assert "bleu" in relayed.rooms.shown(c.MAIRIE_ROOM)[0]
    assert "masquée" not in relayed.rooms.everywhere()


async def test_what_is_fingerprinted_is_the_whole_text(relayed: World) -> None:
    """So that a copy is known to be the newest also where it is masked."""
    await edited(relayed, PLATED, c.need_to_know_directory())
    digests = {link.digest for link in relayed.ledger.links(1)}
    assert digests == {relayed.ledger.reports[1].digest}
    before = len(relayed.rooms.said)
    await edited(relayed, PLATED, c.need_to_know_directory())
    assert len(relayed.rooms.said) == before


async def test_a_correction_that_waits_for_a_tap_says_who_sees_it_masked(relayed: World) -> None:
    directory = c.need_to_know_directory()
    assert await edited(relayed, NAMED, directory) == Awaiting()
    assert "masquée pour : Mairie." in relayed.rooms.to(PRIVATE)[-1]
    preview = next(q.preview for q in relayed.ledger.questions.values() if q.open)
    tap = Answer(EventId("$tap"), PRIVATE, c.REFERENT, preview, send=True)
    assert await relayed.carrier.carry(tap, directory) == Corrected("2026-0001")
    assert "BX-640-JM" in relayed.rooms.shown(c.GENDARMERIE_ROOM)[0]
    everything = "".join(relayed.rooms.to(c.MAIRIE_ROOM))
    assert "640" not in everything
    assert "Kaddouri" not in everything


async def test_a_report_that_moves_to_another_room_is_masked_there(relayed: World) -> None:
    full, new = c.need_to_know_directory(), RoomId("!mairie-2")
    rooms = {r: k for r, k in full.rooms.items() if r != c.MAIRIE_ROOM}
    rooms[new] = RoomKey(c.CODE, RoomKind.AUTHORITY, c.MAIRIE)
    relayed.ledger.replacements[c.MAIRIE_ROOM] = new
    await edited(relayed, PLATED, replace(full, rooms=rooms))
    (moved,) = relayed.rooms.to(new)
    assert "plaque [plaque]" in moved
    assert "640" not in moved


async def test_an_authority_that_the_file_forgot_sees_least(relayed: World) -> None:
    """Its room is there still; nothing says that it may see a plate."""
    full = c.need_to_know_directory()
    others = tuple(a for a in full.commune.authorities if a.code != c.GENDARMERIE)
    await edited(relayed, PLATED, replace(full, commune=replace(full.commune, authorities=others)))
    assert "640" not in "".join(relayed.rooms.to(c.GENDARMERIE_ROOM))
    assert "BX-640-JM" in relayed.rooms.shown(c.POLICE_ROOM)[0]


@pytest.mark.parametrize("blind", [True, False])
async def test_a_corrected_mail_is_masked_like_a_room(
    world: World, language: Language, blind: bool
) -> None:
    directory = c.mailed_directory()
    if blind:
        directory = changed(directory, c.GENDARMERIE, sees=frozenset())
    mail = FakeMail({c.GENDARMERIE: GOOD})
    desk = Desk(world, mail, made(world, mail, language), directory, language)
    await desk.flag(PLAIN)
    await desk.step()
    await edited(world, PLATED, directory)
    assert desk.to_mail.changed(world.ledger.reports[1], CHANGE, MailKind.EDIT) == 1
    await desk.step()
    _, letter = mail.taken
    assert "texte modifié" in letter.body
    assert ("plaque [plaque]" in letter.body) is blind
    assert ("640" not in letter.subject + letter.body) is blind


async def test_a_correction_stays_urgent(world: World) -> None:
    world.said_by_resident(PLAIN)
    directory = c.need_to_know_directory()
    await world.carrier.carry(replace(c.flag(), urgent=True), directory)
    await edited(world, PLATED, directory)
    for room in (*SEEING, c.MAIRIE_ROOM):
        assert "URGENT" in world.rooms.shown(room)[0].upper()


async def test_a_name_goes_with_the_report_that_it_was_told_of(relayed: World) -> None:
    """Told in the report's thread, it is taken away with it, and never told again."""
    directory = c.need_to_know_directory()
    assert await relayed.carrier.carry(consent(), directory) == Consented(given=True)
    assert "Alice" in relayed.rooms.shown(c.GENDARMERIE_ROOM)[1]
    await edited(relayed, PLATED, directory)
    assert "Alice" in relayed.rooms.shown(c.GENDARMERIE_ROOM)[0]
    assert "Alice" not in "".join(relayed.rooms.to(c.MAIRIE_ROOM))
    relayed.rooms.gone[c.MESSAGE_ID] = c.RESIDENT
    taken = Withdrawal(EventId("$gone"), c.CENTRE_ROOM, c.RESIDENT, c.MESSAGE_ID)
    assert await relayed.carrier.carry(taken, directory) == Withdrawn("2026-0001")
    for room in (*SEEING, c.MAIRIE_ROOM):
        said = [one.event_id for one in relayed.rooms.said if one.room_id == room]
        left = [e for e in said if (room, e) not in relayed.rooms.redacted]
        assert len(left) == 1, room
        assert "Alice" not in relayed.rooms.shown(room)[-1]
    before = len(relayed.rooms.said)
    again = replace(consent(), event_id=EventId("$again"))
    await relayed.carrier.carry(again, directory)
    assert len(relayed.rooms.said) == before
