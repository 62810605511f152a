"""The module as Synapse calls it: what it lets happen, with every kind of snapshot and without."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pc_matrix.homeserver.guard import module, reading
from pc_matrix.homeserver.guard.module import Guard
from policies.terms import Role
from tests.homeserver.guard.conftest import TEXTS, Hall
from tests.homeserver.guard.synapse import ROOM, FakeEvent, creation, member, state
from tests.policies.worlds import COMMUNE, directory, mandate, user

ANNA, BOB, MALLORY = user("anna"), user("bob"), user("mallory")
FAR = user("far", "elsewhere.test")
PEOPLE = directory(mandate(ANNA, Role.RESIDENT, "centre"), mandate(BOB, Role.RESIDENT, "centre"))
MANAGED = state(creation(), member(COMMUNE.bot, "join"))


class Refused(Exception):  # noqa: N818
    """Stands for Synapse's own error, which carries our words."""


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "forbidden", Refused)


async def may(guard: Guard, event: FakeEvent, before: dict[tuple[str, str], FakeEvent]) -> bool:
    try:
        allowed, replaced = await guard.check_event_allowed(event, before)
    except Refused:
        return False
    assert replaced is None
    return allowed


async def test_it_hears_of_all_that_synapse_can_tell(hall: Hall) -> None:
    hall.guard()
    assert set(hall.api.callbacks) == {
        "check_event_allowed",
        "check_event_for_spam",
        "federated_user_may_invite",
    }


async def test_whom_the_registry_knows_gets_in_and_a_stranger_is_told_why(hall: Hall) -> None:
    hall.publish(PEOPLE)
    guard = hall.guard()
    assert await may(guard, member(ANNA, "invite", COMMUNE.bot), MANAGED)
    assert await may(guard, member(ANNA, "join"), MANAGED)
    for event in (member(MALLORY, "invite", ANNA), member(MALLORY, "join")):
        with pytest.raises(Refused, match=TEXTS["not-given"]):
            await guard.check_event_allowed(event, MANAGED)
    assert not await may(guard, member(MALLORY, "knock"), MANAGED)


async def test_without_a_snapshot_people_talk_leave_and_change_their_names(hall: Hall) -> None:
    guard = hall.guard()
    inside = {**MANAGED, **state(member(ANNA, "join"))}
    assert not await may(guard, member(ANNA, "join"), MANAGED)
    assert not await may(guard, member(ANNA, "invite", COMMUNE.bot), MANAGED)
    message = FakeEvent("m.room.encrypted", ANNA, {"ciphertext": "…"})
    assert await may(guard, message, inside)
    assert await may(guard, member(ANNA, "join"), inside)
    assert await may(guard, member(ANNA, "leave"), inside)
    assert await may(guard, member(ANNA, "leave", COMMUNE.bot), inside)
    assert await may(guard, member(ANNA, "ban", COMMUNE.bot), inside)
    assert await may(guard, member(COMMUNE.bot, "join"), state(creation()))
    assert await may(guard, FakeEvent("m.room.topic", ANNA, {"topic": "…"}, ""), inside)


async def test_other_rooms_are_not_touched(hall: Hall) -> None:
    guard = hall.guard()
    theirs = state(creation(sender=MALLORY), member(MALLORY, "join"))
    plain = state(FakeEvent("m.room.create", COMMUNE.bot, {"room_version": "12"}, ""))
    address = FakeEvent("m.room.third_party_invite", MALLORY, {"public_key": "…"}, "token")
    for before in (theirs, plain, {}):
        assert await may(guard, member(FAR, "invite", MALLORY), before)
        assert await may(guard, member(FAR, "join"), before)
        assert await may(guard, address, before)


async def test_an_invitation_to_an_address_is_refused_and_may_be_taken_back(hall: Hall) -> None:
    hall.publish(PEOPLE)
    guard = hall.guard()
    address = FakeEvent("m.room.third_party_invite", ANNA, {"public_key": "…"}, "token")
    emptied = FakeEvent("m.room.third_party_invite", ANNA, {}, "token")
    assert not await may(guard, address, MANAGED)
    assert await may(guard, emptied, MANAGED)
    odd = FakeEvent("m.room.member", ANNA, {"membership": ["join"]}, ANNA)
    assert not await may(guard, odd, MANAGED)


async def test_what_other_servers_made_is_judged_by_the_rooms_own_state(hall: Hall) -> None:
    hall.publish(PEOPLE)
    guard = hall.guard()
    hall.api.rooms[ROOM] = {**MANAGED, **state(member(FAR, "join"))}
    elsewhere = FakeEvent("m.room.member", FAR, {"membership": "join"}, FAR, "!elsewhere")
    stranger = user("x", "elsewhere.test")
    assert await guard.check_event_for_spam(member(stranger, "join")) is True
    assert await guard.check_event_for_spam(member(stranger, "invite", FAR)) is True
    assert await guard.check_event_for_spam(member(FAR, "join")) is False
    assert await guard.check_event_for_spam(member(FAR, "leave")) is False
    assert await guard.check_event_for_spam(elsewhere) is False
    assert await guard.check_event_for_spam(FakeEvent("m.room.encrypted", FAR, {})) is False
    # Those of this server were judged when they were made.
    assert await guard.check_event_for_spam(member(MALLORY, "join")) is False

    assert await guard.federated_user_may_invite(member(MALLORY, "invite", FAR)) is False
    assert await guard.federated_user_may_invite(member(ANNA, "invite", FAR)) is True
    there = FakeEvent("m.room.member", FAR, {"membership": "invite"}, MALLORY, "!elsewhere")
    assert await guard.federated_user_may_invite(there) is True


async def test_an_old_snapshot_admits_nobody_after_his_mandate(hall: Hall) -> None:
    hall.publish(directory(mandate(ANNA, Role.RESIDENT, "centre", until=hall.now + timedelta(1))))
    guard = hall.guard()
    assert await may(guard, member(ANNA, "join"), MANAGED)
    hall.now += timedelta(1)
    assert not await may(guard, member(ANNA, "join"), MANAGED)


async def test_an_older_snapshot_is_refused_also_after_a_restart(hall: Hall) -> None:
    hall.publish(PEOPLE)
    older = hall.file.read_bytes()
    guard = hall.guard()
    assert await may(guard, member(BOB, "join"), MANAGED)
    hall.now += timedelta(seconds=1)
    assert hall.publish(directory(mandate(ANNA, Role.RESIDENT, "centre")))
    assert not await may(guard, member(BOB, "join"), MANAGED)

    hall.file.write_bytes(older)
    for running in (guard, hall.guard()):
        assert not await may(running, member(BOB, "join"), MANAGED)
        assert not await may(running, member(ANNA, "join"), MANAGED)
    # pc-matrix writes anew, and with that everything goes on.
    assert hall.publish(directory(mandate(ANNA, Role.RESIDENT, "centre")))
    assert await may(guard, member(ANNA, "join"), MANAGED)


async def test_a_forged_a_cut_and_a_foreign_one_are_refused(hall: Hall) -> None:
    hall.publish(PEOPLE)
    good = hall.file.read_bytes()
    signature, _, payload = good.partition(b"\n")
    other = Ed25519PrivateKey.generate()
    guard = hall.guard()
    for wrong in (
        b"",
        b"no newline",
        good[:-1],
        payload,
        b"!\n" + payload,
        good.replace(str(ANNA).encode(), str(MALLORY).encode()),
        signature + b"\n",
    ):
        hall.file.write_bytes(wrong)
        assert not await may(guard, member(ANNA, "join"), MANAGED), wrong[:80]
        assert not await may(guard, member(MALLORY, "join"), MANAGED)
    hall.file.unlink()
    hall.writer(other).publish(PEOPLE, hall.now)
    assert not await may(guard, member(ANNA, "join"), MANAGED)
    hall.file.write_bytes(good)
    assert await may(guard, member(ANNA, "join"), MANAGED)


async def test_a_file_that_is_no_file_is_refused(hall: Hall) -> None:
    hall.publish(PEOPLE)
    guard, elsewhere = hall.guard(), hall.folder / "elsewhere"
    hall.file.rename(elsewhere)
    hall.file.symlink_to(elsewhere)
    assert not await may(guard, member(ANNA, "join"), MANAGED)
    hall.file.unlink()
    os.mkfifo(hall.file)
    assert not await may(guard, member(ANNA, "join"), MANAGED)
    hall.file.unlink()
    elsewhere.rename(hall.file)
    assert await may(guard, member(ANNA, "join"), MANAGED)


async def test_another_communes_snapshot_under_this_ones_name_is_refused(hall: Hall) -> None:
    hall.publish(PEOPLE)
    guard = hall.guard()
    (hall.folder / "59350.snapshot").write_bytes(hall.file.read_bytes())
    mark = {"commune": "59350", "kind": "sector", "code": "centre", "nonce": "n"}
    assert not await may(guard, member(ANNA, "join"), state(creation(mark=mark)))
    # A code that would lead out of the folder is no code.
    mark["commune"] = f"../{hall.folder.name}/{COMMUNE.code}"
    assert not await may(guard, member(ANNA, "join"), state(creation(mark=mark)))


async def test_the_file_is_read_again_only_when_it_was_replaced(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.publish(PEOPLE)
    reads: list[Path] = []

    def counted(path: Path) -> bytes:
        reads.append(path)
        return path.read_bytes()

    monkeypatch.setattr(reading, "_content", counted)
    guard = hall.guard()
    for _ in range(5):
        assert await may(guard, member(ANNA, "join"), MANAGED)
    assert len(reads) == 1
    hall.publish(directory())
    assert not await may(guard, member(ANNA, "join"), MANAGED)
    assert len(reads) == 2


async def test_a_database_that_fails_lets_nobody_in(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.publish(PEOPLE)
    guard = hall.guard()

    async def broken(desc: str, func: object) -> int:
        raise OSError("disk")

    monkeypatch.setattr(hall.api, "run_db_interaction", broken)
    with pytest.raises(OSError, match="disk"):
        await guard.check_event_allowed(member(ANNA, "join"), MANAGED)
    assert await may(guard, member(ANNA, "leave"), MANAGED)
