"""Lies about devices and identities, and about how many keys of the bot's own are left."""

from __future__ import annotations

import pytest

from pc_matrix.demo import commune as people
from pc_matrix.demo.commune import Character
from pc_matrix.homeserver import identity
from pc_matrix.homeserver.http import Json, client_path
from tests.live.lying import lies
from tests.live.lying.conftest import Lied, lamp, unique
from tests.live.town import flagged, reports

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
AMELIE, HELENE, ELISE, KARIM, CLAIRE, JOEL = (
    who.user_id
    for who in (
        people.AMELIE,
        people.HELENE,
        people.ELISE,
        people.KARIM,
        people.CLAIRE,
        people.JOEL,
    )
)


async def report_to(lied: Lied, who: Character) -> str:
    """A flagged fact, read by ``who``; its words."""
    mark = unique()
    await flagged(lied.place, lamp(mark))
    (found,) = await reports(await lied.place.phone(who), lied.place.authority(who), mark)
    assert found.was_sealed
    return mark


async def reads(lied: Lied, who: Character, mark: str) -> bool:
    """Whether any of his devices opened it."""
    phone = await lied.place.phone(who)
    return any(mark in seen.text for seen in await phone.read(lied.place.authority(who), 200))


async def test_officers_with_swapped_keys_and_forged_signatures(lied: Lied) -> None:
    await lied.relays()
    lied.liar.keys = {ELISE: lies.swapped("curve25519"), KARIM: lies.forged_signatures}
    await lied.liar.tell(lies.changed(ELISE, KARIM))
    before = lied.liar.proxy.keys_given(ELISE, KARIM)
    mark = await report_to(lied, people.CLAIRE)
    assert lied.liar.proxy.keys_given(ELISE, KARIM) == before
    for who in (people.ELISE, people.KARIM):
        assert not await reads(lied, who, mark)
        assert (await lied.incident("forged-device", user=who.user_id))["gravity"] == "grave"
    lied.liar.repent()
    await lied.liar.tell(lies.changed(ELISE, KARIM))
    mark = await lied.relays()
    assert len(await lied.at_the_authorities(mark)) == 3


async def test_a_resident_with_a_swapped_signing_key(lied: Lied) -> None:
    mark = unique()
    true = await lied.said(lamp(mark))
    lied.liar.keys = {AMELIE: lies.swapped("ed25519")}
    await lied.liar.tell(lies.changed(AMELIE))
    flag = await lied.forged_flag(true["event_id"], lied.sector, HELENE)
    assert await lied.place.outcome(flag) == "refused:unsigned-device"
    lied.liar.repent()
    await lied.liar.tell(lies.changed(AMELIE))
    await lied.relays()
    assert await lied.at_the_authorities(mark) == []


async def test_an_identity_of_the_servers_own(lied: Lied) -> None:
    await report_to(lied, people.KARIM)
    before = lied.liar.proxy.keys_given(KARIM)
    lied.liar.keys = {KARIM: lies.own_identity}
    await lied.liar.tell(lies.changed(KARIM))
    mark = await lied.relays()
    assert lied.liar.proxy.keys_given(KARIM) == before
    assert not await reads(lied, people.KARIM, mark)
    row = await lied.incident("identity-changed", user=KARIM)
    assert row["gravity"] == "grave"
    claire = await lied.place.phone(people.CLAIRE)
    told = await claire.wait_for(room_id=lied.place.private(people.CLAIRE), body_contains=KARIM)
    assert told.was_sealed
    lied.liar.repent()
    await lied.liar.tell(lies.changed(KARIM))
    await report_to(lied, people.KARIM)


async def test_an_old_device_list(lied: Lied) -> None:
    """Older than the identity that a human approved, it is noticed and gives nothing.

    Of the same identity it cannot be noticed. It gives nothing either: every device in it was
    signed by the person, and one that he has logged out has no inbox on the server any more.
    """
    old = await keys_of(lied, KARIM)
    await another_identity(lied, people.KARIM)
    await lied.place.commands.run("trust", "approve", KARIM, "--yes")
    await lied.liar.tell(lies.changed(KARIM))
    await report_to(lied, people.KARIM)
    before = lied.liar.proxy.keys_given(KARIM)
    lied.liar.keys = {KARIM: lies.replayed(old)}
    await lied.liar.tell(lies.changed(KARIM))
    mark = await lied.relays()
    assert lied.liar.proxy.keys_given(KARIM) == before
    assert not await reads(lied, people.KARIM, mark)
    listed = {row["user_id"]: row for row in await lied.place.identities()}
    assert listed[KARIM]["standing"] == "changed"
    lied.liar.repent()
    await lied.liar.tell(lies.changed(KARIM))
    await report_to(lied, people.KARIM)


async def keys_of(lied: Lied, user_id: str) -> Json:
    """What the honest server says of somebody's devices."""
    async with lied.place.as_user(user_id) as http:
        body: Json = {"device_keys": {user_id: []}}
        return await http.request("POST", client_path("keys", "query"), body)


async def another_identity(lied: Lied, who: Character) -> None:
    """A new identity, as Element's reset makes it; it signs the devices that are there."""
    answer = await keys_of(lied, who.user_id)
    (keys,) = answer["device_keys"][who.user_id].values()
    keys.pop("unsigned", None)
    async with lied.place.as_user(who.user_id) as http:
        new = identity.draw(who.user_id)
        await identity.publish(http, new, keys, lied.place.passwords[who.user_id])


async def test_lies_about_one_time_keys(lied: Lied) -> None:
    before = len(lied.liar.proxy.bodies("/keys/upload"))
    for count in (0, 10**9, 0, -5, 0, "x", 0, None, 0, 1.5, 0, True, 0):
        counts: Json = {"device_one_time_keys_count": {"signed_curve25519": count}}
        unused: Json = {"device_unused_fallback_key_types": []}
        await lied.liar.tell(lies.saying(counts | unused))
    assert len(lied.liar.proxy.bodies("/keys/upload")) - before <= 8
    await lied.incident("keys-drained")
    # Somebody who never wrote to the bot, and needs one of its keys for it.
    mark = unique()
    joel = await lied.place.phone(people.JOEL)
    said = await joel.send(lied.place.sector(people.JOEL), lamp(mark))
    await lied.liar.heard(said)
    await lied.forged_flag(said, lied.place.sector(people.JOEL), people.FATOU.user_id)
    elise = await lied.place.phone(people.ELISE)
    assert len(await reports(elise, lied.place.authority(people.ELISE), mark)) == 1
