"""Killed before or after any single request: the next run ends in the same state, nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies import room_marks
from policies.room_marks import Mark
from policies.room_shapes import alias_of
from policies.terms import RoomKey, RoomKind
from tests.provisioning.conftest import Stage
from tests.provisioning.fakes import BOT, Killed

REQUESTS = 76


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(0, REQUESTS, 4))
async def test_killed_at_any_request(stage: Stage, number: int, after: bool) -> None:
    stage.commune = replace(stage.commune, aliases=True)
    await _killed(stage, number + after, after=after)
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()
    await provisioner.hand_over(report.accounts)
    left = await provisioner.plan()
    assert left.plan.actions == ()
    assert left.plan.notices == ()
    marks = [room.key for room in left.observed.rooms]
    assert len(marks) == len(set(marks)) == 10
    assert len(stage.server.rooms) == 10
    assert len(stage.server.passwords) == 5
    # At most one picture is there twice: the one whose note the kill prevented.
    assert len(stage.server.uploads) <= len(RoomKind) + 1
    for room_id, key in stage.registry.rooms(stage.commune.code).items():
        alias = alias_of(key, stage.commune)
        assert alias is None or stage.server.aliases[alias] == room_id


async def _killed(stage: Stage, number: int, *, after: bool) -> None:
    stage.server.dies_at, stage.server.after = number, after
    provisioner = stage.provisioner()
    try:
        await provisioner.apply(await provisioner.plan())
    except Killed:
        pass
    else:
        assert number >= len(stage.server.requests)
    stage.server.dies_at = None


async def test_a_room_that_a_killed_server_left_half_made_is_completed(stage: Stage) -> None:
    """Create event and the bot's own join are there, and nothing else."""
    sector = RoomKey(stage.commune.code, RoomKind.SECTOR, "centre")
    nonce = stage.registry.begin_room(stage.commune.code, sector, "n")
    mark = {room_marks.FIELD: room_marks.as_content(Mark(sector, nonce))}
    stage.server.rooms["!half"] = {}
    creation = {**mark, "room_version": "12", "m.federate": False}
    stage.server.put("!half", "m.room.create", creation)
    stage.server.member("!half", BOT, "join", BOT)
    observed = await stage.settle()
    room = next(room for room in observed.rooms if room.key == sector)
    assert room.room_id == "!half"
    assert "m.room.encryption" in room.state
    requests = stage.server.requests
    invited = [n for n, r in enumerate(requests) if r.startswith("invite")]
    assert requests.index("set m.room.encryption") < min(invited)
    assert (await stage.provisioner(charters=False).plan()).plan.notices == ()
