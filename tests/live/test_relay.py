"""The scheme at work on a real Synapse: the real bot, Element's library and matrix-nio."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from pc_matrix.demo import commune as people
from pc_matrix.demo.people import NIO
from pc_matrix.homeserver.http import client_path
from pc_matrix.homeserver.rooms import Rooms
from policies.terms import RoomKind
from tests.live.marks import mark as new_mark
from tests.live.town import ELEMENT, NUMBER, Town, flagged, reports, town
from tests.pictures import files

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
OFFICERS = (people.ELISE, people.KARIM, people.CLAIRE)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("town")) as running:
        # Keys go to the devices that exist: everybody has a phone before anything is said.
        for who in (people.AMELIE, people.HELENE, people.ELISE):
            await running.phone(who, ELEMENT)
        for who in (people.KARIM, people.CLAIRE, people.JOEL):
            await running.phone(who, NIO)
        yield running


def unique(text: str) -> tuple[str, str]:
    """``text`` with words that stand nowhere else, and those words."""
    mark = new_mark()
    return f"{text} ({mark})", mark


async def test_a_flagged_fact_reaches_every_authority_sealed(place: Town) -> None:
    text, mark = unique("Un fourgon blanc tourne lentement rue des Lilas.")
    said = await flagged(place, text, by="!signaler véhicule")
    for who in OFFICERS:
        phone = await place.phone(who)
        (report,) = await reports(phone, place.authority(who), mark)
        assert report.was_sealed, (who.name, report)
        assert "Véhicule suspect" in report.text
    helene = await place.phone(people.HELENE)
    told = await helene.wait_for(
        room_id=place.private(people.HELENE), body_matches=f"{NUMBER} est transmis"
    )
    assert told.was_sealed
    assert people.HELENE.user_id in told.mentions
    amelie = await place.phone(people.AMELIE)
    mark_seen = await amelie.wait_for(
        room_id=place.sector(people.AMELIE), type="m.reaction", after=said
    )
    assert mark_seen.relates_to is not None


async def test_the_mairie_sees_no_plate_and_nobody_the_author_before_she_says_so(
    place: Town,
) -> None:
    text, mark = unique("Un fourgon immatriculé BX 640 JM tourne rue des Lilas.")
    said = await flagged(place, text)
    for who, sees in zip(OFFICERS, (True, True, False), strict=True):
        phone = await place.phone(who)
        (report,) = await reports(phone, place.authority(who), mark)
        everything = report.text + (report.html or "")
        assert ("BX 640 JM" in everything) is sees, who.name
        assert ("[plaque]" in everything) is not sees, who.name
        assert "Véhicule suspect" in report.text
        assert people.AMELIE.family.casefold() not in everything.casefold()
    amelie = await place.phone(people.AMELIE)
    await amelie.send(place.sector(people.AMELIE), "!mon-nom", reply_to=said)
    elise = await place.phone(people.ELISE)
    told = await elise.wait_for(
        room_id=place.authority(people.ELISE),
        body_contains=f"que son nom soit donné : {people.AMELIE.first}",
        timeout=40,
    )
    assert told.was_sealed
    other, new_mark = unique("Un fourgon immatriculé CY 731 KT tourne rue du Moulin.")
    await amelie.edit(place.sector(people.AMELIE), said, other)
    for who, sees in zip(OFFICERS, (True, True, False), strict=True):
        phone = await place.phone(who)
        change = await phone.wait_for(
            room_id=place.authority(who), body_contains=new_mark, timeout=40
        )
        everything = change.text + (change.html or "")
        assert ("CY 731 KT" in everything) is sees, who.name
        assert ("[plaque]" in everything) is not sees, who.name


async def test_a_tap_says_what_a_report_is_about(place: Town) -> None:
    """The gendarmerie alone receives burglaries, once the bot has read the commune's file again."""
    path = place.home / "communes" / f"{people.CODE}.toml"
    before = path.read_text("utf-8")
    fewer = 'categories = ["incivilité", "autre"]'
    path.write_text(fewer.join(before.rsplit('categories = ["*"]', 1)), encoding="utf-8")
    await place.restart_bot()
    try:
        text, mark = unique("Une lumière clignote au fond du bois.")
        await flagged(place, text)
        helene, room = await place.phone(people.HELENE), place.private(people.HELENE)
        asked = await helene.wait_for(room_id=room, body_contains="De quoi s'agit-il ?", timeout=40)
        assert asked.was_sealed
        assert mark not in asked.text
        await helene.react(room, asked.event_id, "1️⃣")
        elise, claire = await place.phone(people.ELISE), await place.phone(people.CLAIRE)
        (report,) = await reports(elise, place.authority(people.ELISE), mark)
        assert "Cambriolage" in report.text
        heard = await claire.read(place.authority(people.CLAIRE), 200)
        assert all(mark not in seen.text for seen in heard)
    finally:
        path.write_text(before, encoding="utf-8")
        await place.restart_bot()


async def test_an_acknowledgement_comes_back_without_a_word(place: Town) -> None:
    text, mark = unique("Deux vélos ont été volés devant la gare cette nuit.")
    await flagged(place, text)
    elise = await place.phone(people.ELISE)
    (report,) = await reports(elise, place.authority(people.ELISE), mark)
    number = report.text.split()[1]
    await elise.react(place.authority(people.ELISE), report.event_id, "👀")
    wanted = f"{number} est pris en compte"
    for who in (people.HELENE, people.AMELIE):
        phone = await place.phone(who)
        room = place.private(who) if who is people.HELENE else place.sector(who)
        news = await phone.wait_for(room_id=room, body_contains=wanted)
        assert news.was_sealed
        assert mark not in news.text


async def test_a_report_follows_its_message_until_it_is_taken_away(place: Town) -> None:
    amelie, helene = await place.phone(people.AMELIE), await place.phone(people.HELENE)
    sector, private = place.sector(people.AMELIE), place.private(people.HELENE)
    text, mark = unique("Un lampadaire est cassé rue du Moulin.")
    said = await flagged(place, text)
    copies = {}
    for who in OFFICERS:
        (report,) = await reports(await place.phone(who), place.authority(who), mark)
        copies[who.user_id] = report
    number = copies[people.ELISE.user_id].text.split()[1]

    other, new_mark = unique("Deux lampadaires sont cassés rue du Moulin.")
    await amelie.edit(sector, said, other)
    await helene.wait_for(room_id=private, body_contains=f"{number} est corrigé", timeout=40)
    for who in OFFICERS:
        phone, room, root = await place.phone(who), place.authority(who), copies[who.user_id]
        change = await phone.wait_for(room_id=room, body_contains=new_mark)
        assert change.was_sealed
        if change.event_id != root.event_id:  # where Element already shows it in its place
            relation = change.relates_to or {}
            assert (relation["rel_type"], relation["event_id"]) == ("m.replace", root.event_id)
        news = await phone.wait_for(room_id=room, body_contains=f"{number} : son auteur")
        relation = news.relates_to or {}
        assert (relation["rel_type"], relation["event_id"]) == ("m.thread", root.event_id)
        assert relation["is_falling_back"]
        assert news.was_sealed

    await amelie.redact(sector, said)
    gone = await helene.wait_for(room_id=private, body_contains=f"{number} retiré", timeout=40)
    assert gone.was_sealed
    for who in OFFICERS:
        phone, room = await place.phone(who), place.authority(who)
        notice = await phone.wait_for(room_id=room, body_contains=f"{number} retiré")
        assert notice.was_sealed
        assert "son auteur" in notice.text
        heard = await phone.read(room, 200)
        assert all(m not in seen.text for m in (mark, new_mark) for seen in heard)
    heard = await amelie.read(sector, 50)
    assert all(number not in seen.text for seen in heard)


async def test_a_flag_taken_away_is_asked_about_before_its_report_goes(place: Town) -> None:
    amelie, helene = await place.phone(people.AMELIE), await place.phone(people.HELENE)
    sector, private = place.sector(people.AMELIE), place.private(people.HELENE)
    text, mark = unique("Un banc est cassé devant la mairie.")
    said = await amelie.send(sector, text)
    await helene.wait_for(event_id=said)
    flag = await helene.react(sector, said, "🚩")
    elise, room = await place.phone(people.ELISE), place.authority(people.ELISE)
    (report,) = await reports(elise, room, mark)
    number = report.text.split()[1]
    await helene.redact(sector, flag)
    question = await helene.wait_for(
        room_id=private, body_contains=f"repris votre signalement {number}", timeout=40
    )
    assert question.was_sealed
    await helene.react(private, question.event_id, "✅")
    # He hears of it once every copy is gone.
    await helene.wait_for(room_id=private, body_contains=f"{number} retiré", timeout=40)
    notice = await elise.wait_for(room_id=room, body_contains=f"{number} retiré")
    assert "référent" in notice.text
    assert all(mark not in seen.text for seen in await elise.read(room, 200))


async def test_an_authoritys_words_never_reach_a_sector(place: Town) -> None:
    """A marker in everything that an officer may do there; only his answer's own words go out."""
    elise, room = await place.phone(people.ELISE), place.authority(people.ELISE)
    text, mark = unique("Une voiture brûle sur le parking du stade.")
    await flagged(place, text)
    (report,) = await reports(elise, room, mark)
    secret, answer = f"secret{uuid4().hex[:8]}", f"merci{uuid4().hex[:8]}"
    said = await elise.send(room, f"On envoie une patrouille, {secret}")
    await elise.edit(room, said, f"On envoie deux patrouilles, {secret}")
    await elise.send(
        room, f"> <{people.HELENE.user_id}> {secret}\n\nVoir {secret}", reply_to=report.event_id
    )
    await elise.send(room, f"Pour vous, {secret}", mentions=[people.HELENE.user_id])
    sign = await elise.react(room, report.event_id, "👀")
    await _as_officer(place, room, sign, secret)
    replied = await elise.send(room, f"!repondre {answer}", reply_to=report.event_id)
    await elise.edit(room, replied, f"!repondre {answer} {secret}")
    helene = await place.phone(people.HELENE)
    heard = await helene.wait_for(room_id=place.private(people.HELENE), body_contains=answer)
    assert heard.was_sealed
    news = f"{report.text.split()[1]} n'est plus pris en compte"
    await helene.wait_for(room_id=place.private(people.HELENE), body_contains=news)
    await asyncio.sleep(2)
    sectors = [place.rooms[RoomKind.SECTOR, code] for code in people.SECTORS]
    assert place.sector(people.AMELIE) in sectors
    for who in (people.HELENE, people.AMELIE):
        phone = await place.phone(who)
        seen = await phone.read(place.sector(people.AMELIE), 200)
        assert all(secret not in (s.text + (s.html or "")) for s in seen)
        assert all(answer not in s.text for s in seen)
    private = await helene.read(place.private(people.HELENE), 200)
    assert all(secret not in (s.text + (s.html or "")) for s in private)
    bot = f"@{people.BOT}:{people.SERVER_NAME}"
    async with place.as_user(bot) as http:
        for elsewhere in (*sectors, place.private(people.HELENE)):
            path = client_path("rooms", elsewhere, "messages")
            page = await http.request("GET", path, params={"dir": "b", "limit": "1000"})
            assert secret not in json.dumps(page, ensure_ascii=False)


async def _as_officer(place: Town, room: str, sign: str, secret: str) -> None:
    """What clients write in plain: a file's name, a redaction's reason, a display name."""
    async with place.as_user(people.ELISE.user_id) as http:
        file = {
            "msgtype": "m.file",
            "body": secret,
            "filename": f"{secret}.pdf",
            "url": "mxc://x/y",
        }
        await http.request(
            "PUT", client_path("rooms", room, "send", "m.room.message", secret), file
        )
        path = client_path("rooms", room, "redact", sign, f"{secret}-redaction")
        await http.request("PUT", path, {"reason": secret})
        profile = client_path("profile", people.ELISE.user_id, "displayname")
        await http.request("PUT", profile, {"displayname": secret})
        await http.request("PUT", profile, {"displayname": people.ELISE.name})


async def test_a_denunciation_goes_back_and_is_kept_nowhere(place: Town) -> None:
    name = f"Zebulon Quetzal{uuid4().hex[:4]}"
    await flagged(place, f"C'est M. {name} qui vole les vélos, je l'ai vu, il les revend.")
    helene = await place.phone(people.HELENE)
    back = await helene.wait_for(
        room_id=place.private(people.HELENE), body_contains=name.split()[1]
    )
    assert back.was_sealed
    assert "pas été transmis" in back.text
    for who in OFFICERS:
        phone = await place.phone(who)
        assert all(name not in seen.text for seen in await phone.read(place.authority(who), 200))
    needles = [name.encode(), name.split()[1].encode()]
    files = [path for path in place.home.rglob("*") if path.is_file() and path.name != "phones"]
    assert any(path.name == "registry.db" for path in files)
    assert any(path.name == "homeserver.db" for path in files)
    found = [path for path in files if any(needle in path.read_bytes() for needle in needles)]
    assert found == []


async def test_a_ghost_of_the_referent_is_not_relayed(place: Town) -> None:
    ghost = await place.further_device(people.HELENE, sign=False)
    helene = await place.phone(people.HELENE)
    room = place.sector(people.HELENE)
    text, mark = unique("Des poubelles ont été renversées.")
    said = await ghost.send(room, text)
    await helene.react(room, said, "🚩")
    refused = await helene.wait_for(
        room_id=place.private(people.HELENE), body_contains="n'a pas été vérifié", timeout=40
    )
    assert refused.was_sealed
    for who in OFFICERS:
        phone = await place.phone(who)
        assert all(mark not in seen.text for seen in await phone.read(place.authority(who), 200))
    # Nor does the ghost get anything to read of what the bot says.
    heard = await ghost.read(place.private(people.HELENE), 50)
    assert all(not seen.decrypted for seen in heard if seen.wire_type == "m.room.encrypted")


async def test_a_report_is_built_step_by_step_across_a_restart(place: Town) -> None:
    helene, room = await place.phone(people.HELENE), place.private(people.HELENE)
    facts, mark = unique("Une vitre de l'abribus est cassée.")
    last = await helene.send(room, "nouveau")
    asked = await helene.wait_for(room_id=room, body_contains="Préparons votre", timeout=40)
    last = await helene.react(room, asked.event_id, "7️⃣")
    given = list[str]()
    for question, answer in (
        ("passé", facts),
        ("Où est-ce", "Place Carnot, devant la poste"),
        ("Quand", "hier vers 22 h"),
        ("véhicule", "passer"),
        ("des gens", "Deux hommes en veste noire, l'un avec un sac"),
    ):
        seen = await helene.wait_for(room_id=room, body_contains=question, after=last, timeout=40)
        assert seen.was_sealed
        last = await helene.send(room, answer)
        given.append(last)
    await helene.wait_for(room_id=room, body_contains="photo à joindre", after=last, timeout=40)
    last = await helene.send_file(room, files.jpeg((80, 40)), "Karim-Benali.jpg")
    await helene.wait_for(room_id=room, body_contains="jointes : 1", after=last, timeout=40)
    await place.restart_bot()
    last = await helene.send(room, "suite")
    shown = await helene.wait_for(room_id=room, body_contains="« oui »", after=last, timeout=40)
    preview = [s for s in await helene.read(room, 20) if "envoyées ici : 1" in s.text]
    assert len(preview) == 1
    for who in OFFICERS:
        heard = await (await place.phone(who)).read(place.authority(who), 200)
        assert all(mark not in seen.text for seen in heard)
    await helene.send(room, "oui")
    told = await helene.wait_for(
        room_id=room, body_matches=f"{NUMBER} est transmis", after=shown.event_id, timeout=40
    )
    assert told.was_sealed
    for who in OFFICERS:
        phone, office = await place.phone(who), place.authority(who)
        (report,) = await reports(phone, office, mark)
        assert report.was_sealed
        assert "Où : Place Carnot, devant la poste" in report.text
        assert "Deux hommes en veste noire" in report.text
        if who is people.CLAIRE:  # who sees no plates
            assert "elle est chez : Gendarmerie nationale, Police municipale." in report.text
            continue
        assert "Une photo suit" in report.text
        photo = await phone.wait_for(
            room_id=office, body_contains=f"{report.text.split()[1]}-1.jpg"
        )
        assert (photo.relates_to or {})["event_id"] == report.event_id
        data, _ = await phone.open_file(office, photo.event_id)
        assert data.startswith(b"\xff\xd8\xff")
        assert files.SECRET not in data
    await _as_he_changes_his_answers(place, given, told.event_id)
    kept = (place.home / "registry.db").read_bytes()
    assert mark.encode() not in kept
    assert b"Carnot" not in kept


async def _as_he_changes_his_answers(place: Town, given: list[str], last: str) -> None:
    """What was sent follows: a deletion at once, an edit once he confirms, for there is a photo.

    His server lets him say one thing in five seconds by now: no more of them than are needed.
    """
    helene, room = await place.phone(people.HELENE), place.private(people.HELENE)
    _, where, _, _, who = given
    await helene.redact(room, who)
    told = await helene.wait_for(
        room_id=room, body_contains="est corrigé chez", after=last, timeout=40
    )
    for officer in OFFICERS:
        fewer = await (await place.phone(officer)).wait_for(
            room_id=place.authority(officer),
            body_matches=r"^\* (.|\n)*Place Carnot",  # the change, not the report that it changes
            timeout=40,
        )
        assert fewer.was_sealed
        assert "veste noire" not in fewer.text
    await helene.edit(room, where, "Rue Pasteur, devant le stade")
    asked = await helene.wait_for(
        room_id=room, body_contains="vous avez modifié", after=told.event_id, timeout=40
    )
    assert "Rue Pasteur" in asked.text
    assert "veste noire" not in asked.text


async def test_who_writes_of_danger_is_told_the_number(place: Town) -> None:
    elise, room = await place.phone(people.ELISE), place.private(people.ELISE)
    said = await elise.send(room, "On me cambriole, ils sont encore dedans")
    told = await elise.wait_for(room_id=room, body_contains="112", after=said, timeout=40)
    assert told.was_sealed
    assert "114" in told.text


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.15])
async def test_killed_between_taking_and_sending_it_says_it_once(place: Town, delay: float) -> None:
    before = place.waiting_flags()
    text, mark = unique("Un carreau de l'école a été brisé.")
    await flagged(place, text)
    for _ in range(2000):
        if place.waiting_flags() > before:
            break
        await asyncio.sleep(0.005)
    await asyncio.sleep(delay)
    assert place.bot.pid is not None
    os.kill(place.bot.pid, signal.SIGKILL)
    await place.restart_bot()
    for who in OFFICERS:
        found = await reports(await place.phone(who), place.authority(who), mark)
        assert len(found) == 1, (who.name, [seen.text for seen in found])
        assert found[0].was_sealed


async def test_a_revoked_mandate_ends_in_every_room(place: Town) -> None:
    joel = await place.phone(people.JOEL)
    room = place.sector(people.JOEL)
    await joel.send(room, "Bonjour")
    await place.commands.run("registry", "revoke", people.JOEL.user_id)
    async with place.as_user(people.JOEL.user_id) as http:
        for _ in range(200):
            joined = (await http.request("GET", client_path("joined_rooms")))["joined_rooms"]
            if not set(joined) & set(place.rooms.values()):
                return
            await asyncio.sleep(0.1)
    pytest.fail("the person is still in a room after 20 seconds")


async def test_it_outlives_a_restart_of_the_homeserver(place: Town) -> None:
    await place.commands.run("homeserver", "down")
    await asyncio.sleep(2)
    await place.commands.run("homeserver", "up")
    text, mark = unique("Un lampadaire est cassé rue du Moulin.")
    await flagged(place, text)
    phone = await place.phone(people.KARIM)
    assert len(await reports(phone, place.authority(people.KARIM), mark)) == 1


async def test_it_goes_on_under_another_master_key(place: Town) -> None:
    before, mark_before = unique("Un banc est cassé devant la mairie.")
    await flagged(place, before)
    elise, room = await place.phone(people.ELISE), place.authority(people.ELISE)
    (report,) = await reports(elise, room, mark_before)
    in_use = await place.commands.status("master-key", "rotate")
    assert in_use == 8, "not under a running bot"
    await place.bot.stop()
    await place.commands.run("master-key", "rotate")
    await elise.react(room, report.event_id, "👀")
    await place.restart_bot()
    # Its identity, device and pins are the same: Element reads on, and nobody has to approve.
    number = report.text.split()[1]
    amelie = await place.phone(people.AMELIE)
    news = await amelie.wait_for(
        room_id=place.sector(people.AMELIE), body_contains=f"{number} est pris en compte"
    )
    assert news.was_sealed
    text, mark = unique("Un lampadaire est cassé rue du Moulin.")
    await flagged(place, text)
    for who in OFFICERS:
        (found,) = await reports(await place.phone(who), place.authority(who), mark)
        assert found.was_sealed
    listed = await place.commands.status("trust", "list")
    assert listed == 0


async def test_everything_the_bot_ever_said_was_sealed(place: Town) -> None:
    bot = f"@{people.BOT}:{people.SERVER_NAME}"
    async with place.as_user(bot) as http:
        kinds = set()
        for (kind, _), room in place.rooms.items():
            params = {"dir": "b", "limit": "1000"}
            path = client_path("rooms", room, "messages")
            page = await http.request("GET", path, params=params)
            said = [e for e in page["chunk"] if e["sender"] == bot and "state_key" not in e]
            kinds |= {e["type"] for e in said}
            if kind in (RoomKind.SECTOR, RoomKind.AUTHORITY):
                assert all("body" not in e["content"] for e in said)
            taken = [e for e in said if e["type"] == "m.room.redaction"]
            assert all(set(e["content"]) <= {"redacts"} for e in taken)
    assert kinds == {"m.room.encrypted", "m.reaction", "m.room.redaction"}


async def test_who_came_with_a_client_is_known_by_its_keys(place: Town) -> None:
    never = f"@jamais-{uuid4().hex[:6]}:{people.SERVER_NAME}"
    async with place.admin() as admin:
        await admin.create_user(never, uuid4().hex, "Jamais")
    async with place.as_user(f"@{people.BOT}:{people.SERVER_NAME}") as http:
        came = await Rooms(http).with_keys([people.AMELIE.user_id, never])
    assert came == {people.AMELIE.user_id}


async def test_an_intruder_is_put_out_behind_a_guard_that_was_taken_away(place: Town) -> None:
    """An administrator gives his server a list of modules without it; the bot stays awake."""
    path = place.home / "homeserver" / "homeserver.yaml"
    path.write_text(path.read_text("utf-8") + "\nmodules: []\n", encoding="utf-8")
    await place.commands.run("homeserver", "down")
    await place.commands.run("homeserver", "up")
    room = place.sector(people.AMELIE)
    async with place.admin() as admin:
        intruder = f"@intrus-{uuid4().hex[:6]}:{people.SERVER_NAME}"
        await admin.create_user(intruder, uuid4().hex, "Intrus")
    bot = f"@{people.BOT}:{people.SERVER_NAME}"
    async with place.as_user(bot) as http:
        await http.request("POST", client_path("rooms", room, "invite"), {"user_id": intruder})
    async with place.as_user(intruder) as http:
        await http.request("POST", client_path("join", room), {})
        for _ in range(300):
            if room not in (await http.request("GET", client_path("joined_rooms")))["joined_rooms"]:
                return
            await asyncio.sleep(0.1)
    pytest.fail("the intruder is still in the room after 30 seconds")


async def test_a_bulletin_is_confirmed_corrected_and_taken_back(place: Town) -> None:
    elise, room = await place.phone(people.ELISE), place.authority(people.ELISE)
    amelie, sector = await place.phone(people.AMELIE), place.sector(people.AMELIE)
    text, mark = unique("Fermez vos volets la nuit.")
    said = await elise.send(room, f"!diffuser urgent tous : {text}")
    preview = await elise.wait_for(room_id=room, body_matches=rf"relire[\s\S]*{mark}")
    await elise.react(room, preview.event_id, "✅")
    heard = await amelie.wait_for(room_id=sector, body_contains=mark)
    assert heard.was_sealed
    new, newer = unique("Fermez aussi vos portes.")
    await elise.edit(room, said, f"!diffuser urgent tous : {new}")
    preview = await elise.wait_for(room_id=room, body_matches=rf"relire[\s\S]*{newer}")
    await elise.react(room, preview.event_id, "✅")
    corrected = await amelie.wait_for(room_id=sector, body_contains=newer)
    assert corrected.was_sealed
    await elise.wait_for(room_id=room, body_contains="corrigé")
    await elise.send(room, "!retirer 1")
    await amelie.wait_for(room_id=sector, body_contains="a retiré son message")


async def test_two_referents_and_one_van_are_one_report(place: Town) -> None:
    lan, antonio = await place.phone(people.LAN), await place.phone(people.ANTONIO)
    elise, room = await place.phone(people.ELISE), place.authority(people.ELISE)
    text, mark = unique("Un fourgon immatriculé GH 482 LP tourne rue des Lilas.")
    await flagged(place, text, by="!signaler véhicule")
    (report,) = await reports(elise, room, mark)
    number = report.text.split()[1]
    other, new_mark = unique("La camionnette GH-482-LP attend devant l'école.")
    said = await lan.send(place.sector(people.LAN), other)
    await antonio.wait_for(event_id=said)
    await antonio.send(place.sector(people.LAN), "!signlaer véhicule", reply_to=said)
    for who in OFFICERS:
        phone = await place.phone(who)
        added = await phone.wait_for(
            room_id=place.authority(who), body_contains=new_mark, timeout=40
        )
        assert added.was_sealed
        assert "Signalé par 2 personnes" in added.text, who.name
    told = await antonio.wait_for(
        room_id=place.private(people.ANTONIO), body_contains=f"déjà le signalement {number}"
    )
    assert told.was_sealed
    under = await elise.wait_for(room_id=room, body_contains=new_mark)
    await elise.react(room, under.event_id, "✅")
    for who in (people.HELENE, people.ANTONIO):
        phone = await place.phone(who)
        await phone.wait_for(room_id=place.private(who), body_matches=rf"✅.*{number}", timeout=40)
    await elise.send(room, "!retier 1")
    asked = await elise.wait_for(
        room_id=place.private(people.ELISE), body_contains="« !retirer » ?", timeout=40
    )
    assert "Rien n'a été fait" in asked.text


async def test_it_stops_cleanly_when_told_to(place: Town) -> None:
    assert await place.bot.stop() == 0
    assert "bot.stopped" in (place.home / "bot.log").read_text()
