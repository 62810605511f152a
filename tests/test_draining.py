"""The inbox is emptied: flags of several rooms at once, each room's own in their order."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from bridges.outcome import Broken, Helped, Outcome
from pc_matrix.draining import Draining
from pc_matrix.errors import RegistryError, ServerUnreachable
from pc_matrix.homeserver.http import MatrixError
from policies.incoming import Incoming
from policies.terms import Command, Directory, EventId, Flag, RoomId
from tests.fakes import commune as c


def flag(name: str, room: RoomId) -> Flag:
    return Flag(EventId(f"$f-{name}"), room, c.REFERENT, EventId(f"$m-{name}"), None)


class Office:
    """An inbox, and who carries it: each item waits for its gate, if it has one."""

    def __init__(self, items: list[Incoming]) -> None:
        self.items = dict(enumerate(items))
        self.begun: list[str] = []
        self.settled: list[str] = []
        self.on_its_way: set[str] = set()
        open_gate = asyncio.Event()
        open_gate.set()
        self.gates: dict[str, asyncio.Event] = defaultdict(lambda: open_gate)
        self.failures: dict[str, Exception] = {}
        self.failing_once: dict[str, Exception] = {}
        self.given_up: list[str] = []
        self.cannot_give_up: Exception | None = None

    def waiting(self) -> list[tuple[int, Incoming]]:
        return [(i, x) for i, x in self.items.items() if x.event_id not in self.settled]

    def settle(self, inbox_id: int, _outcome: str) -> None:
        self.settled.append(self.items[inbox_id].event_id)

    def directory(self) -> Directory:
        return c.directory()

    async def carry(self, item: Incoming, _directory: Directory) -> Outcome:
        self.begun.append(item.event_id)
        self.on_its_way.add(item.event_id)
        try:
            await self.gates[item.event_id].wait()
            if item.event_id in self.failures:
                raise self.failures[item.event_id]
            if item.event_id in self.failing_once:
                raise self.failing_once.pop(item.event_id)
        finally:
            self.on_its_way.discard(item.event_id)
        return Helped()

    async def give_up(self, item: Incoming, _directory: Directory) -> Outcome:
        self.given_up.append(item.event_id)
        if self.cannot_give_up is not None:
            raise self.cannot_give_up
        return Broken()

    async def empty(self) -> bool:
        return await Draining(self, self, lambda _item: None).run()


async def until(office: Office, begun: list[str]) -> None:
    async with asyncio.timeout(10):
        while sorted(office.begun) != sorted(begun):
            await asyncio.sleep(0)


async def test_a_slow_room_holds_up_no_other() -> None:
    office = Office(
        [flag("slow", c.CENTRE_ROOM), flag("after", c.CENTRE_ROOM), flag("gare", c.GARE_ROOM)]
    )
    office.gates["$f-slow"] = asyncio.Event()
    emptying = asyncio.create_task(office.empty())
    await until(office, ["$f-slow", "$f-gare"])
    async with asyncio.timeout(10):
        while not office.settled:
            await asyncio.sleep(0)
    assert office.settled == ["$f-gare"]
    assert "$f-after" not in office.begun, "a room's own order is kept"
    office.gates["$f-slow"].set()
    await emptying
    assert office.settled == ["$f-gare", "$f-slow", "$f-after"]


async def test_a_command_waits_for_those_before_it_and_those_after_wait_for_it() -> None:
    command = Command(EventId("$c"), c.GARE_ROOM, c.REFERENT, "help")
    office = Office([flag("1", c.CENTRE_ROOM), command, flag("2", c.GARE_ROOM)])
    office.gates["$f-1"] = asyncio.Event()
    emptying = asyncio.create_task(office.empty())
    await until(office, ["$f-1"])
    for _ in range(20):
        await asyncio.sleep(0)
    assert office.begun == ["$f-1"]
    office.gates["$f-1"].set()
    await emptying
    assert office.settled == ["$f-1", "$c", "$f-2"]


async def test_an_item_that_one_room_refuses_is_left_for_another_time() -> None:
    office = Office([flag("1", c.CENTRE_ROOM), flag("2", c.CENTRE_ROOM)])
    office.failures["$f-1"] = MatrixError(404, "M_NOT_FOUND", "")
    await office.empty()
    assert office.settled == ["$f-2"]
    del office.failures["$f-1"]
    await office.empty()
    assert office.settled == ["$f-2", "$f-1"]


async def test_when_the_server_is_away_nothing_is_left_on_its_way() -> None:
    office = Office([flag("1", c.CENTRE_ROOM), flag("2", c.GARE_ROOM)])
    office.gates["$f-1"] = asyncio.Event()
    office.failures["$f-2"] = ServerUnreachable("", "", "")
    with pytest.raises(ServerUnreachable):
        await office.empty()
    assert not office.on_its_way
    assert not office.settled


async def test_what_a_mistake_of_ours_fails_stops_nothing_and_is_put_before_a_human() -> None:
    """Left in the inbox it would end the bot at each start."""
    office = Office([flag("1", c.CENTRE_ROOM), flag("2", c.CENTRE_ROOM), flag("3", c.GARE_ROOM)])
    office.failures["$f-1"] = KeyError("!gone")
    office.failing_once["$f-3"] = ValueError("once")
    await office.empty()
    assert office.given_up == ["$f-1"]
    assert sorted(office.settled) == ["$f-1", "$f-2", "$f-3"]
    assert office.begun.count("$f-1") == office.begun.count("$f-3") == 2


@pytest.mark.parametrize("error", [RegistryError("", "", ""), OSError(28, "full")])
async def test_what_is_no_mistake_of_ours_ends_the_bot_and_loses_nothing(error: Exception) -> None:
    office = Office([flag("1", c.CENTRE_ROOM)])
    office.failures["$f-1"] = error
    with pytest.raises(type(error)):
        await office.empty()
    assert office.begun == ["$f-1"]
    assert office.settled == office.given_up == []


async def test_what_cannot_even_be_given_up_is_let_go_but_not_for_want_of_memory() -> None:
    office = Office([flag("1", c.CENTRE_ROOM), flag("2", c.CENTRE_ROOM)])
    office.failures["$f-1"] = KeyError("x")
    office.cannot_give_up = KeyError("y")
    await office.empty()
    assert office.settled == ["$f-1", "$f-2"]
    office = Office([flag("1", c.CENTRE_ROOM)])
    office.failures["$f-1"] = MemoryError()
    with pytest.raises(MemoryError):
        await office.empty()
    assert (office.settled, office.given_up) == ([], [])
