"""Reactions, which Matrix does not encrypt: what a server gains by making them up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import Seen
from tests.live.lying import lies
from tests.live.lying.conftest import Lied, lamp, unique
from tests.live.town import reports

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
OUTSIDER = f"@inconnu:{people.SERVER_NAME}"
HELENE, AMELIE, ANTONIO, ELISE = (
    who.user_id for who in (people.HELENE, people.AMELIE, people.ANTONIO, people.ELISE)
)


async def preview_of(lied: Lied, mark: str) -> Seen:
    """What Hélène is shown of a message that she has to read again before it leaves."""
    true = await lied.said(f"Appelez le 06 12 34 56 78, un lampadaire est cassé ({mark}).")
    helene = await lied.place.phone(people.HELENE)
    await helene.wait_for(event_id=true["event_id"])
    flag = await helene.send(lied.sector, "🚩", reply_to=true["event_id"])
    assert await lied.place.outcome(flag) == "awaiting"
    return await helene.wait_for(room_id=lied.place.private(people.HELENE), body_contains=mark)


async def forged(lied: Lied, room: str, target: str, key: str, by: str) -> str:
    """A reaction that nobody gave; its event id."""
    made = lies.reaction(by, target, key)
    await lied.liar.tell(lies.adding(room, made))
    return str(made["event_id"])


async def test_by_somebody_who_may_not(lied: Lied) -> None:
    mark, private = unique(), lied.place.private(people.HELENE)
    true = await lied.said(lamp(mark))
    for who in (AMELIE, ANTONIO, OUTSIDER):
        flag = await forged(lied, lied.sector, true["event_id"], "🚩", who)
        assert await lied.place.outcome(flag) == "refused:no-mandate"
    shown = await preview_of(lied, mark)
    for who in (AMELIE, ANTONIO, OUTSIDER):
        answer = await forged(lied, private, shown.event_id, "✅", who)
        assert await lied.place.outcome(answer) == "refused:not-yours"
    await lied.relays()
    assert await lied.at_the_authorities(mark) == []


async def test_in_the_name_of_who_may(lied: Lied) -> None:
    """The limit: what somebody wrote can be flagged, and nothing else can be made of it."""
    mark = unique()
    true = await lied.said(lamp(mark))
    flag = await forged(lied, lied.sector, true["event_id"], "🚩", HELENE)
    assert await lied.place.outcome(flag) == "relayed"
    helene = await lied.place.phone(people.HELENE)
    told = await helene.wait_for(
        room_id=lied.place.private(people.HELENE), body_contains="transmis", after=true["event_id"]
    )
    assert told.was_sealed


@pytest_asyncio.fixture(loop_scope="session")
async def strict(lied: Lied) -> AsyncIterator[Lied]:
    """The commune does without reactions, for as long as the test runs."""
    file = lied.place.home / "communes" / f"{people.CODE}.toml"
    text = file.read_text("utf-8")
    await _with(lied, file, text.replace("[options]\n", "[options]\nflag_by_reaction = false\n"))
    yield lied
    await _with(lied, file, text)


async def _with(lied: Lied, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    await lied.place.restart_bot()


async def test_a_commune_that_does_without_reactions(strict: Lied) -> None:
    lied, mark, shown_mark = strict, unique(), unique()
    private, authority = lied.place.private(people.HELENE), lied.place.authority(people.ELISE)
    true = await lied.said(lamp(mark))
    await forged(lied, lied.sector, true["event_id"], "🚩", HELENE)
    shown = await preview_of(lied, shown_mark)
    await forged(lied, private, shown.event_id, "✅", HELENE)
    other = await lied.relays(by="🚩")
    elise = await lied.place.phone(people.ELISE)
    (report,) = await reports(elise, authority, other)
    await forged(lied, authority, report.event_id, "✅", ELISE)
    taken_up = await said_in_reply(lied, people.ELISE, authority, report.event_id, "👀")
    assert await lied.place.outcome(taken_up) == "acknowledged"
    for event in (mark, shown_mark):
        assert await lied.at_the_authorities(event) == []
    amelie = await lied.place.phone(people.AMELIE)
    number = report.text.split()[1]
    news = [s.text for s in await amelie.read(lied.sector, 50) if number in s.text]
    assert [text.split()[0] for text in news] == ["👀"]
    sent = await said_in_reply(lied, people.HELENE, private, shown.event_id, "✅")
    assert await lied.place.outcome(sent) == "relayed"
    assert len(await lied.at_the_authorities(shown_mark)) == 3


async def said_in_reply(lied: Lied, who: Character, room: str, target: str, text: str) -> str:
    phone = await lied.place.phone(who)
    return await phone.send(room, text, reply_to=target)


async def test_a_reply_cannot_be_aimed_at_another_message(lied: Lied) -> None:
    """A relation stands outside the ciphertext; Element puts it inside as well, and that counts."""
    wanted, other = unique(), unique()
    first, second = await lied.said(lamp(wanted)), await lied.said(lamp(other))
    helene = await lied.place.phone(people.HELENE)
    await helene.wait_for(event_id=second["event_id"])
    lied.liar.proxy.rewrite("/sync", lies.aiming(lied.sector, second["event_id"]))
    flag = await helene.send(lied.sector, "!signaler", reply_to=first["event_id"])
    assert await lied.place.outcome(flag) == "relayed"
    assert len(await lied.at_the_authorities(wanted)) == 3
    assert await lied.at_the_authorities(other) == []
