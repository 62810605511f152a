"""Every way in that one server has, tried with pc-matrix down."""

from __future__ import annotations

from uuid import uuid4

import pytest

from pc_matrix.demo.commune import AMELIE, CLAIRE, ELISE, HELENE, MEHDI
from pc_matrix.homeserver.http import client_path
from policies.terms import RoomKind
from tests.live.guard.conftest import BOT, Place, membership, refusal

pytestmark = pytest.mark.live
NOT_GIVEN = "registre"
"""A word of the sentence that the guard tells, and that no other refusal has."""


async def test_every_way_in_is_the_registrys(place: Place) -> None:
    """One town for all of them: a server takes longer to start than to be attacked."""
    await known_people_get_in(place)
    await a_member_invites_a_stranger(place)
    await an_officer_is_invited_by_mistake(place)
    await whoever_stole_the_bots_rights_invites_nobody(place)
    await the_administrator_forces_nobody_in(place)
    await nobody_knocks_where_nobody_may(place)
    await an_address_is_not_invited(place)
    await other_rooms_are_as_they_were(place)
    await without_a_snapshot_people_talk_and_leave(place)
    await an_altered_and_an_older_snapshot_admit_nobody(place)


async def known_people_get_in(place: Place) -> None:
    """All invitations of ``apply`` passed the guard, those of ``createRoom`` too."""
    for who in (AMELIE, HELENE, MEHDI):
        assert await place.join(who, place.sector) == ""
    assert await place.join(ELISE, place.rooms[RoomKind.AUTHORITY, "gendarmerie"]) == ""
    assert await place.join(CLAIRE, place.rooms[RoomKind.PRIVATE, CLAIRE.user_id]) == ""


async def a_member_invites_a_stranger(place: Place) -> None:
    await place.change(place.sector, "m.room.power_levels", invite=0)
    stranger = await place.stranger()
    async with place.as_user(AMELIE) as http:
        invite = client_path("rooms", place.sector, "invite")
        assert NOT_GIVEN in await refusal(http, "POST", invite, {"user_id": stranger})
        path = client_path("rooms", place.sector, "state", "m.room.member", stranger)
        assert NOT_GIVEN in await refusal(http, "PUT", path, {"membership": "invite"})
        # Whom the registry knows, a member may invite: it changes nothing.
        other = {"user_id": place_of_centre(place)}
        assert await refusal(http, "POST", invite, other) == ""
        assert await membership(http, place.sector, stranger) == ""


def place_of_centre(place: Place) -> str:
    return f"@camille.roussel:{AMELIE.user_id.partition(':')[2]}"


async def an_officer_is_invited_by_mistake(place: Place) -> None:
    async with place.as_user(HELENE) as http:
        invite = client_path("rooms", place.sector, "invite")
        assert NOT_GIVEN in await refusal(http, "POST", invite, {"user_id": ELISE.user_id})
        assert await membership(http, place.sector, ELISE.user_id) == ""


async def whoever_stole_the_bots_rights_invites_nobody(place: Place) -> None:
    stranger = await place.stranger()
    async with place.as_user(BOT) as http:
        invite = client_path("rooms", place.sector, "invite")
        assert NOT_GIVEN in await refusal(http, "POST", invite, {"user_id": stranger})


async def the_administrator_forces_nobody_in(place: Place) -> None:
    """Even into a room that he opened to everybody: the admin API's join, and a plain one."""
    stranger = await place.stranger()
    await place.change(place.sector, "m.room.join_rules", join_rule="public")
    assert NOT_GIVEN in await place.force_in(stranger, place.sector)
    assert NOT_GIVEN in await place.join(stranger, place.sector)
    async with place.admin_http() as http:
        assert NOT_GIVEN in await refusal(http, "POST", client_path("join", place.sector), {})
    # He may force in whom the registry knows.
    assert await place.force_in(place_of_centre(place), place.sector) == ""


async def nobody_knocks_where_nobody_may(place: Place) -> None:
    stranger = await place.stranger()
    await place.change(place.sector, "m.room.join_rules", join_rule="knock")
    async with place.as_user(stranger) as http:
        assert "mairie" in await refusal(http, "POST", client_path("knock", place.sector), {})
    await place.change(place.sector, "m.room.join_rules", join_rule="invite")


async def an_address_is_not_invited(place: Place) -> None:
    async with place.as_user(BOT) as http:
        kind, token = "m.room.third_party_invite", uuid4().hex
        path = client_path("rooms", place.sector, "state", kind, token)
        key = {"public_key": "a" * 43, "key_validity_url": "https://exemple.test/valid"}
        content = {"display_name": "x@…", **key}
        assert await refusal(http, "PUT", path, content) != ""


async def other_rooms_are_as_they_were(place: Place) -> None:
    stranger = await place.stranger()
    kept = place.snapshot.read_bytes()
    place.snapshot.unlink()
    async with place.as_user(MEHDI) as http:
        body = {"preset": "public_chat", "invite": [stranger]}
        room = str((await http.request("POST", client_path("createRoom"), body))["room_id"])
    assert await place.join(stranger, room) == ""
    assert await place.force_in(ELISE.user_id, room) == ""
    place.snapshot.write_bytes(kept)


async def without_a_snapshot_people_talk_and_leave(place: Place) -> None:
    kept = place.snapshot.read_bytes()
    place.snapshot.unlink()
    async with place.as_user(AMELIE) as http:
        room = place.sector
        send = client_path("rooms", room, "send", "m.room.message", uuid4().hex)
        await http.request("PUT", send, {"msgtype": "m.text", "body": "Bonjour"})
        name = client_path("profile", AMELIE.user_id, "displayname")
        await http.request("PUT", name, {"displayname": "Amélie L."})
        await http.request("POST", client_path("rooms", room, "leave"), {})
        assert await refusal(http, "POST", client_path("join", room), {}) != ""
    async with place.as_user(BOT) as http:
        whom = {"user_id": MEHDI.user_id}
        await http.request("POST", client_path("rooms", room, "kick"), whom)
        assert await refusal(http, "POST", client_path("rooms", room, "invite"), whom) != ""
        assert await membership(http, room, AMELIE.user_id) == "leave"
    place.snapshot.write_bytes(kept)
    # pc-matrix is down all the while; its last word is enough.
    async with place.as_user(BOT) as http:
        assert await refusal(http, "POST", client_path("rooms", room, "invite"), whom) == ""
    assert await place.join(MEHDI, room) == ""


async def an_altered_and_an_older_snapshot_admit_nobody(place: Place) -> None:
    kept = place.snapshot.read_bytes()
    stranger = await place.stranger()
    invite = client_path("rooms", place.sector, "invite")
    async with place.as_user(BOT) as http:
        altered = kept.replace(AMELIE.user_id.encode(), stranger.encode())
        assert altered != kept
        place.snapshot.write_bytes(altered)
        for user_id in (stranger, AMELIE.user_id):
            assert await refusal(http, "POST", invite, {"user_id": user_id}) != ""

        place.snapshot.write_bytes(kept)
        await revoke(place, AMELIE.user_id)
        newer = place.snapshot.read_bytes()
        assert newer != kept
        assert NOT_GIVEN in await refusal(http, "POST", invite, {"user_id": AMELIE.user_id})
        place.snapshot.write_bytes(kept)
        assert await refusal(http, "POST", invite, {"user_id": AMELIE.user_id}) != ""
        place.snapshot.write_bytes(newer)
        assert NOT_GIVEN in await refusal(http, "POST", invite, {"user_id": AMELIE.user_id})


async def revoke(place: Place, user_id: str) -> None:
    """The town hall ends a mandate, and the registry's new word is written."""
    await place.commands.run("registry", "revoke", user_id)
    await place.commands.status("--json", "apply", "--yes")
