"""In bulk and never stale: how often the server is asked, and what an old answer is worth."""

from __future__ import annotations

import asyncio

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.device_lists import BATCH
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.trust import DeviceBook
from tests.homeserver.test_device_book import USER, FakePins, FakeServer, Owner, book

FAR = "@far:away.test"


class Town(FakeServer):
    """A server with many users, which remembers whom it was asked about."""

    def __init__(self, count: int) -> None:
        super().__init__({})
        self.users = [f"@u{n}:ex.test" for n in range(count)]
        self.questions: list[set[str]] = []
        self.timeouts: set[int] = set()

    async def request(self, method: str, path: str, body: Json) -> Json:
        self.questions.append(set(body["device_keys"]))
        self.timeouts.add(body["timeout"])
        return await super().request(method, path, body)


def town(count: int) -> tuple[DeviceBook, Town]:
    server = Town(count)
    return DeviceBook(server, FakePins()), server  # type: ignore[arg-type]


async def test_fifty_messages_to_two_hundred_people_are_one_question() -> None:
    devices, server = town(200)
    for _ in range(50):
        await devices.trusted(server.users)
        await devices.excluded(server.users)
    assert server.questions == [set(server.users)]
    assert server.timeouts == {10_000}


async def test_fifty_messages_of_many_people_whose_devices_changed_are_one_question() -> None:
    devices, server = town(200)
    await devices.trusted(server.users)
    devices.forget(server.users)
    for user in server.users[:50]:
        await devices.sender_trust(user, "c", "e")
    assert server.questions == [set(server.users)] * 2


async def test_who_will_be_needed_is_asked_for_along() -> None:
    devices, server = town(200)
    devices.will_need(server.users)
    for user in server.users[:50]:
        await devices.sender_trust(user, "c", "e")
    assert server.questions == [set(server.users)]


async def test_a_large_crowd_is_asked_for_in_batches() -> None:
    devices, server = town(2 * BATCH + 1)
    await devices.trusted(server.users)
    assert [len(asked) for asked in server.questions] == [BATCH, BATCH, 1]
    assert set().union(*server.questions) == set(server.users)


async def test_a_notice_about_somebody_unknown_asks_nothing() -> None:
    devices, server = town(1)
    devices.forget(["@stranger:ex.test"])
    await devices.trusted(server.users)
    assert server.questions == [set(server.users)]


class Slow(FakeServer):
    """Answers as things stood when it was asked, once it is let."""

    def __init__(self, answer: Json) -> None:
        super().__init__(answer)
        self.reached, self.let = asyncio.Event(), asyncio.Event()

    async def request(self, method: str, path: str, body: Json) -> Json:
        answer = await super().request(method, path, body)
        self.reached.set()
        await self.let.wait()
        return answer


async def test_those_who_ask_together_ask_once() -> None:
    server = Slow(Owner().answer())
    devices = DeviceBook(server, FakePins())  # type: ignore[arg-type]
    tasks = [asyncio.create_task(devices.trusted([USER])) for _ in range(10)]
    await server.reached.wait()
    server.let.set()
    assert [len(found) for found in await asyncio.gather(*tasks)] == [1] * 10
    assert server.asked == 1


async def test_an_answer_older_than_a_change_counts_for_nothing() -> None:
    old, new = Owner(), Owner(curve=b"n" * 32)
    server = Slow(old.answer())
    devices = DeviceBook(server, FakePins())  # type: ignore[arg-type]
    task = asyncio.create_task(devices.trusted([USER]))
    await server.reached.wait()
    server.answer = new.answer()
    devices.forget([USER])
    server.let.set()
    (device,) = await task
    assert device.curve25519 == new.device_keys()["keys"]["curve25519:PHONE"]
    assert server.asked == 2


async def test_who_changes_at_every_answer_has_no_device_and_holds_nobody_up() -> None:
    class Restless(FakeServer):
        async def request(self, method: str, path: str, body: Json) -> Json:
            devices.forget([USER])
            return await super().request(method, path, body)

    server = Restless(Owner().answer())
    devices = DeviceBook(server, FakePins())  # type: ignore[arg-type]
    assert await devices.trusted([USER]) == frozenset()
    assert server.asked == 3


async def test_a_cancelled_question_is_asked_again_by_the_next() -> None:
    server = Slow(Owner().answer())
    devices = DeviceBook(server, FakePins())  # type: ignore[arg-type]
    task = asyncio.create_task(devices.trusted([USER]))
    await server.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.let.set()
    assert len(await devices.trusted([USER])) == 1


async def test_a_server_that_is_away_leaves_no_trust_behind() -> None:
    devices, server, _ = book(Owner().answer())
    assert len(await devices.trusted([USER])) == 1
    devices.forget([USER])

    async def away(method: str, path: str, body: Json) -> Json:
        raise ServerUnreachable("weg")

    answering, server.request = server.request, away  # type: ignore[method-assign]
    with pytest.raises(ServerUnreachable):
        await devices.trusted([USER])
    server.request = answering  # type: ignore[method-assign]
    assert len(await devices.trusted([USER])) == 1


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_remote_server_that_fails_gives_no_new_trust_and_takes_none_away() -> None:
    near, far = Owner(), Owner(40, FAR, b"f" * 32)
    clock = Clock()
    whole = {k: {**near.answer()[k], **far.answer()[k]} for k in near.answer()}
    server, pins = FakeServer(whole), FakePins()
    devices = DeviceBook(server, pins, clock=clock)  # type: ignore[arg-type]
    assert len(await devices.trusted([USER, FAR])) == 2
    server.answer = {**whole, "failures": {"away.test": {}}}
    devices.forget([USER])
    assert {d.user_id for d in await devices.trusted([USER, FAR])} == {USER, FAR}
    devices.forget([FAR])  # a change was told and cannot be learnt: nothing of FAR counts
    for _ in range(10):
        assert {d.user_id for d in await devices.trusted([USER, FAR])} == {USER}
    assert server.asked == 3
    assert all(n.user_id != FAR or n.current for n in devices.drain_news())
    clock.now += 61
    server.answer = whole
    assert {d.user_id for d in await devices.trusted([USER, FAR])} == {USER, FAR}
    assert server.asked == 4


async def test_a_change_notice_ends_the_wait_for_a_failed_server() -> None:
    far = Owner(40, FAR, b"f" * 32)
    server = FakeServer({"failures": {"away.test": {}}})
    devices = DeviceBook(server, FakePins(), clock=Clock())  # type: ignore[arg-type]
    assert await devices.trusted([FAR]) == frozenset()
    server.answer = far.answer()
    assert await devices.trusted([FAR]) == frozenset()
    devices.forget([FAR])
    assert {d.user_id for d in await devices.trusted([FAR])} == {FAR}
    assert server.asked == 2
