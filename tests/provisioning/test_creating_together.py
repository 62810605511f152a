"""A space's rooms are made while people are invited to it, and put into it afterwards."""

from __future__ import annotations

import asyncio

import pytest

from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.provisioning import creation
from pc_matrix.provisioning.awaited import together
from policies.room_shapes import SPACE_TYPE
from tests.provisioning.conftest import Stage
from tests.provisioning.fakes import BOT

PATIENCE = 60


class SlowSpaces:
    """Spaces that are there at once, and whose ``createRoom`` ends when a room was begun."""

    def __init__(self, stage: Stage) -> None:
        self.server, self._create = stage.server, stage.server.create
        self.a_room_was_begun = asyncio.Event()
        self.ended: list[str] = []

    async def create(self, body: Json) -> str:
        if body["creation_content"].get("type") != SPACE_TYPE:
            self.a_room_was_begun.set()
            return await self._create(body)
        room_id = f"!{len(self.server.rooms)}"
        self.server.rooms[room_id] = {}
        creation_content = {**body["creation_content"], "room_version": body["room_version"]}
        self.server.put(room_id, "m.room.create", creation_content)
        self.server.member(room_id, BOT, "join", BOT)
        await asyncio.wait_for(self.a_room_was_begun.wait(), PATIENCE)
        for event in body["initial_state"]:
            self.server.put(room_id, event["type"], event["content"], event["state_key"])
        for user_id in body["invite"]:
            self.server.member(room_id, user_id, "invite", BOT)
        self.ended.append(room_id)
        return room_id


async def test_rooms_do_not_wait_for_all_to_be_invited_to_their_space(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creation, "_FEW", 0)
    monkeypatch.setattr(creation, "_PAUSE", 0.01)
    spaces = SlowSpaces(stage)
    monkeypatch.setattr(stage.server, "create", spaces.create)
    linked_too_soon = []
    set_state = stage.server.set_state

    async def watched(room_id: str, event_type: str, content: Json, state_key: str = "") -> None:
        if event_type == "m.space.child" and room_id not in spaces.ended:
            linked_too_soon.append(state_key)
        await set_state(room_id, event_type, content, state_key)

    monkeypatch.setattr(stage.server, "set_state", watched)
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()
    await provisioner.hand_over(report.accounts)
    assert len(spaces.ended) == 2
    assert linked_too_soon == []
    space, sector = stage.room("commune-space"), stage.room("sector", "centre")
    assert stage.server.content(sector, "m.space.parent", space)["canonical"] is True
    assert "set m.space.parent" not in stage.server.requests
    assert (await stage.provisioner().plan()).plan.actions == ()


async def test_a_space_that_cannot_be_made_keeps_none_of_its_rooms_waiting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = stage.server.create

    async def no_spaces(body: Json) -> str:
        if body["creation_content"].get("type") == SPACE_TYPE:
            raise MatrixError(403, "M_FORBIDDEN", "")
        return await create(body)

    monkeypatch.setattr(stage.server, "create", no_spaces)
    provisioner = stage.provisioner()
    report = await asyncio.wait_for(provisioner.apply(await provisioner.plan()), PATIENCE)
    refused = {failure.reason for failure in report.failed}
    assert refused == {"M_FORBIDDEN", "le salon n'existe pas encore"}
    assert stage.room("sector", "centre")
    monkeypatch.setattr(stage.server, "create", create)
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()
    await provisioner.hand_over(report.accounts)
    assert (await stage.provisioner().plan()).plan.actions == ()


async def test_one_step_that_fails_ends_those_that_may_wait_for_it() -> None:
    ended = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(together([waits(), fails()]), PATIENCE)
    assert ended == [True]
