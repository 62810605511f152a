"""A private room that opens when it is needed: once, and found again after a crash."""

from __future__ import annotations

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import MatrixError
from policies.actions import SetAvatar
from policies.terms import RoomKind
from tests.policies.worlds import user
from tests.provisioning.conftest import Stage
from tests.provisioning.fakes import Killed

BOB = user("bob")


async def test_it_is_made_once_encrypted_and_stays(stage: Stage) -> None:
    await stage.settle()
    private = stage.provisioner().private_rooms()
    room_id = await private.open(BOB)
    assert await private.open(BOB) == room_id
    assert stage.registry.rooms(stage.commune.code)[room_id].kind is RoomKind.PRIVATE
    assert stage.server.membership(room_id, BOB) == "invite"
    assert "algorithm" in stage.server.content(room_id, "m.room.encryption")
    todo = (await stage.provisioner().plan()).plan.actions
    assert [type(action) for action in todo] == [SetAvatar]  # its picture comes at the next look
    assert (await stage.provisioner().enforce()).done == todo
    assert (await stage.provisioner().plan()).plan.actions == ()


async def test_who_had_left_it_is_invited_again_and_who_is_in_it_is_not(stage: Stage) -> None:
    await stage.settle()
    private = stage.provisioner().private_rooms()
    room_id = await private.open(BOB)
    stage.server.everybody_joins()
    await private.open(BOB)
    assert stage.server.membership(room_id, BOB) == "join"
    stage.server.member(room_id, BOB, "leave", BOB)
    assert await private.open(BOB) == room_id
    assert stage.server.membership(room_id, BOB) == "invite"


@pytest.mark.parametrize("after", [False, True])
async def test_a_crash_leaves_one_room(stage: Stage, after: bool) -> None:
    await stage.settle()
    rooms = len(stage.server.rooms)
    stage.server.dies_at, stage.server.after = len(stage.server.requests), after
    with pytest.raises(Killed):
        await stage.provisioner().private_rooms().open(BOB)
    stage.server.dies_at = None
    room_id = await stage.provisioner().private_rooms().open(BOB)
    assert len(stage.server.rooms) == rooms + 1
    assert stage.server.membership(room_id, BOB) == "invite"


async def test_an_answer_that_is_lost_is_no_answer(stage: Stage) -> None:
    await stage.settle()
    stage.server.refuse = lambda request: ServerUnreachable("x") if request == "create" else None
    with pytest.raises(ServerUnreachable):
        await stage.provisioner().private_rooms().open(BOB)


async def test_a_refusal_is_told(stage: Stage) -> None:
    await stage.settle()
    refusal = MatrixError(429, "M_LIMIT_EXCEEDED", "", 1.0)
    stage.server.refuse = lambda request: refusal if request == "create" else None
    with pytest.raises(MatrixError):
        await stage.provisioner().private_rooms().open(BOB)


async def test_when_the_mandate_ends_its_person_is_put_out_of_it(stage: Stage) -> None:
    await stage.settle()
    room_id = await stage.provisioner().private_rooms().open(BOB)
    stage.server.everybody_joins()
    stage.registry.end_mandates(stage.commune.code, BOB, stage.now)
    await stage.provisioner().enforce()
    assert stage.server.membership(room_id, BOB) == "leave"
