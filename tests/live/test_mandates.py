"""Mandates on a real Synapse: accepted, given up, and over at the minute, with no key beyond it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from pc_matrix import wiring
from pc_matrix.bot import Bot
from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import NIO, Client
from pc_matrix.homeserver.http import client_path
from pc_matrix.homeserver.rooms import Rooms, StateEvent
from pc_matrix.homeserver.session import Session
from policies.terms import Role, RoomKind, UserId
from tests.live.town import ELEMENT, Town, town

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
ROSE = Character("Rose", "Petit", Role.RESIDENT, "habitante", "centre")
LEON = Character("Léon", "Blanc", Role.REFERENT, "référent", "gare")
PARIS = ZoneInfo("Europe/Paris")


async def appoint_two_who_signed_nothing(place: Town) -> None:
    for who, role in ((ROSE, "habitante"), (LEON, "référent")):
        add = ("registry", "add", who.first, who.family, "--id", who.localpart)
        await place.commands.run(*add)
        await place.commands.run(
            "registry", "appoint", who.localpart, "--role", role, "--secteur", who.place
        )
    report = await place.commands.json("apply", "--yes")
    place.passwords |= {a["user_id"]: a["password"] for a in report["accounts"]}
    learn_rooms(place)


def learn_rooms(place: Town) -> None:
    with wiring.open_house(place.home, None) as house:
        rooms = house.registry.rooms(house.settings.commune.code)
        place.rooms = {(key.kind, key.code): str(room) for room, key in rooms.items()}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    home = tmp_path_factory.mktemp("town")
    async with town(home, before_bot=appoint_two_who_signed_nothing) as running:
        yield running


async def joined(place: Town, who: Character) -> set[str]:
    async with place.as_user(who.user_id) as http:
        found = await http.request("GET", client_path("joined_rooms"))
    return set(found["joined_rooms"])


async def until_joined(place: Town, who: Character, wanted: set[str]) -> None:
    """Wait until the person is in just these of the commune's rooms."""
    ours = set(place.rooms.values())
    async with asyncio.timeout(90):
        while (await joined(place, who)) & ours != wanted:
            await asyncio.sleep(0.3)


def given(place: Town, who: Character, *kinds: RoomKind) -> set[str]:
    codes = {RoomKind.SECTOR: who.place, RoomKind.PRIVATE: who.user_id}
    return {place.rooms[kind, codes.get(kind, "")] for kind in kinds}


async def welcomed(place: Town, who: Character, command: tuple[str, ...]) -> tuple[Client, str]:
    """The phone of somebody whom the charter was shown before he had one; the charter's event."""
    phone = await place.phone(who, command)
    charter = await phone.wait_for(
        room_id=place.private(who), body_contains="Pour accepter", timeout=60
    )
    assert charter.was_sealed
    assert "Je ne désigne et n'accuse personne" in charter.text
    await until_joined(place, who, {place.private(who)})
    return phone, charter.event_id


async def test_a_resident_accepts_by_a_reaction_and_is_invited(place: Town) -> None:
    phone, charter = await welcomed(place, ROSE, ELEMENT)
    await phone.react(place.private(ROSE), charter, "✅")
    kinds = (RoomKind.PRIVATE, RoomKind.COMMUNE_SPACE, RoomKind.SECTOR)
    await until_joined(place, ROSE, given(place, ROSE, *kinds))
    thanks = await phone.wait_for(room_id=place.private(ROSE), body_contains="version 1")
    assert thanks.was_sealed
    assert ("charter.accepted", ROSE.user_id) in place.audited()


async def test_a_referent_accepts_by_the_command_and_is_invited(place: Town) -> None:
    phone, _charter = await welcomed(place, LEON, NIO)
    said = await phone.send(place.private(LEON), "!accepter")
    assert await place.outcome(said) == "accepted"
    kinds = (RoomKind.PRIVATE, RoomKind.COMMUNE_SPACE, RoomKind.SECTOR, RoomKind.REFERENTS)
    await until_joined(place, LEON, given(place, LEON, *kinds))


async def test_a_resident_without_a_private_room_asks_for_help_and_gets_one(place: Town) -> None:
    """She signed the charter on paper; the guard lets her in once the registry has the room."""
    amelie = await place.phone(people.AMELIE)
    assert (RoomKind.PRIVATE, people.AMELIE.user_id) not in place.rooms
    said = await amelie.send(place.sector(people.AMELIE), "!aide")
    assert await place.outcome(said) == "helped"
    learn_rooms(place)
    help_ = await amelie.wait_for(
        room_id=place.private(people.AMELIE), body_contains="Comment cela marche", timeout=60
    )
    assert help_.was_sealed


async def test_who_leaves_is_asked_once_in_private_and_let_go(place: Town) -> None:
    joel, claire = await place.phone(people.JOEL), await place.phone(people.CLAIRE)
    assert (RoomKind.PRIVATE, people.JOEL.user_id) not in place.rooms
    said = await joel.send(place.sector(people.JOEL), "!quitter")
    assert await place.outcome(said) == "awaiting"
    learn_rooms(place)
    private = place.private(people.JOEL)
    question = await joel.wait_for(room_id=private, body_contains="Les Moulins", timeout=60)
    assert question.was_sealed
    assert place.sector(people.JOEL) in await joined(place, people.JOEL)
    await joel.react(private, question.event_id, "✅")
    await until_joined(place, people.JOEL, set())
    told = await claire.wait_for(
        room_id=place.private(people.CLAIRE), body_contains=people.JOEL.user_id
    )
    assert "Les Moulins" in told.text
    assert told.was_sealed


class SetClock:
    """The system's clock, set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def set(self, at: datetime) -> None:
        self.ahead = at - datetime.now(UTC)


@asynccontextmanager
async def bot_by(place: Town, clock: SetClock) -> AsyncIterator[Bot]:
    """The commune's bot in this process, by that clock, in the place of the one that runs."""
    await place.bot.stop()
    stop = asyncio.Event()
    with wiring.open_house(place.home, None, clock) as house:
        async with wiring.open_bot(house) as bot:
            running = asyncio.create_task(bot.run(stop))
            try:
                yield bot
            finally:
                stop.set()
                await running


async def test_a_mandate_ends_at_the_minute_and_no_key_goes_further(place: Town) -> None:
    room, mehdi = place.sector(people.MEHDI), people.MEHDI
    amelie, phone = await place.phone(people.AMELIE), await place.phone(mehdi)
    before = await amelie.send(room, "Avant minuit.")
    await phone.wait_for(event_id=before, body_contains="Avant minuit.", timeout=60)
    today = datetime.now(PARIS).date()
    end = datetime.combine(today + timedelta(days=1), datetime.min.time(), PARIS)
    await end_on(place, mehdi, today)
    clock = SetClock()
    async with bot_by(place, clock) as bot:
        session = bot._session
        bots_before = await says(session, room, "avant")
        await phone.close()  # what is sent to his device from now on stays with the server
        before_a_new_key = undelivered(place, mehdi)
        session._machine.outbound.discard(room)
        await says(session, room, "encore")
        at_first = undelivered(place, mehdi)
        assert at_first > before_a_new_key, "a member is given each new key"
        assert room in await joined(place, mehdi), "on his last day he is a member"
        clock.set(end - timedelta(seconds=3))
        await until_joined(place, mehdi, set())
        assert put_out_at(await membership(place, room, mehdi)) + clock.ahead >= end
        bots_after = await says(session, room, "après")
        after = await amelie.send(room, "Après minuit.")
        assert await session_of(place, room, bots_after) != await session_of(
            place, room, bots_before
        )
        assert await session_of(place, room, after) != await session_of(place, room, before)
        assert undelivered(place, mehdi) == at_first, "no key went to his device"


async def end_on(place: Town, who: Character, day: date) -> None:
    """His mandate's last day, as the town hall writes it."""
    revoke = ("registry", "revoke", who.localpart, "--le", f"{day:%d/%m/%Y}")
    await place.commands.run(*revoke)


async def says(session: Session, room: str, word: str) -> str:
    content = {"msgtype": "m.notice", "body": word}
    return await session.send(room, "m.room.message", content, f"test-{word}")


async def membership(place: Town, room: str, who: Character) -> StateEvent:
    async with place.as_user(f"@{people.BOT}:{people.SERVER_NAME}") as http:
        state = await Rooms(http).state(room)
    return next(e for e in state if (e.type, e.state_key) == ("m.room.member", who.user_id))


def put_out_at(event: StateEvent) -> datetime:
    assert event.content["membership"] == "leave"
    assert event.sender != event.state_key
    return event.at


async def session_of(place: Town, room: str, event_id: str) -> str:
    """The Megolm session of an event, as everybody sees it on the wire."""
    async with place.as_user(people.AMELIE.user_id) as http:
        event = await http.request("GET", client_path("rooms", room, "event", event_id))
    return str(event["content"]["session_id"])


def undelivered(place: Town, who: Character) -> int:
    """How many messages wait on the server for the person's devices."""
    path = next((place.home / "homeserver").rglob("homeserver.db"))
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        query = "SELECT count(*) FROM device_inbox WHERE user_id = ?"
        found = database.execute(query, (who.user_id,)).fetchone()
    database.close()
    return int(found[0])


async def test_who_is_revoked_goes_while_the_brake_holds_the_others(place: Town) -> None:
    """The others were ended by nobody who named them, as a table ends them."""
    await place.restart_bot()
    held = (people.HELENE, people.ANTONIO, people.FATOU, people.BERNARD, people.ELISE, people.KARIM)
    with wiring.open_house(place.home, None) as house:
        code, now = house.settings.commune.code, datetime.now(UTC)
        for who in held:
            house.registry.end_mandates(code, UserId(who.user_id), now)
    async with asyncio.timeout(60):
        while ("brake", "") not in place.audited():
            await asyncio.sleep(0.3)
    for who in (people.LAN, people.HELENE):  # one who was in order, and one whom the brake holds
        assert await is_in(place, who)
        await place.commands.run("registry", "revoke", who.localpart)
        async with asyncio.timeout(60):
            while await is_in(place, who):
                await asyncio.sleep(0.3)
    assert all([await is_in(place, who) for who in held[1:]])


async def is_in(place: Town, who: Character) -> bool:
    """Whether he is in the room of his sector or authority, or invited to it."""
    of_sector = who.role.is_of_a_sector
    room = place.sector(who) if of_sector else place.authority(who)
    return (await membership(place, room, who)).content["membership"] in ("join", "invite")
