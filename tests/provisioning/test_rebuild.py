"""Rooms that are gone or cannot be mended: made anew, alone, and the old ones shut and emptied."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning import Enforcement, Provisioner
from policies.corrections import Correction, Deed
from policies.damage import MOST_AT_ONCE, TOMBSTONE
from policies.retirement import READABLE_FOR
from policies.terms import Role, RoomId, RoomKind, Sector, SectorCode
from tests.policies.worlds import key, user
from tests.provisioning.conftest import PEOPLE, Stage
from tests.provisioning.fakes import BOT

SECTOR = key(RoomKind.SECTOR, "centre")
WORLD_READABLE = {"history_visibility": "world_readable"}


class Trail:
    def __init__(self) -> None:
        self.noted: list[Correction] = []

    def note_corrections(self, found: Any) -> None:
        self.noted += found

    def deeds(self) -> list[tuple[Deed, str | None, str]]:
        return [(one.deed, one.author, one.subject) for one in self.noted]


def enforcement(stage: Stage, trail: Trail, provisioner: Provisioner | None = None) -> Enforcement:
    return Enforcement(provisioner or stage.provisioner(), trail, stage.commune.code, nullcontext)


def history(stage: Stage, room: RoomId, sender: str = BOT) -> None:
    stage.server.put(room, "m.room.history_visibility", WORLD_READABLE, sender=sender)


async def test_a_weakened_room_is_replaced_within_one_look(stage: Stage) -> None:
    await stage.settle()
    old, trail = stage.room("sector", "centre"), Trail()
    history(stage, old)
    await enforcement(stage, trail)(frozenset({old}))
    new = stage.room("sector", "centre")
    assert new != old
    assert trail.noted == [Correction(SECTOR, Deed.HISTORY, user("bot"))]
    assert stage.server.content(old, "m.room.history_visibility") != WORLD_READABLE
    assert stage.server.content(old, TOMBSTONE)["replacement_room"] == new
    assert stage.server.content(old, "m.room.power_levels")["events_default"] == 150
    assert stage.server.membership(old, user("bob")) == "join"
    assert stage.server.membership(new, user("bob")) == "invite"
    space = stage.room("commune-space")
    assert stage.server.content(space, "m.space.child", new)
    assert stage.server.content(space, "m.space.child", old) == {}
    assert (await stage.provisioner(charters=False).plan()).plan.actions == ()
    actions = {row.action for row in stage.registry.audits(stage.commune.code, 50)}
    assert {"retire-room", "create-room", "retired.closed"} <= actions


async def test_inviting_many_does_not_stop_the_bot_and_an_emptied_registry_does(
    stage: Stage,
) -> None:
    await stage.settle()
    room, trail = stage.room("authority", "gendarmerie"), Trail()
    looks = enforcement(stage, trail)
    await looks(None)
    strangers = [f"@m{n}:here.test" for n in range(8)]
    for number, stranger in enumerate(strangers):
        stage.server.member(room, stranger, "invite", user("dora"))
        if number % 2:
            stage.server.member(room, stranger, "join", stranger)
    await looks(frozenset({room}))
    assert {stage.server.membership(room, s) for s in strangers} == {"leave"}
    for name, *_ in PEOPLE:
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    trail.noted.clear()
    for _ in range(3):
        await looks(None)
    assert trail.deeds() == [(Deed.BRAKED, None, "5")]
    assert stage.server.membership(room, user("dora")) == "join"


async def test_a_look_at_few_rooms_does_not_let_go_of_the_brake(stage: Stage) -> None:
    """Those whom it keeps are no strangers later, and the administrators are not asked again."""
    await stage.settle()
    room, trail = stage.room("authority", "gendarmerie"), Trail()
    looks = enforcement(stage, trail)
    await looks(None)
    for name, *_ in PEOPLE:
        if name != "dora":
            stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    for few in (None, frozenset({room}), None):
        await looks(few)
    assert trail.deeds() == [(Deed.BRAKED, None, "4")]
    assert stage.server.membership(stage.room("sector", "centre"), user("bob")) == "join"
    rows = stage.registry.audits(stage.commune.code, 50)
    assert [row.action for row in rows].count("brake") == 1


async def test_a_deleted_room_is_noticed_whichever_way(stage: Stage) -> None:
    await stage.settle()
    for ask in (frozenset({stage.room("sector", "centre")}), None):
        old, trail = stage.room("sector", "centre"), Trail()
        del stage.server.rooms[old]
        stage.server.rooms[f"!gone{len(stage.server.requests)}"] = {}
        await enforcement(stage, trail)(ask)
        assert stage.room("sector", "centre") != old
        assert trail.noted == [Correction(SECTOR, Deed.LOST, None)]


async def test_many_at_once_wait_for_a_human_who_is_asked_once(stage: Stage) -> None:
    await stage.settle()
    rooms = [r for r, k in stage.registry.rooms(stage.commune.code).items() if k.kind != "private"]
    for room in rooms[: MOST_AT_ONCE + 1]:
        history(stage, room)
    trail, before = Trail(), len(stage.server.rooms)
    looks = enforcement(stage, trail)
    for _ in range(3):
        await looks(None)
    assert [d for d, _, _ in trail.deeds()] == [Deed.TOO_MANY]
    assert trail.noted[0].subject == str(MOST_AT_ONCE + 1)
    assert len(stage.server.rooms) == before
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()
    assert len(stage.server.rooms) == before + MOST_AT_ONCE + 1
    await looks(None)
    assert [d for d, _, _ in trail.deeds()] == [Deed.TOO_MANY]


async def test_killed_between_giving_up_and_making_anew(stage: Stage) -> None:
    await stage.settle()
    old = stage.room("sector", "centre")
    history(stage, old)
    stage.server.refuse = lambda r: MatrixError(500, "M_UNKNOWN", "") if r == "create" else None
    await enforcement(stage, Trail())(frozenset({old}))
    assert SECTOR not in stage.registry.rooms(stage.commune.code).values()
    assert stage.server.membership(old, user("bob")) == "join"
    stage.server.refuse = lambda request: None
    await enforcement(stage, Trail())(frozenset())
    assert stage.server.content(old, TOMBSTONE)["replacement_room"] == stage.room(
        "sector", "centre"
    )


async def test_while_somebody_applies_it_waits(stage: Stage) -> None:
    await stage.settle()
    old, busy = stage.room("sector", "centre"), [True]

    def alone() -> AbstractContextManager[None]:
        if busy:
            raise StoreError("occupé")
        return nullcontext()

    history(stage, old)
    looks = Enforcement(stage.provisioner(), Trail(), stage.commune.code, alone)
    await looks(frozenset({old}))
    assert stage.room("sector", "centre") == old
    busy.clear()
    await looks(frozenset())
    assert stage.room("sector", "centre") != old


async def test_the_old_room_is_emptied_in_the_end(stage: Stage) -> None:
    await stage.settle()
    old = stage.room("sector", "centre")
    history(stage, old)
    stage.server.member(old, "@mallory:here.test", "join", "@mallory:here.test")
    looks = enforcement(stage, Trail())
    await looks(frozenset({old}))
    assert stage.server.membership(old, "@mallory:here.test") == "leave"
    stage.server.everybody_joins()
    stage.now += READABLE_FOR
    await looks(None)
    assert stage.server.membership(old, user("bob")) == "leave"
    assert stage.server.membership(old, BOT) == "leave"
    assert stage.registry.retired_rooms(stage.commune.code) == []
    assert stage.server.membership(stage.room("sector", "centre"), user("bob")) == "join"


async def test_who_let_in_whoever_joined_is_asked_of_the_server(stage: Stage) -> None:
    await stage.settle()
    room, trail, mallory = stage.room("sector", "centre"), Trail(), "@mallory:here.test"
    stage.server.member(room, mallory, "join", mallory)
    event = stage.server.rooms[room]["m.room.member", mallory]
    stage.server.rooms[room]["m.room.member", mallory] = event._replace(replaces="$i")
    stage.server.senders["$i"] = user("dora")
    provisioner = stage.provisioner()
    await enforcement(stage, trail, provisioner)(frozenset({room}))
    assert trail.noted == [Correction(SECTOR, Deed.INVITED, user("dora"), mallory)]


@pytest.mark.parametrize("admin", [True, False])
async def test_a_server_that_says_yes_and_does_nothing(stage: Stage, admin: bool) -> None:
    await stage.settle()
    room, trail = stage.room("sector", "centre"), Trail()
    stage.server.put(room, "m.room.name", {"name": "Club"}, sender=user("dora"))
    stage.server.shadow_banned = True
    provisioner = stage.provisioner(admin=admin)
    await enforcement(stage, trail, provisioner)(frozenset({room}))
    assert [d for d, _, _ in trail.deeds()] == [Deed.SETTING, Deed.NO_EFFECT]
    is_put_right = stage.server.content(room, "m.room.name") != {"name": "Club"}
    assert is_put_right is admin


async def test_a_second_creator_makes_it_none_of_ours(stage: Stage) -> None:
    await stage.settle()
    room = stage.room("sector", "centre")
    creation = stage.server.content(room, "m.room.create")
    creation["additional_creators"] = [user("dora")]
    stage.server.rooms["!other"] = dict(stage.server.rooms[room])
    stage.server.put("!other", "m.room.create", creation)
    del stage.server.rooms[room]["m.room.create", ""].content["additional_creators"]
    survey = await stage.provisioner().plan()
    assert {r.room_id for r in survey.observed.rooms} >= {room}
    assert survey.plan.notices == ()


async def test_a_merged_sector_keeps_its_people_and_its_past(stage: Stage) -> None:
    await stage.settle()
    old, gare = stage.room("sector", "centre"), stage.room("sector", "gare")
    merged = Sector(SectorCode("gare"), "Gare", (SectorCode("centre"),))
    stage.commune = replace(stage.commune, sectors=(merged,))
    await enforcement(stage, Trail())(None)
    stage.server.everybody_joins()
    assert stage.server.membership(old, user("bob")) == "join"
    assert stage.server.content(old, TOMBSTONE)["replacement_room"] == gare
    await enforcement(stage, Trail())(None)
    for name, role, place in PEOPLE:
        if place == "centre":
            assert stage.server.membership(gare, user(name)) in ("invite", "join"), (name, role)
    assert stage.server.content(gare, "m.room.power_levels")["users"] == {user("anna"): 50}
    assert (await stage.provisioner(charters=False).plan()).plan.actions == ()
    stage.now += timedelta(days=1)
    stage.appoint("erik", Role.RESIDENT, "gare")
    provisioner = stage.provisioner()
    await provisioner.apply(await provisioner.plan())
    assert stage.server.membership(old, user("erik")) is None
