"""Corrections until they are told, and rooms that others stand for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pc_matrix.registry import Registry
from policies.corrections import Correction, Deed
from policies.damage import Damage
from policies.retirement import Retired
from policies.terms import CommuneCode, RoomId, RoomKey, RoomKind, UserId

CODE, OTHER = CommuneCode("59999"), CommuneCode("59350")
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECTOR = RoomKey(CODE, RoomKind.SECTOR, "centre")
GARE = RoomKey(CODE, RoomKind.SECTOR, "gare")
INVITED = Correction(SECTOR, Deed.INVITED, UserId("@dora:x.test"), "@mallory:x.test")
LOST = Correction(SECTOR, Deed.LOST, None)


def test_a_batch_is_what_waited_and_nothing_after(registry: Registry) -> None:
    registry.note_corrections(CODE, [INVITED, LOST], AT)
    assert registry.waiting_corrections(CODE) == [AT, AT]
    assert registry.correction_batches(CODE) == {}
    registry.batch_corrections(CODE)
    registry.note_corrections(CODE, [LOST], AT)
    ((number, found),) = registry.correction_batches(CODE).items()
    assert found == [INVITED, LOST]
    assert registry.waiting_corrections(CODE) == [AT]
    registry.batch_told(CODE, number, AT)
    assert registry.correction_batches(CODE) == {}
    assert registry.batches_told_since(CODE, AT) == [AT]
    assert registry.batches_told_since(CODE, AT + timedelta(seconds=1)) == []
    assert registry.waiting_corrections(OTHER) == []
    registry.batch_corrections(OTHER)
    registry.note_corrections(CODE, [], AT + timedelta(days=2))
    assert registry.batches_told_since(CODE, AT) == []


def test_a_flood_does_not_fill_the_registry(registry: Registry) -> None:
    for _ in range(3):
        registry.note_corrections(CODE, [LOST] * 600, AT)
    assert len(registry.waiting_corrections(CODE)) == 1000


def test_a_room_is_given_up_in_one_step(registry: Registry) -> None:
    old, new = RoomId("!old"), RoomId("!new")
    registry.room_made(CODE, SECTOR, old)
    registry.room_made(CODE, GARE, new)
    given_up = Retired(old, SECTOR, GARE, Damage.REPLACED, AT)
    registry.retire_room(CODE, given_up)
    registry.retire_room(CODE, given_up)
    assert registry.rooms(CODE) == {new: GARE}
    assert registry.retired_rooms(CODE) == [given_up]
    assert registry.unannounced(CODE) == []
    registry.room_replaced(CODE, old, new)
    registry.retired_closed(CODE, old)
    done = Retired(old, SECTOR, GARE, Damage.REPLACED, AT, new, True)
    assert registry.unannounced(CODE) == [done]
    registry.announced(CODE, old)
    assert registry.unannounced(CODE) == []
    assert registry.retired_rooms(CODE) == [done]
    registry.forget_retired(CODE, old)
    assert registry.retired_rooms(CODE) == []


def test_a_sector_that_became_several_has_no_one_successor(registry: Registry) -> None:
    split = Retired(RoomId("!old"), SECTOR, None, Damage.REPLACED, AT)
    registry.retire_room(CODE, split)
    assert registry.retired_rooms(CODE) == [split]
