"""Applying a plan: whole, in order, past failures, and never twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pc_matrix.errors import AccessDenied, BrakeError, ServerUnreachable
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning import Image
from pc_matrix.registry import AccountState
from policies.actions import InvitePerson, KickPerson, PinCharter, PostCharter, SetAvatar
from policies.brake_limits import BrakeLimits
from policies.terms import EventId, Role, RoomKind, UserId
from tests.policies.worlds import user
from tests.provisioning.conftest import PEOPLE, Stage
from tests.provisioning.fakes import BOT


async def test_everything_is_made_and_a_second_plan_is_empty(stage: Stage) -> None:
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()
    assert {account.user_id for account in report.accounts} == {user(n) for n, *_ in PEOPLE}
    assert BOT in stage.server.lifted
    await provisioner.hand_over(report.accounts)
    again = await provisioner.plan()
    assert again.plan.actions == ()
    before = len(stage.server.requests)
    assert (await provisioner.apply(again)).done == ()
    assert len(stage.server.requests) == before


async def test_rooms_carry_everything_from_their_creation(stage: Stage) -> None:
    await stage.settle()
    later = {r for r in stage.server.requests if r.startswith("set")}
    assert later == {"set m.space.child", "set m.room.pinned_events"}
    sector = stage.room("sector", "centre")
    assert stage.server.content(sector, "m.room.power_levels")["users"] == {user("anna"): 50}
    space = stage.room("commune-space")
    assert stage.server.content(sector, "m.space.parent", space)["canonical"] is True
    assert stage.server.content(space, "m.space.child", sector)["via"] == ["here.test"]
    assert stage.server.membership(sector, "@dora:here.test") is None


async def test_passwords_are_told_once_and_drawn_again_when_nobody_saw_them(stage: Stage) -> None:
    provisioner = stage.provisioner()
    first = await provisioner.apply(await provisioner.plan())
    second = await provisioner.apply(await provisioner.plan())
    assert {a.user_id for a in second.accounts} == {a.user_id for a in first.accounts}
    for account in second.accounts:
        assert stage.server.passwords[account.user_id] == ""
        assert account.user_id in stage.server.locked
        assert account.password not in repr(account)
        assert len(account.password) == 19
    await provisioner.hand_over(second.accounts)
    assert stage.server.locked == set()
    assert {a.user_id: a.password for a in second.accounts} == stage.server.passwords
    assert (await provisioner.plan()).plan.actions == ()
    state = stage.registry.account_state(stage.commune.code, user("anna"))
    assert state is AccountState.HANDED_OVER


async def test_an_account_that_was_there_before_is_not_touched(stage: Stage) -> None:
    stage.server.passwords[user("anna")] = "her own"
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert user("anna") not in {account.user_id for account in report.accounts}
    assert stage.server.passwords[user("anna")] == "her own"


async def test_without_an_admin_no_account_is_made_and_invitations_go_ten_at_a_time(
    stage: Stage,
) -> None:
    for n in range(14):
        stage.appoint(f"r{n}", Role.RESIDENT, "gare")
    provisioner = stage.provisioner(admin=False)
    report = await provisioner.apply(await provisioner.plan())
    assert (report.failed, report.accounts) == ((), ())
    assert len([r for r in stage.server.requests if r.startswith("invite")]) >= 4
    assert (await provisioner.plan()).plan.actions == ()


async def test_goes_on_past_a_failure_and_tries_once_more(stage: Stage) -> None:
    await stage.settle()
    stage.appoint("erik", Role.RESIDENT, "gare")
    stage.appoint("fred", Role.RESIDENT, "gare")
    refusals = iter([MatrixError(429, "M_LIMIT_EXCEEDED", "")])
    stage.server.refuse = lambda r: next(refusals, None) if r.startswith("invite") else None
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()
    assert len([a for a in report.done if isinstance(a, InvitePerson)]) == 4
    # Accounts made in the first go are told once, with the password that holds.
    assert len(report.accounts) == len({account.user_id for account in report.accounts})
    await provisioner.hand_over(report.accounts)
    assert all(stage.server.passwords[a.user_id] == a.password for a in report.accounts)


async def test_what_stays_refused_is_told(stage: Stage) -> None:
    await stage.settle()
    stage.appoint("erik", Role.RESIDENT, "gare")
    refusal = MatrixError(403, "M_FORBIDDEN", "no")
    stage.server.refuse = lambda r: refusal if r.startswith("invite") else None
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert {(type(f.action), f.reason) for f in report.failed} == {(InvitePerson, "M_FORBIDDEN")}
    stage.server.refuse = lambda r: None
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()


async def test_a_server_that_goes_away_stops_the_work(stage: Stage) -> None:
    gone = ServerUnreachable("parti")
    stage.server.refuse = lambda r: gone if r == "create" else None
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed  # the creations; nothing was there to link or to post to
    stage.server.refuse = lambda r: gone if r in ("create", "all") else None
    with pytest.raises(ServerUnreachable):
        await provisioner.plan()
    stage.server.refuse = lambda r: None
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()


async def test_a_createroom_that_fails_halfway_is_kept_and_completed(stage: Stage) -> None:
    real = stage.server.create

    async def broken(body: dict[str, object]) -> str:
        await real(body)
        raise ServerUnreachable("réponse perdue")

    stage.server.create = broken  # type: ignore[method-assign]
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()
    assert len(stage.server.rooms) == len(stage.registry.rooms(stage.commune.code))
    await provisioner.hand_over(report.accounts)
    assert (await provisioner.plan()).plan.actions == ()


async def test_the_brake_comes_before_everything(stage: Stage) -> None:
    await stage.settle()
    for name, *_ in PEOPLE[:3]:
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    provisioner = stage.provisioner()
    survey = await provisioner.plan()
    before = list(stage.server.requests)
    with pytest.raises(BrakeError):
        await provisioner.apply(survey)
    assert stage.server.requests == before
    report = await provisioner.apply(survey, allow_removals=3)
    kicked = {a.user_id for a in report.done if isinstance(a, KickPerson)}
    assert kicked == {user("anna"), user("bob"), user("carl")}
    assert stage.server.membership(stage.room("sector", "centre"), user("bob")) == "leave"


async def test_charters_that_could_not_be_posted_are_told(stage: Stage) -> None:
    async def nobody() -> int:
        raise AccessDenied("pas de session")

    stage.post_charters = nobody  # type: ignore[method-assign]
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert {(type(f.action), f.reason) for f in report.failed} == {
        (PostCharter, "pas de session"),
        (PinCharter, "la charte n'y est pas encore publiée"),
    }
    assert {a.why for a in (await provisioner.plan()).plan.actions if isinstance(a, PostCharter)}


async def test_every_change_leaves_an_audit_row(stage: Stage) -> None:
    await stage.settle()
    rows = [(row.action, row.note) for row in stage.registry.audits(stage.commune.code, 100)]
    assert ("create-room", "room-missing") in rows
    assert ("make-account", "no-account") in rows


@pytest.mark.parametrize(
    ("has_sliding", "first", "last"), [(True, "all", "all"), (False, "joined", "state")]
)
async def test_a_refused_question_is_no_empty_answer(
    stage: Stage, has_sliding: bool, first: str, last: str
) -> None:
    await stage.settle()
    stage.server.has_sliding = has_sliding
    stage.server.refuse = lambda r: MatrixError(429, "M_LIMIT_EXCEEDED", "") if r == last else None
    with pytest.raises(ServerUnreachable):
        await stage.provisioner().plan()
    # The bot is not stopped by it, as it would be by a token that is revoked.
    with pytest.raises(MatrixError):
        await stage.provisioner().enforce()
    stage.server.refuse = lambda r: MatrixError(403, "M_FORBIDDEN", "") if r == first else None
    with pytest.raises(AccessDenied):
        await stage.provisioner().plan()


async def test_foreign_people_are_left_out_and_said(stage: Stage) -> None:
    stage.appoint("zoe:elsewhere.test", Role.RESIDENT, "centre")
    await stage.settle()
    invited = {who for state in stage.server.rooms.values() for _, who in state}
    assert UserId("@zoe:elsewhere.test") not in invited


@pytest.mark.parametrize(
    ("names", "before", "why", "remedy"),
    [
        (["anna", "bob"], None, "la limite de la commune : 1 d'un coup", "pc-matrix plan"),
        (["anna", "bob", "carl", "dora", "maire"], None, "il a été vidé", "registry list"),
        (
            ["anna", "bob"],
            6,
            "donnait un salon à 6 personnes ; il n'en reste que 3",
            "Un tableau incomplet",
        ),
    ],
)
async def test_the_brake_says_why_and_what_to_do(
    stage: Stage, names: list[str], before: int | None, why: str, remedy: str
) -> None:
    await stage.settle()
    stage.commune = replace(stage.commune, brake=BrakeLimits(1, 1.0))
    if before is not None:
        stage.registry.note_applied(stage.commune.code, before, stage.now)
    for name in names:
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    provisioner = stage.provisioner()
    with pytest.raises(BrakeError) as caught:
        await provisioner.apply(await provisioner.plan())
    what, reason, todo = caught.value.diagnostics()
    assert f"{len(names)} personne" in what
    assert why in reason
    assert remedy in todo
    assert f"--allow-removals {len(names)}" in todo


async def test_a_larger_share_and_a_smaller_permission_are_told_too(stage: Stage) -> None:
    await stage.settle()
    for name in ("anna", "bob"):
        stage.registry.end_mandates(stage.commune.code, user(name), stage.now)
    provisioner = stage.provisioner()
    survey = await provisioner.plan()
    with pytest.raises(BrakeError, match="Arrêt par prudence") as caught:
        await provisioner.apply(survey)
    assert "20 % (« share » dans communes/59999.toml" in caught.value.why
    with pytest.raises(BrakeError) as caught:
        await provisioner.apply(survey, allow_removals=1)
    assert "plus que le nombre que « --allow-removals » accepte" in caught.value.why


async def test_an_apply_remembers_how_many_people_there_were_and_a_braked_one_does_not(
    stage: Stage,
) -> None:
    code = stage.commune.code
    await stage.settle()
    assert stage.registry.kept(code).people == 5
    for name in ("anna", "bob", "carl"):
        stage.registry.end_mandates(code, user(name), stage.now)
    provisioner = stage.provisioner()
    survey = await provisioner.plan()
    with pytest.raises(BrakeError):
        await provisioner.apply(survey)
    assert stage.registry.kept(code).people == 5
    await provisioner.apply(survey, allow_removals=3)
    assert stage.registry.kept(code).people == 2


async def test_each_picture_is_uploaded_once_whatever_the_number_of_rooms(stage: Stage) -> None:
    await stage.settle()
    assert len(stage.server.uploads) == len(set(stage.server.uploads)) == len(RoomKind)
    shown = {
        key.kind: stage.server.content(room, "m.room.avatar")["url"]
        for room, key in stage.registry.rooms(stage.commune.code).items()
    }
    assert len(set(shown.values())) == len(RoomKind)


async def test_the_communes_own_picture_takes_the_place_of_ours(stage: Stage) -> None:
    await stage.settle()
    stage.pictures = {**stage.pictures, RoomKind.SECTOR: Image(b"own", "image/jpeg")}
    provisioner = stage.provisioner()
    survey = await provisioner.plan()
    assert {(type(a), a.key.kind) for a in survey.plan.actions if isinstance(a, SetAvatar)} == {
        (SetAvatar, RoomKind.SECTOR)
    }
    assert (await provisioner.apply(survey)).failed == ()
    assert stage.server.uploads[-1] == (b"own", "image/jpeg")
    mxc = f"mxc://here.test/{len(stage.server.uploads)}"
    sector = stage.room("sector", "centre")
    assert stage.server.content(sector, "m.room.avatar") == {"url": mxc}
    assert (await provisioner.plan()).plan.actions == ()


async def test_a_server_that_takes_no_pictures_still_gets_its_rooms(stage: Stage) -> None:
    refusal = MatrixError(413, "M_TOO_LARGE", "")
    stage.server.refuse = lambda r: refusal if r == "upload" else None
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    assert {(type(f.action), f.reason) for f in report.failed} == {(SetAvatar, "M_TOO_LARGE")}
    assert len(stage.registry.rooms(stage.commune.code)) == 10
    stage.server.refuse = lambda r: None
    report = await provisioner.apply(await provisioner.plan())
    assert report.failed == ()


async def test_the_charter_is_pinned_before_what_others_pinned(stage: Stage) -> None:
    await stage.settle()
    sector = stage.room("sector", "centre")
    said = f"$charter-of-{sector}"
    pinned = {"pinned": [said], "fr.pc_matrix.charter": said}
    assert stage.server.content(sector, "m.room.pinned_events") == pinned
    stage.server.put(sector, "m.room.pinned_events", {**pinned, "pinned": ["$other", said]})
    stage.registry.charter_posted(stage.commune.code, sector, EventId("$newer"), "1", stage.now)
    await stage.provisioner().enforce(frozenset({sector}))
    assert stage.server.content(sector, "m.room.pinned_events") == {
        "pinned": ["$newer", "$other"],
        "fr.pc_matrix.charter": "$newer",
    }


async def test_addresses_are_given_when_the_commune_wants_them_and_follow_a_new_room(
    stage: Stage,
) -> None:
    stage.commune = replace(stage.commune, aliases=True)
    await stage.settle()
    address = "#59999-secteur-gare:here.test"
    old = stage.room("sector", "gare")
    assert stage.server.aliases[address] == old
    assert stage.server.content(old, "m.room.canonical_alias") == {"alias": address}
    stage.server.member(old, BOT, "leave", "@admin:here.test")
    provisioner = stage.provisioner()
    assert (await provisioner.apply(await provisioner.plan())).failed == ()
    assert stage.server.aliases[address] == stage.room("sector", "gare") != old
