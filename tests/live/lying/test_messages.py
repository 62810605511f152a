"""Lies about messages: replayed, moved, put into another's mouth, made up, edited, exchanged.

The server flags each in the référente's name, as it can. She is told in private what became of it.
"""

from __future__ import annotations

import pytest

from pc_matrix.demo import commune as people
from pc_matrix.homeserver.http import Json
from tests.live.lying import lies
from tests.live.lying.conftest import Lied, lamp, unique
from tests.live.town import reports

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
AMELIE, MEHDI, HELENE, ANTONIO = (
    who.user_id for who in (people.AMELIE, people.MEHDI, people.HELENE, people.ANTONIO)
)
UNREADABLE, NOT_ENCRYPTED = "Je ne peux pas lire ce message", "n'était pas chiffré"


async def flagged_by_the_server(lied: Lied, room: str, event: Json, by: str = HELENE) -> str:
    """Show the bot a false event and a 🚩 on it in one answer; the flag's outcome."""
    lied.liar.events[event["event_id"]] = event
    flag = lies.reaction(by, event["event_id"], "🚩")
    await lied.liar.tell(lies.adding(room, event, flag))
    return await lied.place.outcome(flag["event_id"])


async def test_a_replayed_message(lied: Lied) -> None:
    mark = unique()
    true = await lied.said(lamp(mark))
    again = {**true, "event_id": lies.fresh_id()}
    assert await flagged_by_the_server(lied, lied.sector, again) == "refused:unreadable"
    row = await lied.incident("replayed", user=AMELIE, room=lied.sector)
    assert (row["gravity"], row["note"]) == ("grave", again["event_id"])
    helene = await lied.place.phone(people.HELENE)
    await helene.wait_for(room_id=lied.place.private(people.HELENE), body_contains=UNREADABLE)
    await lied.relays()
    assert await lied.at_the_authorities(mark) == []


async def test_a_message_that_nobody_wrote(lied: Lied) -> None:
    mark = unique()
    made_up = lies.text(AMELIE, lamp(mark))
    assert await flagged_by_the_server(lied, lied.sector, made_up) == "refused:not-encrypted"
    row = await lied.incident("plaintext", user=AMELIE, room=lied.sector)
    assert row["note"] == made_up["event_id"]
    helene = await lied.place.phone(people.HELENE)
    await helene.wait_for(room_id=lied.place.private(people.HELENE), body_contains=NOT_ENCRYPTED)
    await lied.relays()
    assert await lied.at_the_authorities(mark) == []


async def test_a_message_in_another_room_or_anothers_mouth(lied: Lied) -> None:
    mark, gare = unique(), lied.place.sector(people.ANTONIO)
    true = await lied.said(lamp(mark))
    stolen = {**true, "event_id": lies.fresh_id(), "sender": MEHDI}
    assert await flagged_by_the_server(lied, lied.sector, stolen) == "refused:unreadable"
    assert await flagged_by_the_server(lied, gare, true, by=ANTONIO) == "refused:unreadable"
    row = await lied.incident("misplaced", user=MEHDI, room=lied.sector)
    assert (row["gravity"], row["note"]) == ("grave", stolen["event_id"])
    row = await lied.incident("misplaced", user=AMELIE, room=gare)
    assert row["note"] == true["event_id"]
    await lied.relays()
    assert await lied.at_the_authorities(mark) == []


async def test_another_message_in_place_of_the_flagged_one(lied: Lied) -> None:
    wanted, hidden, false = unique(), unique(), unique()
    true = await lied.said(lamp(wanted), people.MEHDI)
    other = await lied.said(lamp(hidden), people.MEHDI)
    target, helene = true["event_id"], await lied.place.phone(people.HELENE)
    await helene.wait_for(event_id=target)
    # What the bot has just heard it does not ask for: the server has it ask all the same.
    relation = {"rel_type": "m.replace", "event_id": target}
    touch = lies.event(HELENE, "m.room.message", {"m.relates_to": relation})
    await lied.liar.tell(lies.adding(lied.sector, touch))
    lied.liar.events[target] = {**other, "event_id": target}
    flag = await helene.react(lied.sector, target, "🚩")
    assert await lied.place.outcome(flag) == "refused:unreadable"
    row = await lied.incident("replayed", user=MEHDI, room=lied.sector)
    assert row["note"] == target
    lied.liar.events[target] = {**lies.text(MEHDI, lamp(false)), "event_id": target}
    flag = await helene.send(lied.sector, "!signaler", reply_to=target)
    assert await lied.place.outcome(flag) == "refused:not-encrypted"
    row = await lied.incident("plaintext", user=MEHDI, room=lied.sector)
    assert row["note"] == target
    lied.liar.repent()
    await helene.send(lied.sector, "!signaler", reply_to=target)
    elise = await lied.place.phone(people.ELISE)
    (found,) = await reports(elise, lied.place.authority(people.ELISE), wanted)
    assert found.was_sealed
    assert await lied.at_the_authorities(hidden) == []
    assert await lied.at_the_authorities(false) == []


async def test_another_message_in_place_of_one_that_the_bot_has_just_heard(lied: Lied) -> None:
    wanted, hidden = unique(), unique()
    true = await lied.said(lamp(wanted), people.MEHDI)
    other = await lied.said(lamp(hidden), people.MEHDI)
    target, helene = true["event_id"], await lied.place.phone(people.HELENE)
    await helene.wait_for(event_id=target)
    lied.liar.events[target] = {**other, "event_id": target}
    flag = await helene.react(lied.sector, target, "🚩")
    assert await lied.place.outcome(flag) == "relayed"
    elise = await lied.place.phone(people.ELISE)
    (found,) = await reports(elise, lied.place.authority(people.ELISE), wanted)
    assert found.was_sealed
    assert await lied.at_the_authorities(hidden) == []
    lied.liar.repent()


async def test_a_plain_edit_of_a_flagged_message(lied: Lied) -> None:
    wanted, false = unique(), unique()
    true = await lied.said(lamp(wanted))
    content = {
        **lies.text(AMELIE, f"* {lamp(false)}")["content"],
        "m.new_content": lies.text(AMELIE, lamp(false))["content"],
        "m.relates_to": {"rel_type": "m.replace", "event_id": true["event_id"]},
    }
    edit = lies.event(AMELIE, "m.room.message", content)
    unsigned = {"m.relations": {"m.replace": edit}}
    lied.liar.events[true["event_id"]] = {**true, "unsigned": unsigned}
    await lied.liar.tell(lies.adding(lied.sector, edit))
    assert await lied.forged_flag(true["event_id"], lied.sector, HELENE)
    elise = await lied.place.phone(people.ELISE)
    (found,) = await reports(elise, lied.place.authority(people.ELISE), wanted)
    assert found.was_sealed
    await lied.liar.tell(lies.adding(lied.sector, edit))
    await lied.relays()
    assert await lied.at_the_authorities(false) == []
    assert len(await lied.at_the_authorities(wanted)) == 3
