"""A mistake of ours costs the event or the look at which it shows, and never the bot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from pc_matrix import bot as bot_module
from pc_matrix.beside import AFTER_A_MISTAKE, Beside
from pc_matrix.cli.incident_words import words
from pc_matrix.errors import RegistryError, ServerUnreachable
from pc_matrix.homeserver import events
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from pc_matrix.logs import name_exception
from pc_matrix.own_mistakes import outlived
from pc_matrix.putting_off import LOOK_AROUND
from policies.incidents import Gravity, IncidentKind
from policies.incoming import Incoming
from policies.terms import SenderTrust
from tests.fakes import commune as c
from tests.test_bot import ITEMS, Inbox, Silent, Town, fine, raising

THEIRS = [
    RegistryError("perdue"),
    ServerUnreachable("en panne"),
    MatrixError(404, "", ""),
    OSError(),
]
SECRET = "Le fils Renaudin a volé le vélo"


def said(number: int) -> RoomEvent:
    content = {"msgtype": "m.text", "body": f"!aide {SECRET}"}
    at = datetime(2026, 11, 29, tzinfo=UTC)
    return RoomEvent(
        f"$e{number}",
        c.CENTRE_ROOM,
        c.REFERENT,
        at,
        "m.room.message",
        content,
        ciphertext=Ciphertext("curve", "ed"),
    )


class Coming(Silent):
    """A session to which one batch comes, and then nothing."""

    def __init__(self, batch: Batch) -> None:
        self.batches, self._incidents = [batch], Incidents()

    async def next(self, _since: str) -> Batch:  # type: ignore[override]
        if not self.batches:
            await asyncio.Event().wait()
        return self.batches.pop()

    async def trust_of(self, _event: RoomEvent) -> SenderTrust:
        return SenderTrust.SIGNED

    @property
    def incidents(self) -> Any:
        return self._incidents


class Keeping(Inbox):
    """What was taken in, and up to where."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Incoming] = []
        self.cursors: list[str] = []

    def waiting(self) -> list[tuple[int, Incoming]]:
        return []

    def take_in(self, items: list[Incoming], cursor: str) -> int:
        self.items += items
        self.cursors.append(cursor)
        return len(items)


BATCH = Batch("s1", events=tuple(map(said, range(3))))


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with capture_logs(processors=[name_exception]) as entries:
        yield entries


def failing_at(event_id: str, error: Exception) -> Any:
    known = events.incoming

    def incoming(event: RoomEvent, *more: Any) -> Incoming | None:
        if event.event_id == event_id:
            raise error
        return known(event, *more)

    return incoming


async def test_an_event_at_which_we_fail_is_dropped_told_and_nothing_else_is_lost(
    monkeypatch: pytest.MonkeyPatch, logged: list[Any]
) -> None:
    monkeypatch.setattr(bot_module, "incoming", failing_at("$e1", KeyError(SECRET)))
    session, inbox = Coming(BATCH), Keeping()
    await Town().bot(inbox, session=session)._take_in(BATCH)
    assert [item.event_id for item in inbox.items] == ["$e0", "$e2"]
    assert inbox.cursors == ["s1"]
    assert session.incidents.figures() == {IncidentKind.UNHANDLED.value: 1}
    (entry,) = [entry for entry in logged if entry["event"] == "event.failed"]
    assert (entry["event_id"], entry["exception"]) == ("$e1", "KeyError")
    assert SECRET not in repr(logged)


async def test_an_incident_of_ours_reaches_who_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_module, "incoming", failing_at("$e1", ValueError()))
    session, told = Coming(BATCH), list[Any]()
    bot = Town().bot(Keeping(), session=session)
    monkeypatch.setattr(bot._watch, "tell", told.extend)
    await bot._take_in(BATCH)
    (incident,) = told
    assert (incident.kind, incident.event_id) == (IncidentKind.UNHANDLED, "$e1")
    assert incident.kind.gravity is Gravity.NOTED
    assert "par une erreur qui est la sienne" in words(incident.kind).what


@pytest.mark.parametrize("error", THEIRS, ids=lambda error: type(error).__name__)
async def test_what_is_not_ours_takes_the_batch_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(bot_module, "incoming", failing_at("$e1", error))
    inbox = Keeping()
    with pytest.raises(type(error)):
        await Town().bot(inbox, session=Coming(BATCH))._take_in(BATCH)
    assert inbox.cursors == []


@pytest.mark.parametrize("where", ["watch", "foyer", "took_in", "verifications"])
async def test_a_desk_that_cannot_hear_loses_nobody_elses_batch(
    monkeypatch: pytest.MonkeyPatch, where: str, logged: list[Any]
) -> None:
    def failing(*_: object) -> None:
        raise KeyError(SECRET)

    inbox = Keeping()
    bot = Town().bot(inbox, session=Coming(BATCH))
    match where:
        case "watch":
            monkeypatch.setattr(bot._watch, "tell", failing)
        case "took_in":
            monkeypatch.setattr(Beside, "took_in", failing)
        case "foyer":
            monkeypatch.setattr(Beside, "hear", failing)
        case _:
            monkeypatch.setattr(bot._beside.verifications, "hear", failing)
    await bot._take_in(BATCH)
    assert len(inbox.items) == 3
    assert inbox.cursors == ["s1"]
    assert bot._news.is_set()
    assert {entry["event"] for entry in logged if "exception" in entry} == {"desk.failed"}
    assert SECRET not in repr(logged)


@pytest.mark.parametrize("part", ["on_upkeep", "on_alert"])
async def test_what_is_looked_after_by_mistake_keeps_nothing_waiting(part: str) -> None:
    town = Town()
    setattr(town, part, raising(KeyError("!room")))
    inbox = await town.settles_all()
    assert inbox.settled == [item.event_id for item in ITEMS]
    assert town.looked_at, "a mistake in telling keeps no room from being put right"


async def test_a_lasting_mistake_rests_and_forgets_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town, inbox = Town(), Inbox()
    held, now = [c.directory()], [1000.0]
    monkeypatch.setattr(inbox, "directory", lambda: held[0])
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    bot = town.bot(inbox)
    bot._moved.add(c.CENTRE_ROOM)
    town.on_upkeep = raising(KeyError("!room"))
    await bot._keep_up()
    now[0] += AFTER_A_MISTAKE - 1
    await bot._keep_up()
    assert len(town.looked_at) == 1, "it rests"
    held[0] = replace(c.directory(), mandates=())
    await bot._keep_up()
    assert len(town.looked_at) == 2, "a revocation does not wait for it"
    bot._moved.add(c.GARE_ROOM)
    await bot._keep_up()
    town.on_upkeep = fine
    now[0] += AFTER_A_MISTAKE
    await bot._keep_up()
    both = {c.CENTRE_ROOM, c.GARE_ROOM}
    assert town.looked_at == [{c.CENTRE_ROOM}, {c.CENTRE_ROOM}, both, both]
    now[0] += LOOK_AROUND
    await bot._keep_up()
    assert town.looked_at[-1] == frozenset()


async def test_while_it_rests_the_registry_is_asked_as_often_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float] = []

    async def set_or_late(_news: asyncio.Event, rest: float) -> bool:
        asked.append(rest)
        return False

    monkeypatch.setattr(bot_module, "set_or_late", set_or_late)
    town = Town()
    bot = town.bot(Inbox())
    town.on_upkeep = raising(KeyError("!room"))
    await bot._keep_up()
    await bot._wait_for_news()
    assert asked == [LOOK_AROUND]


@pytest.mark.parametrize("part", ["on_upkeep", "on_alert"])
async def test_a_registry_that_is_lost_ends_the_bot(part: str) -> None:
    town = Town()
    setattr(town, part, raising(RegistryError("La base est perdue.")))
    with pytest.raises(RegistryError, match="perdue"):
        await asyncio.wait_for(town.bot(Inbox()).run(asyncio.Event()), 10)


async def test_a_task_that_is_stopped_is_no_mistake() -> None:
    with pytest.raises(asyncio.CancelledError), outlived("x"):
        raise asyncio.CancelledError
