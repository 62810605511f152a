"""What is carried beside what: a room's own flags keep their order, everything else goes alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.incoming import Incoming
from policies.terms import Answer, Command, EventId, Flag, RoomId, TakeUp
from policies.turns import AT_ONCE, may_start
from tests.fakes import commune as c

ROOMS = [RoomId(f"!{n}:a") for n in range(4)]


def flag(number: int, room: RoomId) -> Flag:
    return Flag(EventId(f"$f{number}"), room, c.REFERENT, EventId(f"$m{number}"), None)


def others(number: int, room: RoomId) -> list[Incoming]:
    event, target = EventId(f"$o{number}"), EventId(f"$m{number}")
    return [
        Answer(event, room, c.REFERENT, target, send=True),
        TakeUp(event, room, c.OFFICER, target, closes=False),
        Command(event, room, c.REFERENT, "help"),
    ]


@st.composite
def inboxes(draw: st.DrawFn) -> list[tuple[int, Incoming]]:
    kinds = draw(st.lists(st.tuples(st.sampled_from(ROOMS), st.integers(0, 5)), max_size=12))
    return [
        (n, flag(n, room) if kind > 2 else others(n, room)[kind])
        for n, (room, kind) in enumerate(kinds)
    ]


@given(inboxes(), st.data())
def test_everything_is_carried_and_no_room_sees_another_order(
    waiting: list[tuple[int, Incoming]], data: st.DataObject
) -> None:
    left, carried, begun, ended = list(waiting), set[int](), list[int](), list[int]()
    while left:
        started = may_start(left, carried, at_once=3)
        for inbox_id in started:
            item = dict(left)[inbox_id]
            beside = [dict(left)[i] for i in carried]
            if isinstance(item, Flag):
                assert all(isinstance(b, Flag) and b.room_id != item.room_id for b in beside)
            else:
                assert not beside
                assert inbox_id == left[0][0]
            carried.add(inbox_id)
            begun.append(inbox_id)
        assert carried, "something is always on its way"
        assert len(carried) <= 3
        done = data.draw(st.sampled_from(sorted(carried)))
        carried.remove(done)
        ended.append(done)
        left = [(i, item) for i, item in left if i != done]
    assert sorted(ended) == [i for i, _ in waiting]
    for room in ROOMS:
        own = [i for i, item in waiting if item.room_id == room]
        assert [i for i in begun if i in own] == own


def test_flags_of_many_rooms_go_together_up_to_a_number() -> None:
    waiting = [(n, flag(n, RoomId(f"!r{n}:a"))) for n in range(AT_ONCE + 5)]
    assert may_start(waiting, ()) == tuple(range(AT_ONCE))
    assert may_start(waiting, range(AT_ONCE)) == ()
    assert may_start(waiting[1:], range(1, AT_ONCE)) == (AT_ONCE,)


def test_nothing_overtakes_a_command() -> None:
    command = others(1, ROOMS[0])[2]
    waiting: list[tuple[int, Incoming]] = [(0, flag(0, ROOMS[0])), (1, command)]
    waiting.append((2, flag(2, ROOMS[1])))
    assert may_start(waiting, ()) == (0,)
    assert may_start(waiting[1:], ()) == (1,)
    assert may_start(waiting[1:], (1,)) == ()
    assert may_start(waiting[2:], ()) == (2,)


def test_nothing_waits_for_nothing() -> None:
    assert may_start([], ()) == ()
