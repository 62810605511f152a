from __future__ import annotations

from datetime import timedelta

import pytest

from pc_matrix.registry import Registry, inbox
from pc_matrix.registry.transactions import insert_once
from policies.incoming import Consent, Edit, Incoming, Subject, Withdrawal
from policies.terms import (
    Answer,
    Category,
    Command,
    EventId,
    Flag,
    RoomId,
    Said,
    TakeUp,
    UserId,
)
from tests.registry.conftest import CODE, NOW, OTHER

ROOM, ANNE = RoomId("!r"), UserId("@anne:s.test")
ITEMS: tuple[Incoming, ...] = (
    Flag(EventId("$z"), ROOM, ANNE, EventId("$t"), Category.BURGLARY),
    Flag(EventId("$b"), ROOM, ANNE, EventId("$t")),
    Answer(EventId("$c"), ROOM, ANNE, EventId("$t"), send=True),
    Answer(EventId("$d"), ROOM, ANNE, EventId("$t"), send=False),
    TakeUp(EventId("$e"), ROOM, ANNE, EventId("$t"), closes=True),
    TakeUp(EventId("$f"), ROOM, ANNE, EventId("$t"), closes=False),
    Subject(EventId("$m"), ROOM, ANNE, EventId("$t"), Category.OTHER),
    Subject(EventId("$p"), ROOM, ANNE, EventId("$t"), Category.BURGLARY, "1"),
    Consent(EventId("$n"), ROOM, ANNE, EventId("$t"), given=True),
    Consent(EventId("$o"), ROOM, ANNE, EventId("$t"), given=False),
    Said(EventId("$s1"), ROOM, ANNE),
    Said(EventId("$s2"), ROOM, ANNE, EventId("$t"), "skip"),
    Command(EventId("$a"), ROOM, ANNE, "reply"),
    Edit(EventId("$g"), ROOM, ANNE, EventId("$t")),
    Withdrawal(EventId("$h"), ROOM, ANNE, EventId("$t")),
)
MORE: tuple[Incoming, ...] = (
    TakeUp(EventId("$k"), ROOM, ANNE, EventId("$e"), closes=False, withdrawn=True),
    Command(EventId("$l"), ROOM, ANNE, "drop", EventId("$t")),
    Flag(EventId("$i"), ROOM, ANNE, EventId("$t"), Category.BURGLARY, urgent=True),
    Flag(EventId("$j"), ROOM, ANNE, EventId("$t"), urgent=True),
)


def test_what_comes_in_comes_out_in_order(registry: Registry) -> None:
    assert registry.cursor(CODE) is None
    everything = (*ITEMS, *MORE)
    assert registry.take_in(CODE, everything, "s1", NOW) == len(everything)
    assert [item for _, item in registry.waiting(CODE)] == list(everything)
    assert registry.cursor(CODE) == "s1"
    assert registry.waiting(OTHER) == []
    assert registry.cursor(OTHER) is None


def test_the_same_event_again_is_ignored_and_the_cursor_moves(registry: Registry) -> None:
    registry.take_in(CODE, ITEMS[:2], "s1", NOW)
    assert registry.take_in(CODE, ITEMS[:3], "s2", NOW) == 1
    assert registry.cursor(CODE) == "s2"
    assert len(registry.waiting(CODE)) == 3
    assert registry.take_in(OTHER, ITEMS[:1], "x", NOW) == 1


def test_a_settled_item_does_not_come_back(registry: Registry) -> None:
    registry.take_in(CODE, ITEMS[:2], "s1", NOW)
    first, second = registry.waiting(CODE)
    registry.settle(CODE, first[0], "relayed", NOW)
    assert registry.waiting(CODE) == [second]
    registry.take_in(CODE, ITEMS[:1], "s2", NOW)
    assert registry.waiting(CODE) == [second]


def test_an_outcome_is_never_empty(registry: Registry) -> None:
    with pytest.raises(ValueError, match="never empty"):
        registry.settle(CODE, 1, "", NOW)


@pytest.mark.parametrize("fails_at", ["second row", "cursor"])
def test_rows_and_cursor_are_written_together_or_not_at_all(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    registry.take_in(CODE, ITEMS[:1], "before", NOW)
    calls = 0

    def failing(*args: object, **values: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("the process dies here")
        return insert_once(*args, **values)  # type: ignore[arg-type]

    def no_cursor(*_args: object) -> None:
        raise RuntimeError("the process dies here")

    if fails_at == "cursor":
        monkeypatch.setattr(inbox, "_move", no_cursor)
    else:
        monkeypatch.setattr(inbox, "insert_once", failing)
    with pytest.raises(RuntimeError, match="dies here"):
        registry.take_in(CODE, ITEMS, "after", NOW)
    monkeypatch.undo()
    assert registry.cursor(CODE) == "before"
    assert [item for _, item in registry.waiting(CODE)] == list(ITEMS[:1])


def test_a_cursor_alone_does_not_wait_for_the_disk_and_what_came_does(
    registry: Registry, lasting: list[bool]
) -> None:
    registry.take_in(CODE, (), "s1", NOW)
    registry.take_in(CODE, ITEMS, "s2", NOW)
    registry.take_in(CODE, (), "s3", NOW)
    assert lasting == [False, True, False]
    assert registry.cursor(CODE) == "s3"


def test_flags_are_counted_by_sender_and_time(registry: Registry) -> None:
    hour = timedelta(hours=1)
    registry.take_in(CODE, ITEMS[:1], "s1", NOW - 2 * hour)
    registry.take_in(CODE, ITEMS[1:], "s2", NOW)
    flags = [item.event_id for item in ITEMS if isinstance(item, Flag)]
    first, last = flags[0], flags[-1]
    assert registry.flags_since(CODE, ANNE, NOW - 2 * hour, last) == 2
    assert registry.flags_since(CODE, ANNE, NOW - hour, last) == 1
    assert registry.flags_since(CODE, ANNE, NOW + hour, last) == 0
    assert registry.flags_since(CODE, UserId("@paul:s.test"), NOW - 2 * hour, last) == 0
    assert registry.flags_since(OTHER, ANNE, NOW - 2 * hour, last) == 0
    assert registry.flags_since(CODE, ANNE, NOW - 2 * hour, first) == 1
