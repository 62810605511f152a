"""What the running bot does with verifications, on the real desk with a phone at the other end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import MatrixError, ServerFault
from pc_matrix.homeserver.verification.values import SendInRoom, SendToDevice
from policies.terms import RoomId, UserId
from policies.trust import IdentityFacts
from policies.verification import Comparison, Outcome, Stage
from tests.fakes import commune as c
from tests.homeserver.verification.phone import Phone
from tests.verifications.hall import BOT, GOOD, PRIVATE, Hall, kinds, seen

AWAY = ServerUnreachable("away")


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.mark.parametrize("room_id", [PRIVATE, ""])
async def test_equal_codes_pin_the_persons_identity(hall: Hall, room_id: str) -> None:
    phone = hall.phone(room_id=room_id, flow_id="$request")
    shown = await hall.shown(phone)
    assert (shown.flow_id, shown.room_id) == ("$request", room_id)
    assert await hall.turns() == []
    hall.ledger.answers(c.OFFICER, Comparison.SAME)
    assert await hall.turns() == ["mac"]
    assert await hall.turns() == []
    assert await hall.hears(phone, "mac", phone.mac()) == ["done"]
    assert hall.ledger.pins == {}
    await hall.hears(phone, "done", phone.done())
    assert hall.ledger.pins == {c.OFFICER: phone.master_key}
    assert hall.ledger.ended == [(c.OFFICER, "$request", Outcome.VERIFIED)]
    assert hall.ledger.rows == {}
    told = hall.rooms.to(PRIVATE)
    assert len(told) == 2
    assert "montre des codes" in told[0]
    assert "Vérifié" in told[1]
    assert hall.incidents.drain() == ()


async def test_the_codes_are_in_no_word_of_the_bot(hall: Hall) -> None:
    shown = await hall.shown(hall.phone())
    assert not any(str(number) in hall.rooms.everywhere() for number in shown.decimals)


async def test_a_request_is_in_the_registry_before_it_is_answered(hall: Hall) -> None:
    phone = hall.phone()
    hall.line.troubles = [AWAY]
    with pytest.raises(ServerUnreachable):
        await hall.request(phone)
    assert hall.ledger.rows[c.OFFICER].stage is Stage.BEGUN


async def test_an_outage_neither_loses_nor_doubles_an_event(hall: Hall) -> None:
    phone = hall.phone()
    hall.line.troubles = [AWAY, fault(502), MatrixError(429, "M_LIMIT_EXCEEDED", "")]
    for trouble in (ServerUnreachable, ServerFault, MatrixError):
        with pytest.raises(trouble):
            await (hall.turns() if hall.line.sent else hall.request(phone))
    await hall.turns()
    assert [effect.type for effect in hall.line.sent] == ["m.key.verification.ready"]


def fault(status: int) -> ServerFault:
    made = ServerFault("en panne")
    made.status = status
    return made


@pytest.mark.parametrize("refusal", [MatrixError(403, "M_FORBIDDEN", ""), fault(500)])
async def test_what_the_server_refuses_holds_nobody_up(hall: Hall, refusal: Exception) -> None:
    hall.line.troubles = [refusal]
    await hall.request(hall.phone())
    mayor = hall.phone(c.MAYOR, c.private_room(c.MAYOR), flow_id="$other")
    assert await hall.request(mayor) == ["ready"]


async def test_nobody_waits_for_keys_that_a_server_refuses(hall: Hall) -> None:
    async def refused(_user_id: str) -> None:
        raise MatrixError(400, "M_UNKNOWN", "")

    hall.line.keys_of = refused  # type: ignore[method-assign, assignment]
    assert await hall.request(hall.phone()) == ["cancel"]
    assert hall.last()["code"] == "m.key_mismatch"


async def test_keys_that_a_server_refuses_on_the_way_are_not_called_changed(hall: Hall) -> None:
    phone, honest = hall.phone(), hall.line.keys_of

    async def refused(_user_id: str) -> None:
        raise MatrixError(400, "M_UNKNOWN", "")

    assert await hall.request(phone) == ["ready"]
    hall.line.keys_of = refused  # type: ignore[method-assign, assignment]
    assert await hall.hears(phone, "start", phone.start()) == []
    hall.line.keys_of = honest  # type: ignore[method-assign]
    assert await hall.hears(phone, "start", phone.start()) == ["accept"]
    assert hall.outcomes() == []


async def test_a_server_that_asks_to_wait_for_keys_loses_no_request(hall: Hall) -> None:
    phone, honest = hall.phone(), hall.line.keys_of

    async def busy(_user_id: str) -> None:
        raise MatrixError(429, "M_LIMIT_EXCEEDED", "")

    hall.line.keys_of = busy  # type: ignore[method-assign, assignment]
    with pytest.raises(MatrixError):
        await hall.request(phone)
    hall.line.keys_of = honest  # type: ignore[method-assign]
    assert await hall.turns() == ["ready"]


async def test_a_bot_that_stops_first_does_what_waited(hall: Hall) -> None:
    hall.line.troubles = [AWAY]
    with pytest.raises(ServerUnreachable):
        await hall.request(hall.phone())
    await hall.bot.hang_up()
    assert kinds(hall.line.sent) == ["ready", "cancel"]


@pytest.mark.parametrize("who", ["town hall", "officer"])
async def test_codes_that_differ_pin_nothing_and_are_told(hall: Hall, who: str) -> None:
    phone = hall.phone()
    await hall.shown(phone)
    if who == "town hall":
        hall.ledger.answers(c.OFFICER, Comparison.DIFFERENT)
        assert await hall.turns() == ["cancel"]
        assert hall.last()["code"] == "m.mismatched_sas"
    else:
        assert await hall.hears(phone, "cancel", phone.cancel("m.mismatched_sas")) == []
    assert (hall.ledger.pins, hall.outcomes()) == ({}, [Outcome.MISMATCH])
    (incident,) = hall.incidents.drain()
    assert (incident.kind.value, incident.user_id, incident.detail) == (
        "verification",
        c.OFFICER,
        "mismatch",
    )
    (told,) = hall.rooms.to(c.private_room(c.MAYOR))
    assert c.OFFICER in told
    assert "n'étaient pas les mêmes" in told


async def test_who_fails_on_purpose_does_not_flood_the_mayor(hall: Hall) -> None:
    for attempt in range(3):
        phone = hall.phone(flow_id=f"$request{attempt}")
        await hall.shown(phone)
        await hall.hears(phone, "cancel", phone.cancel("m.mismatched_sas"))
    assert hall.outcomes() == [Outcome.MISMATCH] * 3
    assert len(hall.rooms.to(c.private_room(c.MAYOR))) == 1


async def test_a_comparison_of_codes_that_nobody_saw_is_no_alarm(hall: Hall) -> None:
    phone = hall.phone()
    await hall.request(phone)
    await hall.hears(phone, "cancel", phone.cancel("m.mismatched_sas"))
    assert hall.outcomes() == [Outcome.FAILED]
    assert hall.incidents.drain() == ()
    assert hall.rooms.to(c.private_room(c.MAYOR)) == []


async def test_a_key_swapped_before_the_last_word_is_not_pinned(hall: Hall) -> None:
    """Between their last event and our pin: the keys are asked for once more."""
    phone = hall.phone()
    await hall.shown(phone)
    hall.ledger.answers(c.OFFICER, Comparison.SAME)
    await hall.turns()
    await hall.hears(phone, "mac", phone.mac())
    honest, calls = hall.line.known[c.OFFICER], 0

    async def swapped(_user_id: str) -> object:
        nonlocal calls
        calls += 1
        return honest if calls == 1 else seen(Phone("@else:ex.test", "PHONE"))

    hall.line.keys_of = swapped  # type: ignore[method-assign, assignment]
    await hall.hears(phone, "done", phone.done())
    assert calls == 2
    assert (hall.ledger.pins, hall.outcomes()) == ({}, [Outcome.KEYS_CHANGED])
    assert len(hall.rooms.to(c.private_room(c.MAYOR))) == 1


async def test_a_key_swapped_on_the_way_ends_it(hall: Hall) -> None:
    phone = hall.phone()
    await hall.shown(phone)
    hall.line.known[c.OFFICER] = seen(Phone("@else:ex.test", "PHONE"))
    assert await hall.hears(phone, "mac", phone.mac()) == ["cancel"]
    assert hall.outcomes() == [Outcome.KEYS_CHANGED]


async def test_a_mandate_that_ends_on_the_way_verifies_nobody(hall: Hall) -> None:
    phone = hall.phone()
    await hall.shown(phone)
    hall.ledger.answers(c.OFFICER, Comparison.SAME)
    await hall.turns()
    await hall.hears(phone, "mac", phone.mac())
    hall.ledger.people = c.without_mandates(c.OFFICER)
    await hall.hears(phone, "done", phone.done())
    assert hall.ledger.pins == {}
    assert Outcome.VERIFIED not in hall.outcomes()


async def test_a_device_that_vouches_for_itself_alone_proves_no_identity(hall: Hall) -> None:
    phone = hall.phone()
    await hall.shown(phone)
    hall.ledger.answers(c.OFFICER, Comparison.SAME)
    await hall.turns()
    await hall.hears(phone, "mac", phone.mac({f"ed25519:{phone.device_id}": phone.ed25519}))
    await hall.hears(phone, "done", phone.done())
    assert (hall.ledger.pins, hall.outcomes()) == ({}, [Outcome.FAILED])


async def test_a_ghost_opens_no_flow(hall: Hall) -> None:
    phone = hall.phone()
    hall.line.known[c.OFFICER] = seen(phone, replace(GOOD, signed_by_owner=False))
    assert await hall.request(phone) == ["cancel"]
    assert hall.ledger.rows == {}


async def test_an_identity_in_pieces_opens_no_flow(hall: Hall) -> None:
    phone = hall.phone()
    whole = hall.line.known[c.OFFICER]
    broken = IdentityFacts(whole.identity.master, whole.identity.self_signing, is_signed=False)
    hall.line.known[c.OFFICER] = replace(whole, identity=broken)
    assert await hall.request(phone) == ["cancel"]


async def test_a_stranger_is_refused_without_asking_for_his_keys(hall: Hall) -> None:
    phone = hall.phone(c.STRANGER, "")
    assert await hall.request(phone) == ["cancel"]
    assert hall.last()["code"] == "m.user"
    assert hall.line.asked == []
    assert hall.ledger.rows == {}


@pytest.mark.parametrize("room_id", [c.private_room(c.MAYOR), RoomId("!elsewhere")])
async def test_in_a_room_that_is_not_his_nothing_is_said(hall: Hall, room_id: RoomId) -> None:
    assert await hall.request(hall.phone(room_id=room_id)) == []
    assert (hall.line.asked, hall.rooms.said) == ([], [])


async def test_before_others_it_is_declined_and_said_in_private(hall: Hall) -> None:
    phone = hall.phone(room_id=c.GENDARMERIE_ROOM, flow_id="$request")
    assert await hall.request(phone) == ["cancel"]
    (sent,) = hall.line.sent
    assert isinstance(sent, SendInRoom)
    assert (sent.room_id, sent.content["code"]) == (c.GENDARMERIE_ROOM, "m.user")
    assert sent.content["m.relates_to"] == {"rel_type": "m.reference", "event_id": "$request"}
    assert hall.rooms.to(c.GENDARMERIE_ROOM) == []
    (told,) = hall.rooms.to(PRIVATE)
    assert "pas devant les autres" in told
    for attempt in range(10):
        again = hall.phone(room_id=c.GENDARMERIE_ROOM, flow_id=f"$again{attempt}")
        await hall.request(again)
    assert len(hall.line.sent) == len(hall.rooms.to(PRIVATE)) == 3


async def test_before_others_only_what_asks_us_is_declined(hall: Hall) -> None:
    phone = hall.phone(room_id=c.GENDARMERIE_ROOM)
    other = phone.request(0, to="@colleague:ex.test")
    assert await hall.hears(phone, "request", other) == []
    assert await hall.hears(phone, "start", phone.start(to=BOT.user_id)) == []
    intruder = hall.phone(c.STRANGER, c.GENDARMERIE_ROOM)
    assert await hall.request(intruder) == []


async def test_a_sealed_request_is_answered_sealed(hall: Hall) -> None:
    phone = hall.phone()
    assert await hall.request(phone, sealed_by=phone.ed25519) == ["ready"]
    assert hall.line.sealed == [True]


async def test_an_event_sealed_by_another_device_is_not_the_flows(hall: Hall) -> None:
    phone = hall.phone()
    known = hall.line.known[c.OFFICER]
    (device, facts), *_ = known.devices
    ghost = replace(device, device_id="GHOST", ed25519="ghost")
    hall.line.known[c.OFFICER] = replace(known, devices=((device, facts), (ghost, facts)))
    assert await hall.request(phone, sealed_by="ghost") == []


async def test_what_an_earlier_process_left_is_cancelled_at_the_start(hall: Hall) -> None:
    in_room, to_device = hall.phone(), hall.phone(c.MAYOR, "", flow_id="txn-9")
    await hall.shown(in_room)
    await hall.request(to_device)
    hall.line.sent.clear()
    hall.restart()
    assert await hall.turns() == ["cancel", "cancel"]
    room, device = hall.line.sent
    assert isinstance(room, SendInRoom)
    assert isinstance(device, SendToDevice)
    assert (device.user_id, device.device_ids) == (c.MAYOR, ("*",))
    assert {e.content["code"] for e in (room, device)} == {"m.unknown_transaction"}
    assert (hall.ledger.rows, hall.outcomes()) == ({}, [Outcome.STOPPED] * 2)
    assert await hall.hears(in_room, "mac", in_room.mac()) == []
    assert await hall.request(in_room) == [], "the same request, delivered once more"


async def test_a_bot_that_stops_says_so(hall: Hall) -> None:
    phone = hall.phone()
    await hall.shown(phone)
    hall.line.sent.clear()
    await hall.bot.hang_up()
    assert hall.last()["code"] == "m.user"
    assert (hall.ledger.rows, hall.outcomes()) == ({}, [Outcome.STOPPED])


async def test_a_bot_stops_also_while_the_server_is_away(hall: Hall) -> None:
    await hall.shown(hall.phone())
    hall.line.troubles = [AWAY]
    await hall.bot.hang_up()
    assert hall.outcomes() == [Outcome.STOPPED]


async def test_what_takes_too_long_ends(hall: Hall) -> None:
    await hall.shown(hall.phone())
    hall.clock.at += timedelta(minutes=11)
    assert await hall.turns() == ["cancel"]
    assert hall.outcomes() == [Outcome.EXPIRED]


async def test_a_flood_is_not_kept(hall: Hall) -> None:
    phone = hall.phone(c.STRANGER, "")
    for number in range(2_000):
        phone.flow_id = f"txn{number}"
        hall.bot.hear(hall.batch(phone, "request", phone.request(0)))
    assert len(hall.bot._heard) == 500


async def test_codes_without_a_flow_are_never_answered(hall: Hall) -> None:
    """A row that somebody wrote beside the bot."""
    phone = hall.phone()
    shown = await hall.shown(phone)
    mayor = UserId(c.MAYOR)
    hall.ledger.rows[c.MAYOR] = replace(
        shown, user_id=mayor, flow_id="$invented", comparison=Comparison.SAME
    )
    assert await hall.turns() == []
    assert BOT.master_key not in str(hall.line.sent)
