"""Whom the town hall ends by name goes at once, and so do ends that were announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pc_matrix.errors import BrakeError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning import Provisioner
from pc_matrix.provisioning.reports import EnforceReport
from policies.brake import BrakeReason, Sizes
from policies.ends import EndedBy, EndNote
from policies.meant import LONG_BEFORE
from policies.terms import Role, RoomId
from tests.policies.worlds import user
from tests.provisioning.conftest import SINCE, Stage

EVERYBODY = ["anna", "bob", "carl", "dora", "maire"]


def end(stage: Stage, *names: str, by: EndedBy | None = None, apart: int = 0) -> None:
    """By ``by``, or by nobody who is known; ``apart`` minutes lie between two of them."""
    for n, name in enumerate(names):
        at = stage.now - timedelta(minutes=apart * n)
        note = EndNote(at, by) if by else None
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now, note=note)


def inside(stage: Stage, room: RoomId, *names: str) -> set[str]:
    return {n for n in names if stage.server.membership(room, user(n)) in ("join", "invite")}


async def settled(stage: Stage) -> tuple[Provisioner, RoomId]:
    await stage.settle()
    provisioner = stage.provisioner()
    await provisioner.enforce()
    return provisioner, stage.room("sector", "centre")


def people_before(stage: Stage) -> int | None:
    return stage.registry.kept(stage.commune.code).people


@pytest.mark.parametrize("by", [EndedBy.TOWN_HALL, EndedBy.HOLDER])
async def test_two_of_five_are_revoked_and_go_at_once(stage: Stage, by: EndedBy) -> None:
    provisioner, sector = await settled(stage)
    end(stage, "bob", "carl", by=by)
    report = await provisioner.enforce()
    assert report.braked is None
    assert inside(stage, sector, *EVERYBODY) == {"anna"}
    assert people_before(stage) == 3
    # What a file ended is stopped as before: two of three.
    end(stage, "anna", "dora")
    assert (await provisioner.enforce()).braked is not None
    assert inside(stage, sector, "anna") == {"anna"}


async def test_a_revocation_does_not_wait_for_what_the_brake_holds(stage: Stage) -> None:
    provisioner, sector = await settled(stage)
    end(stage, "anna", "dora", "maire")
    held = await provisioner.enforce()
    assert held.braked is not None
    assert held.done == ()
    end(stage, "bob", by=EndedBy.TOWN_HALL)
    report = await provisioner.enforce()
    assert report.braked is not None
    assert report.braked.removed == 3
    assert inside(stage, sector, "anna", "bob", "carl") == {"anna", "carl"}
    space = stage.room("commune-space")
    assert inside(stage, space, "anna", "bob", "carl") == {"anna", "carl"}
    assert (await provisioner.enforce()).done == ()


async def test_naming_one_of_those_whom_the_brake_holds_lets_him_go(stage: Stage) -> None:
    provisioner, sector = await settled(stage)
    end(stage, "anna", "bob", "carl")
    assert (await provisioner.enforce()).braked is not None
    named = EndNote(stage.now, EndedBy.TOWN_HALL)
    assert stage.registry.name_ends(stage.commune.code, user("bob"), named) == 1
    report = await provisioner.enforce()
    assert report.braked is not None
    assert report.braked.removed == 2
    assert inside(stage, sector, "anna", "bob", "carl") == {"anna", "carl"}


async def test_whom_the_brake_held_waits_though_fewer_are_left_or_one_room_is_looked_at(
    stage: Stage,
) -> None:
    for n in range(15):
        stage.appoint(f"reste{n}", Role.RESIDENT, "gare")
    names = [f"voisin{n}" for n in range(6)]
    for name in names:
        stage.appoint(name, Role.RESIDENT, "centre")
    provisioner, sector = await settled(stage)
    end(stage, "anna", *names[:5])
    assert (await provisioner.enforce()).braked is not None
    meeting = stage.room("referents")  # in which one of them is alone
    assert (await provisioner.enforce(frozenset({meeting}))).braked is not None
    assert inside(stage, meeting, "anna") == {"anna"}
    gare = stage.room("sector", "gare")
    assert (await provisioner.enforce(frozenset({gare}))).braked is None
    named = EndNote(stage.now, EndedBy.TOWN_HALL)
    stage.registry.name_ends(stage.commune.code, user("voisin0"), named)
    report = await provisioner.enforce()
    assert report.braked is not None
    assert inside(stage, sector, *names) == set(names[1:])
    # A human agrees; then it is over, and one person goes as on any other day.
    await provisioner.apply(await provisioner.plan(), 5)
    assert (await provisioner.enforce()).braked is None
    end(stage, "voisin5")
    assert (await provisioner.enforce()).braked is None
    assert inside(stage, sector, *names) == set()


async def test_apply_puts_out_whom_the_town_hall_revoked_and_stops_for_the_others(
    stage: Stage,
) -> None:
    provisioner, sector = await settled(stage)
    end(stage, "anna", "dora", "maire")
    end(stage, "bob", by=EndedBy.TOWN_HALL)
    with pytest.raises(BrakeError) as caught:
        await provisioner.apply(await provisioner.plan())
    what, why, _ = caught.value.diagnostics()
    assert "3 personnes sur 5" in what
    assert "Seuls ont lieu les départs décidés" in why
    assert "(1 personne)" in why
    assert inside(stage, sector, "anna", "bob", "carl") == {"anna", "carl"}
    with pytest.raises(BrakeError) as again:
        await provisioner.apply(await provisioner.plan())
    assert "Rien n'a été fait." in again.value.diagnostics()[1]


async def test_a_program_that_revokes_many_is_stopped(stage: Stage) -> None:
    names = [f"voisin{n}" for n in range(6)]
    for name in [*names, *(f"reste{n}" for n in range(6))]:
        stage.appoint(name, Role.RESIDENT, "centre")
    provisioner, sector = await settled(stage)
    end(stage, *names, by=EndedBy.TOWN_HALL, apart=1)
    report = await provisioner.enforce()
    assert report.braked is not None
    assert (report.braked.why, report.braked.removed) == (BrakeReason.TOO_MANY, 6)
    assert inside(stage, sector, *names) == set(names)


async def test_a_person_a_quarter_of_an_hour_is_no_program(stage: Stage) -> None:
    names = [f"voisin{n}" for n in range(6)]
    for name in names:
        stage.appoint(name, Role.RESIDENT, "centre")
    provisioner, sector = await settled(stage)
    end(stage, *names, by=EndedBy.TOWN_HALL, apart=15)
    assert (await provisioner.enforce()).braked is None
    assert inside(stage, sector, *names) == set()


async def yearly(stage: Stage, written: timedelta) -> EnforceReport:
    """Everybody's mandate ends at one minute; ``written`` before it comes. The next look."""
    provisioner, _ = await settled(stage)
    until = stage.now + timedelta(hours=1)
    for mandate in stage.registry.directory(stage.commune).mandates:
        stage.registry.add_mandate(
            stage.commune.code, replace(mandate, until=until), until - written
        )
    assert (await provisioner.enforce()).done == ()
    stage.now = until
    return await provisioner.enforce()


async def test_mandates_of_a_year_end_together_at_their_minute(stage: Stage) -> None:
    report = await yearly(stage, LONG_BEFORE)
    assert report.braked is None
    assert not report.failed
    for kind, code in (("sector", "centre"), ("authority", "mairie"), ("commune-space", "")):
        assert inside(stage, stage.room(kind, code), *EVERYBODY) == set()
    assert people_before(stage) == 0


async def test_an_end_that_a_file_brought_yesterday_waits_for_a_human(stage: Stage) -> None:
    report = await yearly(stage, timedelta(days=1))
    assert report.braked is not None
    assert report.braked.why is BrakeReason.EMPTIED
    assert inside(stage, stage.room("sector", "centre"), "anna", "bob") == {"anna", "bob"}


async def test_who_went_as_was_decided_does_not_make_the_registry_doubted(stage: Stage) -> None:
    """Six of ten by their date, then two by a file: that is not half of the registry."""
    names = [f"voisin{n}" for n in range(15)]
    for name in names:
        stage.appoint(name, Role.RESIDENT, "centre")
    provisioner, sector = await settled(stage)
    end(stage, *names[:11], by=EndedBy.HOLDER)
    end(stage, *names[11:13])
    report = await provisioner.enforce()
    assert report.braked is None
    assert inside(stage, sector, *names) == set(names[13:])
    assert people_before(stage) == 9
    end(stage, "bob", "carl", "maire", *names[13:])
    held = (await provisioner.enforce()).braked
    assert held is not None
    assert held.sizes == Sizes(2, 9)
    assert held.why is BrakeReason.SHRANK


async def test_who_is_erased_goes_at_once_and_nothing_is_kept_of_him(stage: Stage) -> None:
    provisioner, sector = await settled(stage)
    end(stage, "anna", "dora", "maire")
    assert (await provisioner.enforce()).braked is not None
    code = stage.commune.code
    for name in ("bob", "carl"):
        stage.registry.erase(code, user(name), stage.now)
    assert set(stage.registry.directory(stage.commune).erased) == {user("bob"), user("carl")}
    report = await provisioner.enforce()
    assert report.braked is not None
    assert report.braked.removed == 3
    assert inside(stage, sector, "anna", "bob", "carl") == {"anna"}
    assert stage.registry.directory(stage.commune).erased == {}


async def test_apply_forgets_who_was_erased_once_he_is_out(stage: Stage) -> None:
    provisioner, sector = await settled(stage)
    stage.registry.erase(stage.commune.code, user("bob"), stage.now)
    stage.registry.erase(stage.commune.code, user("carl"), stage.now)
    refusal = MatrixError(403, "M_FORBIDDEN", "no")
    stage.server.refuse = lambda r: refusal if r.startswith("kick") else None
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed
    assert len(stage.registry.directory(stage.commune).erased) == 2
    stage.server.refuse = lambda r: None
    await provisioner.apply(await provisioner.plan())
    assert inside(stage, sector, "bob", "carl") == set()
    assert stage.registry.directory(stage.commune).erased == {}


async def test_a_registry_of_another_day_that_lacks_people_is_still_doubted(stage: Stage) -> None:
    provisioner, sector = await settled(stage)
    for name in ("bob", "carl", "anna"):
        stage.registry.erase(stage.commune.code, user(name), SINCE)
    stage.registry.forget_farewells(stage.commune.code)  # as if they had never been in it
    assert (await provisioner.enforce()).braked is not None
    assert inside(stage, sector, "anna", "bob", "carl") == {"anna", "bob", "carl"}
