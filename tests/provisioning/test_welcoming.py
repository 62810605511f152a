"""Private rooms that open while the bot runs: for whoever can come, once, and not beside apply."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

import pytest

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.welcoming import Welcoming
from pc_matrix.registry.records import AccountState
from policies.terms import Role, RoomId, RoomKind, UserId
from tests.policies.worlds import mandate, user
from tests.provisioning.conftest import SINCE, Stage

NADIA = user("nadia", "parti.test")


class Desk:
    """The bot's welcome, as it is called again and again."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.provisioner = stage.provisioner()
        self.alone: AbstractContextManager[None] = nullcontext()
        self.welcome = Welcoming(
            self.provisioner.private_rooms().open,
            stage.registry,
            stage.commune,
            lambda: self.alone,
        )

    async def __call__(self, *, again: bool = False) -> int:
        stage = self.stage
        return await self.welcome(stage.registry.directory(stage.commune), stage.now, again=again)

    def room(self, who: UserId) -> RoomId | None:
        rooms = self.stage.registry.rooms(self.stage.commune.code)
        keys = {(k.kind, k.code): r for r, k in rooms.items()}
        return keys.get((RoomKind.PRIVATE, who))


@pytest.fixture
async def desk(stage: Stage) -> Desk:
    await stage.settle()
    stage.commune = replace(stage.commune, federated_with=frozenset({"parti.test"}))
    return Desk(stage)


async def test_who_comes_from_another_server_has_a_room_at_once(desk: Desk) -> None:
    desk.stage.appoint("nadia:parti.test", Role.REFERENT, "centre")
    assert await desk() == 1
    room = desk.room(NADIA)
    assert room is not None
    assert desk.stage.server.membership(room, NADIA) == "invite"
    before = len(desk.stage.server.requests)
    assert await desk() == 0
    assert len(desk.stage.server.requests) == before, "nothing is asked when nobody waits"


async def test_who_has_to_accept_the_charter_is_shown_where(desk: Desk) -> None:
    """A resident has no private room by his role; he gets one to be asked in."""
    stage = desk.stage
    stage.appoint("nadia:parti.test", Role.RESIDENT, "centre")
    assert await desk() == 0
    waiting = mandate(NADIA, Role.RESIDENT, "gare", SINCE, None, None)
    stage.registry.add_mandate(stage.commune.code, waiting)
    assert await desk() == 1


@pytest.mark.parametrize("state", list(AccountState))
async def test_an_account_that_was_never_opened_is_for_apply(
    desk: Desk, state: AccountState
) -> None:
    stage = desk.stage
    stage.appoint("eve", Role.REFERENT, "centre")
    stage.registry.set_account_state(stage.commune.code, user("eve"), state)
    is_open = state in (AccountState.FOUND, AccountState.HANDED_OVER)
    assert await desk() == is_open
    assert (desk.room(user("eve")) is not None) == is_open


async def test_a_refusal_keeps_nobody_else_waiting_and_is_not_tried_at_each_look(
    desk: Desk,
) -> None:
    server = desk.stage.server
    desk.stage.appoint("nadia:parti.test", Role.REFERENT, "centre")
    desk.stage.appoint("zoe:parti.test", Role.REFERENT, "centre")
    refusals = iter([MatrixError(403, "M_FORBIDDEN", "")])
    server.refuse = lambda request: next(refusals, None) if request == "create" else None
    with pytest.raises(MatrixError):
        await desk()
    assert (desk.room(NADIA), desk.room(user("zoe", "parti.test")) is not None) == (None, True)
    assert await desk() == 0
    assert await desk(again=True) == 1
    assert desk.room(NADIA) is not None


async def test_beside_a_running_apply_nothing_is_made(desk: Desk) -> None:
    desk.stage.appoint("nadia:parti.test", Role.REFERENT, "centre")

    @contextmanager
    def taken() -> Iterator[None]:
        raise StoreError("Une autre mise en place est en cours.")
        yield

    desk.alone = taken()
    assert await desk() == 0
    desk.alone = nullcontext()
    assert await desk() == 1


async def test_two_who_open_the_same_room_make_one(stage: Stage) -> None:
    await stage.settle()
    rooms, private = len(stage.server.rooms), stage.provisioner().private_rooms()
    first, second = await asyncio.gather(private.open(user("bob")), private.open(user("bob")))
    assert first == second
    assert len(stage.server.rooms) == rooms + 1
