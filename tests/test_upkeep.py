"""What is due by itself: rooms at the change of a mandate, the charter in private, reminders."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bridges.wording.notice import Notice
from pc_matrix.bot import _rest
from pc_matrix.charters import Charters
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.putting_off import LOOK_AROUND
from pc_matrix.upkeep import Upkeep
from policies.charter import Posted
from policies.ends import EndedBy, EndNote
from policies.terms import Directory, EventId, Role, RoomId, RoomKey, RoomKind
from tests.fakes import commune as c
from tests.fakes.world import FakeClock

HOUR = timedelta(hours=1)
PRIVATE = c.private_room(c.RESIDENT)
NONE: frozenset[RoomId] = frozenset()
MOVED = frozenset({c.CENTRE_ROOM})


@dataclass
class Due:
    """Charters, reminders and corrections, of which a test makes some fail."""

    posted: int = 0
    said: int = 0
    reminded: int = 0
    told: int = 0
    error: Exception | None = None

    async def post(self, _directory: Directory) -> int:
        self.posted += 1
        if self.error is not None:
            raise self.error
        return self.said

    async def remind(self, _directory: Directory) -> int:
        self.reminded += 1
        return 0

    async def tell(self, _directory: Directory) -> int:
        self.told += 1
        return 0


class Stage:
    def __init__(self) -> None:
        self.clock, self.due = FakeClock(), Due()
        self.directory = c.directory()
        self.looks: list[frozenset[RoomId] | None] = []
        self.how: list[tuple[frozenset[RoomId], bool]] = []
        due = cast(Any, self.due)
        self.upkeep = Upkeep(lambda: self.directory, self.enforce, due, due, self.clock, None, due)

    async def enforce(
        self,
        room_ids: frozenset[RoomId] | None,
        *,
        moved: frozenset[RoomId] = NONE,
        anew: bool = False,
    ) -> None:
        self.looks.append(room_ids)
        self.how.append((moved, anew))

    def ends(self, after: timedelta) -> None:
        """The resident's mandate ends so long after now."""
        ended = replace(self.directory.mandates[0], until=self.clock.at + after)
        self.directory = replace(self.directory, mandates=(ended, *self.directory.mandates[1:]))


async def test_all_rooms_are_looked_at_when_a_mandate_ends_and_not_before() -> None:
    stage = Stage()
    stage.ends(timedelta(minutes=5))
    assert await stage.upkeep(frozenset()) == timedelta(minutes=5)
    stage.clock.at += timedelta(minutes=5) - timedelta(microseconds=1)
    assert await stage.upkeep(frozenset()) == timedelta(microseconds=1)
    assert stage.looks == [None]
    stage.clock.at += timedelta(microseconds=1)
    assert await stage.upkeep(frozenset()) is None
    assert stage.looks == [None, None]


async def test_a_revocation_is_noticed_at_the_next_look() -> None:
    stage = Stage()
    await stage.upkeep(frozenset())
    stage.directory = c.without_mandates(c.RESIDENT)
    await stage.upkeep(MOVED)
    assert stage.looks == [None, None]
    # Compared with what is remembered of what did not move.
    assert stage.how == [(NONE, True), (MOVED, False)]
    await stage.upkeep(frozenset())
    assert stage.looks == [None, None]


async def test_who_is_named_or_erased_after_his_mandate_ended_is_noticed_too() -> None:
    """The brake may hold him: nobody reads another room for it, and yet all rooms are looked at."""
    stage = Stage()
    stage.ends(-HOUR)
    await stage.upkeep(frozenset())
    ended, *others = stage.directory.mandates
    note = EndNote(stage.clock.at, EndedBy.TOWN_HALL)
    stage.directory = replace(stage.directory, mandates=(replace(ended, end_note=note), *others))
    await stage.upkeep(frozenset())
    assert stage.looks == [None, None]
    stage.directory = replace(stage.directory, erased={c.OFFICER: stage.clock.at})
    await stage.upkeep(frozenset())
    await stage.upkeep(frozenset())
    assert stage.looks == [None, None, None]


async def test_every_ten_minutes_all_is_looked_at_anew() -> None:
    stage = Stage()
    await stage.upkeep(frozenset())
    stage.clock.at += timedelta(minutes=9)
    stage.directory = c.without_mandates(c.RESIDENT)
    await stage.upkeep(frozenset())
    stage.clock.at += timedelta(minutes=1) - timedelta(microseconds=1)
    await stage.upkeep(MOVED)
    stage.clock.at += timedelta(microseconds=1)
    await stage.upkeep(frozenset())
    assert stage.looks == [None, None, MOVED, None]
    assert stage.how == [(NONE, True), (NONE, False), (NONE, False), (NONE, True)]


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        (None, LOOK_AROUND),
        (HOUR, LOOK_AROUND),
        (timedelta(seconds=2), 2.0),
        (timedelta(seconds=-2), 0.0),
    ],
)
def test_the_bot_rests_no_longer_than_until_a_mandate_changes(
    change: timedelta | None, seconds: float
) -> None:
    assert _rest(change) == seconds


async def test_a_room_that_refuses_the_charter_keeps_nothing_else_back() -> None:
    stage = Stage()
    stage.due.error = MatrixError(403, "M_FORBIDDEN", "")
    with pytest.raises(MatrixError):
        await stage.upkeep(frozenset())
    assert (stage.due.posted, stage.due.reminded, stage.due.told) == (1, 1, 1)


@dataclass
class Lasting:
    """``LastingVoice``, and the registry's memory of what was said."""

    said: list[tuple[RoomId, str, str]] = field(default_factory=list)
    charters: dict[RoomId, Posted] = field(default_factory=dict)

    async def send_lasting(self, room_id: RoomId, notice: Notice, txn: str) -> EventId:
        self.said.append((room_id, notice.body, txn))
        return EventId(f"${len(self.said)}")

    def unreached(self, _room_id: RoomId) -> int:
        return 0

    async def reach_newcomers(self) -> int:
        return 0

    def charter_of(self, _code: str, room_id: RoomId) -> Posted | None:
        return self.charters.get(room_id)

    def charter_posted(
        self, _code: str, room_id: RoomId, event_id: EventId, version: str, at: Any
    ) -> None:
        self.charters[room_id] = Posted(version, at, event_id)


def with_private(directory: Directory) -> Directory:
    rooms = {**directory.rooms, PRIVATE: RoomKey(c.CODE, RoomKind.PRIVATE, c.RESIDENT)}
    return replace(directory, rooms=rooms)


def charters(voice: Lasting) -> Charters:
    return Charters(cast(Any, voice), c.commune(), voice, FakeClock())


async def test_who_waits_is_shown_the_charter_in_private_once() -> None:
    voice, full = Lasting(), c.directory()
    waiting = replace(full.mandates[0], charter_accepted=None)
    directory = with_private(replace(full, mandates=(waiting, *full.mandates[1:])))
    await charters(voice).post(directory)
    await charters(voice).post(directory)
    told = [body for room_id, body, _txn in voice.said if room_id == PRIVATE]
    assert len(told) == 1
    assert "!accepter" in told[0]
    assert "Alice" in told[0]
    assert {room for room, *_ in voice.said} == {PRIVATE, c.CENTRE_ROOM, c.GARE_ROOM}


async def test_who_accepted_is_shown_nothing_in_private() -> None:
    voice = Lasting()
    await charters(voice).post(with_private(c.directory()))
    assert {room for room, *_ in voice.said} == {c.CENTRE_ROOM, c.GARE_ROOM}


async def test_a_further_mandate_is_asked_for_after_the_first_was_answered() -> None:
    voice, full = Lasting(), c.directory()
    further = replace(c.mandate(c.RESIDENT, Role.REFERENT, c.GARE), charter_accepted=None)
    directory = with_private(replace(full, mandates=(*full.mandates, further)))
    await charters(voice).post(directory)
    before = voice.charters[PRIVATE]
    voice.charters[PRIVATE] = Posted("", before.at, before.event_id)
    await charters(voice).post(directory)
    first, second = (txn for room_id, _body, txn in voice.said if room_id == PRIVATE)
    assert first != second


async def test_a_charter_that_was_said_is_pinned_at_the_next_step() -> None:
    stage = Stage()
    moved = frozenset({RoomId("!a")})
    await stage.upkeep(moved)
    await stage.upkeep(moved)
    await stage.upkeep(frozenset())
    stage.due.said = 1
    await stage.upkeep(frozenset())
    stage.due.said = 0
    await stage.upkeep(frozenset())
    await stage.upkeep(frozenset())
    assert stage.looks == [None, moved, None]
    assert [anew for _moved, anew in stage.how] == [True, False, False]
