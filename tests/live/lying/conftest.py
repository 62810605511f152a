"""The town, once for the package: its bot behind the liar, its people's phones switched on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import NIO, Seen
from pc_matrix.homeserver.http import Json, client_path
from tests.live.lying import lies
from tests.live.lying.liar import Liar
from tests.live.marks import mark as new_mark
from tests.live.proxy import proxy
from tests.live.town import ELEMENT, Town, flagged, reports, town

BOT = f"@{people.BOT}:{people.SERVER_NAME}"
IN_ELEMENT = (people.AMELIE, people.HELENE, people.ELISE)
IN_NIO = (people.KARIM, people.CLAIRE)


@dataclass
class Lied:
    """A town that is lied to."""

    place: Town
    liar: Liar

    @property
    def sector(self) -> str:
        return self.place.sector(people.AMELIE)

    async def event(self, room_id: str, event_id: str) -> Json:
        """An event as the honest server has it."""
        async with self.place.as_user(BOT) as http:
            return await http.request("GET", client_path("rooms", room_id, "event", event_id))

    async def said(self, body: str, who: Character = people.AMELIE) -> Json:
        """``who`` says something in his sector; the event, which the bot has heard."""
        phone = await self.place.phone(who)
        room = self.place.sector(who)
        event = await self.event(room, await phone.send(room, body))
        await self.liar.heard(event["event_id"])
        return event

    async def forged_flag(self, target: str, room_id: str, by: str) -> str:
        """A 🚩 that nobody gave; its event id."""
        flag = lies.reaction(by, target, "🚩")
        await self.liar.tell(lies.adding(room_id, flag))
        return str(flag["event_id"])

    async def refused_in_private(self, event_id: str, words: str) -> str:
        """What became of a flag in Hélène's name; she is told why, sealed."""
        outcome = await self.place.outcome(event_id)
        helene = await self.place.phone(people.HELENE)
        room = self.place.private(people.HELENE)
        told = await helene.wait_for(room_id=room, body_contains=words)
        assert told.was_sealed
        return outcome

    async def relays(self, by: str = "reaction") -> str:
        """An honest flag arrives at an officer's Element, once and sealed; its words."""
        mark = unique()
        await flagged(self.place, lamp(mark), by=by)
        elise = await self.place.phone(people.ELISE)
        (found,) = await reports(elise, self.place.authority(people.ELISE), mark)
        assert found.was_sealed
        await self.nothing_leaked()
        return mark

    async def nothing_leaked(self) -> None:
        """All that the bot ever said was sealed, and for devices of the commune's people alone."""
        paths = self.liar.proxy.paths
        said = {path.split("/send/")[1].split("/")[0] for path in paths if "/send/" in path}
        assert said == {"m.room.encrypted", "m.reaction"}
        async with self.place.as_user(BOT) as http:
            asked: Json = {"device_keys": {who.user_id: [] for who in people.CHARACTERS}}
            answer = await http.request("POST", client_path("keys", "query"), asked)
        theirs = {(user, d) for user, devices in answer["device_keys"].items() for d in devices}
        assert self.liar.proxy.given_keys() <= theirs

    async def at_the_authorities(self, mark: str) -> list[Seen]:
        """What of ``mark`` officers can read, each on his own device."""
        found = []
        for who in (people.ELISE, people.KARIM, people.CLAIRE):
            phone = await self.place.phone(who)
            seen = await phone.read(self.place.authority(who), 200)
            found += [s for s in seen if mark in s.text + (s.html or "")]
        return found

    async def incident(self, kind: str, *, user: str = "", room: str = "") -> dict[str, str]:
        """The incident of that kind, of that person or room, as an administrator reads it."""
        await self.liar.tell()  # what came up while the bot worked is told with its next batch
        rows = await self.place.incidents()
        fitting = [r for r in rows if r["kind"] == kind and user in ("", r["user_id"])]
        found = [r for r in fitting if room in ("", r["subject"])]
        assert found, (kind, user, room, rows)
        return found[0]


def unique() -> str:
    """Words that stand nowhere else."""
    return new_mark()


def lamp(mark: str) -> str:
    """A fact that may be relayed."""
    return f"Un lampadaire est cassé rue du Moulin ({mark})."


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def lied(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lied]:
    liars: list[Liar] = []

    async def put_between(place: Town) -> None:
        wire = await place.stack.enter_async_context(proxy(place.url))
        liars.append(Liar(wire))
        place.stack.callback(_move, place.home, wire.url, place.url)
        _move(place.home, place.url, wire.url)

    async with town(tmp_path_factory.mktemp("lied"), 200, put_between) as place:
        await asyncio.gather(
            *(place.phone(who, ELEMENT) for who in IN_ELEMENT),
            *(place.phone(who, NIO) for who in IN_NIO),
        )
        yield Lied(place, liars[0])


def _move(home: Path, old: str, new: str) -> None:
    """The commune's file names another address of the homeserver."""
    file = home / "communes" / f"{people.CODE}.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(autouse=True)
def repenting(lied: Lied) -> None:
    """Each test begins with a server that does not lie."""
    lied.liar.repent()
