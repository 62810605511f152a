"""Rooms made anew on request or for a newer version; a bot without power in an old one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pc_matrix.errors import InputError, SettingsError, StalePlan
from pc_matrix.homeserver.http import MatrixError
from policies.corrections import Correction, Deed
from policies.damage import TOMBSTONE
from policies.terms import RoomId
from tests.policies.worlds import user
from tests.provisioning.conftest import Stage
from tests.provisioning.fakes import BOT
from tests.provisioning.test_cli import Town, town
from tests.provisioning.test_rebuild import SECTOR, Trail, enforcement

__all__ = ["town"]
MALLORY = "@mallory:here.test"


def settle(town: Town) -> RoomId:
    assert town.run("apply", "--yes").exit_code == 0
    town.stage.server.everybody_joins()
    return town.stage.room("sector", "centre")


def is_replaced(stage: Stage, old: RoomId) -> bool:
    new = stage.room("sector", "centre")
    server = stage.server
    return (
        new != old
        and server.content(old, TOMBSTONE)["replacement_room"] == new
        and server.membership(new, user("bob")) == "invite"
        and server.membership(old, user("bob")) == "join"
        and server.content(old, "m.room.power_levels")["events_default"] >= 100
    )


def test_a_room_is_made_anew_when_it_is_asked_for(town: Town) -> None:
    old = settle(town)
    shown = town.run("plan", "--replace", "Centre")
    assert shown.exit_code == 2
    for words in (
        "vous avez demandé un salon neuf",
        "peut le lire 30 jours",
        "personne ne retrouve l'ancien historique",
        "inviter Bob",
        "1 salon à fermer",
        "pc-matrix plan --replace secteur:centre --output",
    ):
        assert words in " ".join(shown.stdout.replace("│", "").split())
    assert town.stage.room("sector", "centre") == old
    assert town.run("apply", "--yes", "--replace", "centre").exit_code == 0
    assert is_replaced(town.stage, old)
    # Asked for once, done once.
    assert town.run("plan").exit_code == 0


def test_what_was_asked_for_is_kept_in_the_plans_file(town: Town) -> None:
    old = settle(town)
    file = town.folder / "p.json"
    assert town.run("plan", "--replace", "secteur:centre", "-o", str(file)).exit_code == 2
    assert town.run("apply", str(file), "--replace", "gare", "--yes").exit_code == 2
    assert town.run("apply", str(file), "--yes").exit_code == 0
    assert is_replaced(town.stage, old)
    assert isinstance(town.run("apply", str(file), "--yes").exception, StalePlan)


def test_a_name_that_is_no_room_or_two_touches_nothing(town: Town) -> None:
    settle(town)
    requests = len(town.stage.server.rooms)
    assert isinstance(town.run("apply", "--replace", "gart", "--yes").exception, InputError)
    sectors = town.stage.commune.sectors
    same = replace(sectors[0], name="Mairie")
    town.stage.commune = replace(town.stage.commune, sectors=(same, *sectors[1:]))
    twice = town.run("plan", "--replace", "mairie").exception
    assert isinstance(twice, InputError)
    assert "secteur:centre, autorite:mairie" in twice.remedy
    assert len(town.stage.server.rooms) == requests


def test_killed_after_giving_up_the_next_apply_makes_one_room(town: Town) -> None:
    old = settle(town)
    server = town.stage.server
    server.refuse = lambda r: MatrixError(500, "M_UNKNOWN", "") if r == "create" else None
    town.run("apply", "--yes", "--replace", "centre")
    server.refuse = lambda request: None
    rooms = len(server.rooms)
    assert town.run("apply", "--yes").exit_code == 0
    assert len(server.rooms) == rooms + 1
    assert is_replaced(town.stage, old)


def test_a_newer_version_waits_for_apply_and_for_a_server_that_knows_it(town: Town) -> None:
    old = settle(town)
    town.stage.commune = replace(town.stage.commune, room_version="14")
    refused = town.run("apply", "--yes")
    assert isinstance(refused.exception, SettingsError)
    assert "11, 12, 13" in refused.exception.why
    assert town.stage.room("sector", "centre") == old
    town.stage.commune = replace(town.stage.commune, room_version="13")
    shown = " ".join(town.run("plan").stdout.replace("│", "").split())
    assert "plus ancienne que celle" in shown
    assert town.run("apply", "--yes").exit_code == 0
    assert is_replaced(town.stage, old)
    creation = town.stage.server.content(town.stage.room("sector", "centre"), "m.room.create")
    assert creation["room_version"] == "13"
    assert town.run("plan").exit_code == 0


async def test_the_running_bot_makes_no_room_anew_for_its_version(stage: Stage) -> None:
    await stage.settle()
    old, trail = stage.room("sector", "centre"), Trail()
    stage.commune = replace(stage.commune, room_version="13")
    await enforcement(stage, trail)(None)
    assert (stage.room("sector", "centre"), trail.noted) == (old, [])


def age(stage: Stage, room: RoomId, **levels: int) -> None:
    """The room was made long ago: the bot's power stands in its levels."""
    creation = stage.server.content(room, "m.room.create")
    stage.server.put(room, "m.room.create", {**creation, "room_version": "11"})
    has = stage.server.content(room, "m.room.power_levels")
    capped = {k: min(v, 100) for k, v in has["events"].items()}
    users = {name if ":" in name else user(name): level for name, level in levels.items()}
    stage.server.put(room, "m.room.power_levels", {**has, "events": capped, "users": users})


async def test_in_an_old_room_the_bot_keeps_its_power(stage: Stage) -> None:
    await stage.settle()
    room = stage.room("sector", "centre")
    age(stage, room, bot=100, bob=50)
    await stage.provisioner().enforce()
    levels = stage.server.content(room, "m.room.power_levels")
    assert levels["users"] == {user("anna"): 50, BOT: 100}
    assert max(levels["events"].values()) == 100
    assert (await stage.provisioner().enforce()).done == ()


async def test_a_bot_without_power_gets_it_back_from_the_server(stage: Stage) -> None:
    await stage.settle()
    room, trail = stage.room("sector", "centre"), Trail()
    looks = enforcement(stage, trail)
    await looks(None)
    age(stage, room, bot=0, bob=100)
    stage.server.put(room, "m.room.name", {"name": "Club"}, sender=user("bob"))
    await looks(frozenset({room}))
    levels = stage.server.content(room, "m.room.power_levels")
    assert levels["users"] == {user("anna"): 50, BOT: 100}
    assert stage.server.content(room, "m.room.name") != {"name": "Club"}
    assert Deed.UNPOWERED in {one.deed for one in trail.noted}


@pytest.mark.parametrize("admin", [True, False])
async def test_what_cannot_be_given_back_is_told_once_and_the_rest_goes_on(
    stage: Stage, *, admin: bool
) -> None:
    await stage.settle()
    room, other, trail = stage.room("sector", "centre"), stage.room("sector", "gare"), Trail()
    looks = enforcement(stage, trail, stage.provisioner(admin=admin))
    await looks(None)
    age(stage, room, bot=0)
    before = len(stage.server.requests)
    for where in (room, other):
        stage.server.put(where, "m.room.name", {"name": "Club"})
    for _ in range(3):
        await looks(None, moved=frozenset({room, other}))
    assert [one for one in trail.noted if one.deed is Deed.POWERLESS] == [
        Correction(SECTOR, Deed.POWERLESS, None)
    ]
    assert stage.server.content(other, "m.room.name") != {"name": "Club"}
    # Nothing else is tried where it would be refused.
    assert stage.server.content(room, "m.room.name") == {"name": "Club"}
    assert "set m.room.power_levels" not in stage.server.requests[before:]
    # The remedy that is told is one: a new room; the old one is written down as not closed.
    provisioner = stage.provisioner()
    assert (await provisioner.apply(await provisioner.plan())).failed == ()
    assert stage.room("sector", "centre") != room
    rows = {row.action for row in stage.registry.audits(stage.commune.code, 50)}
    assert "retired.powerless" in rows


def test_the_file_gives_a_version_that_is_one(tmp_path: Path) -> None:
    from pc_matrix.settings.commune_file import _OptionsTable

    for version in ("11", "13"):
        assert _OptionsTable(room_version=version).room_version == version
    with pytest.raises(ValueError, match="pattern"):
        _OptionsTable(room_version="10")
