"""What people's clients really send: HTML that says something else, mentions, edits, names.

Officers must never receive a word that was not judged and, where it is not plain, shown.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import NIO, Seen
from pc_matrix.homeserver.http import client_path
from tests.live.marks import mark as new_mark
from tests.live.town import ELEMENT, NUMBER, Town, reports, town
from tests.pictures import files

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
OFFICERS = (people.ELISE, people.CLAIRE)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("content"), 200) as running:
        for who in (people.AMELIE, people.HELENE, people.ELISE):
            await running.phone(who, ELEMENT)
        for who in (people.MEHDI, people.CLAIRE):
            await running.phone(who, NIO)
        yield running


def lamp() -> tuple[str, str]:
    """A fact that may be relayed, and a word of it that stands nowhere else."""
    mark = new_mark()
    return f"Un lampadaire est cassé rue du Moulin ({mark}).", mark


async def said(place: Town, who: Character, body: str, html: str | None = None) -> str:
    phone, helene = await place.phone(who), await place.phone(people.HELENE)
    event_id = await phone.send(place.sector(who), body, html=html)
    await helene.wait_for(event_id=event_id)
    return event_id


async def flagged(place: Town, event_id: str) -> str:
    """Hélène flags it; what became of it."""
    helene = await place.phone(people.HELENE)
    flag = await helene.send(place.sector(people.HELENE), "!signaler", reply_to=event_id)
    return await place.outcome(flag)


async def confirmed(place: Town, preview: Seen) -> str:
    helene = await place.phone(people.HELENE)
    room = place.private(people.HELENE)
    return await place.outcome(await helene.react(room, preview.event_id, "✅"))


async def shown(place: Town, contains: str) -> Seen:
    """What Hélène was shown before it leaves."""
    helene = await place.phone(people.HELENE)
    return await helene.wait_for(room_id=place.private(people.HELENE), body_contains=contains)


async def at_the_authorities(place: Town, word: str) -> list[str]:
    phones = [(await place.phone(who), place.authority(who)) for who in OFFICERS]
    read = [seen for phone, room in phones for seen in await phone.read(room, 200)]
    return [seen.text for seen in read if word in seen.text + (seen.html or "")]


async def test_a_name_that_only_the_html_has_never_reaches_an_authority(place: Town) -> None:
    text, mark = lamp()
    html = f"{text} Mme Souad <b>Kadd</b>ouri l&#39;a vu."
    event_id = await said(place, people.AMELIE, text, html)
    assert await flagged(place, event_id) == "awaiting"
    preview = await shown(place, mark)
    assert "pas le même texte" in preview.text
    assert await at_the_authorities(place, mark) == []
    assert await confirmed(place, preview) == "relayed"
    elise = await place.phone(people.ELISE)
    (found,) = await reports(elise, place.authority(people.ELISE), mark)
    assert found.was_sealed
    assert "[personne]" in found.text
    assert await at_the_authorities(place, "ouri") == []
    assert await at_the_authorities(place, "Souad") == []


async def test_a_denunciation_that_only_the_html_has_goes_back(place: Town) -> None:
    text, mark = lamp()
    html = f"{text} <span data-mx-spoiler>C'est Karim Benali qui vole les vélos.</span>"
    event_id = await said(place, people.AMELIE, text, html)
    assert await flagged(place, event_id) == "returned"
    assert await at_the_authorities(place, mark) == []


async def test_bold_words_leave_as_they_are(place: Town) -> None:
    text, mark = lamp()
    event_id = await said(place, people.AMELIE, f"**{text}**", f"<strong>{text}</strong>")
    assert await flagged(place, event_id) == "relayed"
    elise = await place.phone(people.ELISE)
    assert len(await reports(elise, place.authority(people.ELISE), mark)) == 1


async def test_nobody_is_named_by_what_he_calls_himself(place: Town) -> None:
    names = {people.HELENE: "Zorglub Premier", people.AMELIE: "Zorglub Second"}
    for who, name in names.items():
        async with place.as_user(who.user_id) as http:
            path = client_path("profile", who.user_id, "displayname")
            await http.request("PUT", path, {"displayname": name})
    text, mark = lamp()
    pill = f'<a href="https://matrix.to/#/{people.AMELIE.user_id}">Zorglub Second</a>'
    event_id = await said(place, people.AMELIE, f"Zorglub Second : {text}", f"{pill} : {text}")
    assert await flagged(place, event_id) == "awaiting"
    assert await confirmed(place, await shown(place, mark)) == "relayed"
    elise = await place.phone(people.ELISE)
    (found,) = await reports(elise, place.authority(people.ELISE), mark)
    assert f"{people.HELENE.first} {people.HELENE.family.upper()}" in found.text
    assert people.AMELIE.family.lower() not in found.text.lower()
    assert await at_the_authorities(place, "Zorglub") == []


@pytest.mark.parametrize("who", [people.AMELIE, people.MEHDI], ids=["element", "nio"])
async def test_an_edited_message_leaves_in_its_newest_words(place: Town, who: Character) -> None:
    (before, old), (between, older), (after, new) = lamp(), lamp(), lamp()
    event_id = await said(place, who, before)
    phone, helene = await place.phone(who), await place.phone(people.HELENE)
    for words in (between, after):
        edit = await phone.edit(place.sector(who), event_id, words)
        await helene.wait_for(event_id=edit)
    assert await flagged(place, edit) == "refused:edit"
    assert await flagged(place, event_id) == "relayed"
    elise = await place.phone(people.ELISE)
    (found,) = await reports(elise, place.authority(people.ELISE), new)
    assert "* Un lampadaire" not in found.text
    for mark in (old, older):
        assert await at_the_authorities(place, mark) == []


async def test_an_edit_by_a_ghost_lets_nothing_leave(place: Town) -> None:
    (before, old), (after, new) = lamp(), lamp()
    event_id = await said(place, people.AMELIE, before)
    ghost = await place.further_device(people.AMELIE, sign=False)
    await ghost.edit(place.sector(people.AMELIE), event_id, after)
    assert await flagged(place, event_id) == "refused:unsigned-device"
    await asyncio.sleep(1)
    for mark in (old, new):
        assert await at_the_authorities(place, mark) == []


async def test_anothers_edit_changes_nothing(place: Town) -> None:
    (before, old), (after, new) = lamp(), lamp()
    event_id = await said(place, people.AMELIE, before)
    mehdi = await place.phone(people.MEHDI)
    await mehdi.edit(place.sector(people.MEHDI), event_id, after)
    assert await flagged(place, event_id) == "relayed"
    elise = await place.phone(people.ELISE)
    assert len(await reports(elise, place.authority(people.ELISE), old)) == 1
    assert await at_the_authorities(place, new) == []


async def test_a_message_too_long_to_be_checked_is_refused_kindly(place: Town) -> None:
    text, mark = lamp()
    event_id = await said(place, people.AMELIE, " ".join([text] * 80))
    assert await flagged(place, event_id) == "refused:unchecked"
    await shown(place, "quelques phrases simples")
    assert await at_the_authorities(place, mark) == []


async def sent(place: Town, who: Character, data: bytes, name: str, **more: str) -> str:
    phone, helene = await place.phone(who), await place.phone(people.HELENE)
    event_id = await phone.send_file(place.sector(who), data, name, **more)
    await helene.wait_for(event_id=event_id)
    return event_id


@pytest.mark.parametrize("who", [people.AMELIE, people.MEHDI], ids=["element", "nio"])
async def test_officers_open_a_clean_photo_and_nobody_learns_where_it_was_taken(
    place: Town, who: Character
) -> None:
    caption, mark = lamp()
    photo = files.jpeg((800, 400), orientation=6)
    event_id = await sent(place, who, photo, "Karim-Benali.jpg", caption=caption)
    assert await flagged(place, event_id) == "awaiting"
    preview = await shown(place, mark)
    assert "visage" in preview.text
    helene, told = await place.phone(people.HELENE), place.private(people.HELENE)
    own = [s for s in await helene.read(told, 20) if s.msgtype == "m.image"][-1]
    assert own.was_sealed
    assert await confirmed(place, preview) == "relayed"
    keys = {(await helene.open_file(told, own.event_id))[1]["k"]}
    mayor, desk = await place.phone(people.CLAIRE), place.authority(people.CLAIRE)
    (line,) = await reports(mayor, desk, mark)
    assert "elle est chez : Gendarmerie nationale, Police municipale." in line.text
    assert all(seen.msgtype != "m.image" for seen in await mayor.read(desk, 200))
    for officer in (people.ELISE,):
        phone, room = await place.phone(officer), place.authority(officer)
        (report,) = await reports(phone, room, mark)
        number = re.search(NUMBER, report.text)
        assert number is not None
        name = f"signalement-{number[0]}-1.jpg"
        seen = await phone.wait_for(room_id=room, body_contains=name)
        assert seen.was_sealed
        relation = seen.relates_to or {}  # in the report's thread
        assert (relation["rel_type"], relation["event_id"]) == ("m.thread", report.event_id)
        data, said_of_it = await phone.open_file(room, seen.event_id)
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
            assert opened.size == (400, 800)  # upright
            assert dict(opened.getexif()) == {}
        assert files.SECRET not in data
        assert said_of_it["filename"] == name
        assert "Karim" not in json.dumps(said_of_it)
        assert said_of_it["k"] not in keys
        keys.add(said_of_it["k"])
    log = (place.home / "bot.log").read_text("utf-8")
    assert "Karim" not in log
    assert "GPS" not in log


async def test_a_photo_that_its_author_takes_back_is_gone_from_the_authorities(
    place: Town,
) -> None:
    caption, mark = lamp()
    event_id = await sent(place, people.AMELIE, files.jpeg((80, 40)), "a.jpg", caption=caption)
    assert await flagged(place, event_id) == "awaiting"
    assert await confirmed(place, await shown(place, mark)) == "relayed"
    phones = [(await place.phone(who), place.authority(who)) for who in OFFICERS]
    names = []
    for phone, room in phones:
        (report,) = await reports(phone, room, mark)
        names.append(f"{report.text.split()[1]}-1.jpg")
    await phones[0][0].wait_for(room_id=phones[0][1], body_contains=names[0])
    words, new = lamp()
    amelie = await place.phone(people.AMELIE)
    edit = await amelie.edit(place.sector(people.AMELIE), event_id, words)
    assert await place.outcome(edit) == "corrected"
    for (phone, room), name in zip(phones, names, strict=True):
        gone = await phone.wait_for(room_id=room, body_contains="C'est retiré d'ici")
        assert gone.was_sealed
        await phone.wait_for(room_id=room, body_contains=new)
        assert all(name not in seen.text for seen in await phone.read(room, 200))


async def test_what_cannot_be_examined_stays_and_its_sender_hears_why(place: Town) -> None:
    document = await sent(place, people.AMELIE, b"%PDF-1.7 Karim", "photo.jpg")
    assert await flagged(place, document) == "refused:not-a-picture"
    voice = await sent(place, people.MEHDI, b"OggS", "message.ogg", msgtype="m.audio")
    assert await flagged(place, voice) == "refused:voice"
    assert await shown(place, "Écoutez-le") is not None


async def test_officers_see_a_place_on_their_map(place: Town) -> None:
    amelie, helene = await place.phone(people.AMELIE), await place.phone(people.HELENE)
    words, mark = lamp()
    uri = "geo:48.123456,2.654321;u=20"
    request = {"room_id": place.sector(people.AMELIE), "uri": uri, "description": words}
    answer = await amelie.ask("send_place", request)
    await helene.wait_for(event_id=answer["event_id"])
    assert await flagged(place, answer["event_id"]) == "awaiting"
    preview = await shown(place, mark)
    assert "48.123456, 2.654321" in preview.text
    assert "Location" not in preview.text
    assert await confirmed(place, preview) == "relayed"
    elise, room = await place.phone(people.ELISE), place.authority(people.ELISE)
    (report,) = await reports(elise, room, mark)
    assert "48.123456, 2.654321" in report.text
    seen = await elise.wait_for(room_id=room, body_contains=uri)
    assert (seen.msgtype, seen.was_sealed) == ("m.location", True)
