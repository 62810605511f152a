"""The number to call is said before five hundred flags are worked off, once, whatever fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from bridges.first_calls import FirstCalls
from bridges.ports import Language
from pc_matrix import lookout
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from pc_matrix.language import load
from pc_matrix.lookout import Lookout
from policies.denunciation.analysis import Analysis
from policies.incoming import Incoming
from policies.terms import Command, EventId, Flag
from tests.fakes import commune as c
from tests.fakes.world import FakeReader, FakeRooms

BURGLARY = "On est cambriolés en ce moment, ils sont encore dedans !"
BEATEN = "Il frappe sa fille tous les soirs, on l'entend pleurer."
PRIVATE = c.private_room(c.REFERENT)


class Broken:
    """A filter that fails."""

    def analyse(self, text: str) -> Analysis:
        raise RuntimeError("the filter is broken")


class Desk:
    def __init__(self, language: Language, waiting: list[tuple[int, Incoming]]) -> None:
        self.rooms, self.reader = FakeRooms(), FakeReader()
        calls = FirstCalls(self.rooms, self.reader, language)
        self.lookout = Lookout(calls, c.directory, lambda: waiting)

    def flagged(self, number: int, text: str = "") -> tuple[Flag, RoomEvent]:
        """A flag, and its message as the sync brought it."""
        target = EventId(f"$m{number}")
        self.reader.holds(c.message(text, event_id=target))
        content = {"msgtype": "m.text", "body": text}
        sealed = Ciphertext("key", "key")
        args = (target, c.CENTRE_ROOM, c.RESIDENT, c.NOW, "m.room.message", content)
        return c.flag(event_id=EventId(f"$f{number}"), target=target), RoomEvent(
            *args, ciphertext=sealed
        )


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "_GRACE", 0.0)
    monkeypatch.setattr(lookout, "_SHARE", 0.0)


async def until(holds: Callable[[], bool], desk: Desk) -> None:
    """Let the desk work until ``holds``."""

    async def work() -> None:
        while not holds():
            await desk.lookout.step()

    await asyncio.wait_for(work(), 60)


async def test_it_is_said_before_any_of_five_hundred_waiting_flags_is_read() -> None:
    desk = Desk(Broken(), [])
    found = [desk.flagged(i, "Un fourgon blanc tourne depuis ce matin.") for i in range(500)]
    found.append(desk.flagged(500, BURGLARY))
    desk.lookout.hear([flag for flag, _ in found], [event for _, event in found])
    with suppress(RuntimeError):  # the others are for the filter, which fails here
        await desk.lookout.step()
    (said,) = desk.rooms.to(PRIVATE)
    assert "17" in said
    assert "114" in said


async def test_what_only_the_filter_hears_is_said_while_the_others_wait() -> None:
    desk = Desk(load(), [])
    found = [desk.flagged(i, f"Un fourgon blanc tourne depuis {i} jours.") for i in range(20)]
    found.append(desk.flagged(500, BEATEN))
    desk.lookout.hear([flag for flag, _ in found], [event for _, event in found])
    await desk.lookout.step()
    (said,) = desk.rooms.to(PRIVATE)
    assert "119" in said


async def test_what_had_its_turn_is_not_read_again() -> None:
    desk = Desk(Broken(), [])
    flag, event = desk.flagged(1, BEATEN)
    desk.lookout.hear([flag], [event])
    with suppress(RuntimeError):
        await desk.lookout.step()
    desk.lookout.settled(flag.event_id)
    await desk.lookout.step()
    assert desk.rooms.said == []


async def test_what_waited_before_a_restart_is_read_and_told() -> None:
    command = Command(EventId("$said"), PRIVATE, c.REFERENT, "flag")
    desk = Desk(Broken(), [(1, command)])
    desk.reader.holds(
        c.message(f"!signaler {BURGLARY}", event_id=command.event_id, room_id=PRIVATE)
    )
    await until(lambda: bool(desk.rooms.said), desk)
    assert "17" in desk.rooms.to(PRIVATE)[0]


async def test_who_has_no_private_room_is_told_nothing_before_others() -> None:
    desk = Desk(load(), [])
    flag, event = desk.flagged(1, BURGLARY)
    desk.lookout.hear([replace(flag, sender=c.RESIDENT)], [event])
    await desk.lookout.step()
    assert desk.rooms.said == []


async def test_a_room_that_refuses_holds_up_no_other() -> None:
    desk = Desk(load(), [])

    class Refusing(FakeRooms):
        async def send(self, room_id, notice, txn):  # type: ignore[no-untyped-def]
            if room_id == PRIVATE:
                raise MatrixError(403, "M_FORBIDDEN", "")
            return await super().send(room_id, notice, txn)

    rooms = Refusing()
    desk.lookout = Lookout(FirstCalls(rooms, desk.reader, load()), c.directory, list)
    first, event = desk.flagged(1, BURGLARY)
    second, other = desk.flagged(2, BURGLARY)
    desk.lookout.hear([first, replace(second, sender=c.OTHER_REFERENT)], [event, other])
    await desk.lookout.step()
    assert len(rooms.to(c.private_room(c.OTHER_REFERENT))) == 1
