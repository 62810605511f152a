"""``!lier``: the code binds its writer alone, and everything else is refused kindly."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bridges.linking import Linking
from bridges.outcome import Later, Linked, Outcome, Refused
from policies.linking import SIGNED_WITHIN, TRIES_OF_ONE, Tries, WaitingCode
from policies.refusal import Refusal
from policies.terms import Command, Directory, EventId, RoomId, SenderTrust, UserId
from tests.fakes import commune as c
from tests.fakes.world import FakeClock, FakeReader, FakeRooms

FOREIGN = UserId("@nadia:tchap.test")
GUEST_ROOM = RoomId("!guest:tchap.test")
CODE = WaitingCode(7, c.NOW + timedelta(days=1))
SAID = EventId("$said-code")


@dataclass
class FakeLedger:
    codes: dict[str, WaitingCode] = field(default_factory=lambda: {"ABCDEFGH": CODE})
    tried: int = 0
    wrong: list[tuple[EventId, UserId, Refusal]] = field(default_factory=list)
    used: list[tuple[int, UserId]] = field(default_factory=list)
    void: list[int] = field(default_factory=list)
    faster: bool = False

    def tries(self, user_id: UserId) -> Tries:
        return Tries(self.tried, 0)

    def find_code(self, signs: str) -> WaitingCode | None:
        return self.codes.get(signs)

    def wrong_code(self, event_id: EventId, user_id: UserId, refusal: Refusal) -> None:
        self.wrong.append((event_id, user_id, refusal))

    def void_code(self, code: WaitingCode) -> None:
        self.void.append(code.id)

    def use_code(self, code: WaitingCode, user_id: UserId) -> bool:
        self.used += [] if self.faster else [(code.id, user_id)]
        return not self.faster


@dataclass
class World:
    rooms: FakeRooms = field(default_factory=FakeRooms)
    reader: FakeReader = field(default_factory=FakeReader)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    alone: bool = True
    clock: FakeClock = field(default_factory=FakeClock)

    async def alone_with(self, room_id: RoomId, user_id: UserId) -> bool:
        return self.alone and (room_id, user_id) == (GUEST_ROOM, FOREIGN)

    async def link(
        self,
        text: str = "!lier abcd-efgh",
        *,
        sender: UserId = FOREIGN,
        room: RoomId = GUEST_ROOM,
        trust: SenderTrust = SenderTrust.SIGNED,
        encrypted: bool = True,
        by: UserId | None = None,
    ) -> Outcome:
        said = c.message(
            text, event_id=SAID, room_id=room, sender=by or sender, trust=trust, encrypted=encrypted
        )
        self.reader.holds(said)
        linking = Linking(self.rooms, self.reader, self.ledger, self, self.clock)
        return await linking.link(Command(SAID, room, sender, "link"), directory())


def directory() -> Directory:
    full = c.directory()
    return replace(full, commune=replace(full.commune, federated_with=frozenset({"tchap.test"})))


async def test_the_right_code_binds_its_writer() -> None:
    world = World()
    assert await world.link() == Linked()
    assert world.ledger.used == [(7, FOREIGN)]
    assert world.ledger.wrong == []
    (body,) = world.rooms.to(GUEST_ROOM)
    assert body.startswith("✅")
    assert "ABCD" not in world.rooms.everywhere().upper()


async def test_saying_it_again_says_nothing_twice() -> None:
    world = World()
    await world.link()
    world.ledger.codes["ABCDEFGH"] = replace(CODE, used_by=FOREIGN)
    assert await world.link() == Linked()
    assert len(world.rooms.said) == 1


@pytest.mark.parametrize("text", ["!lier ABCD-EFGX", "!lier", "!lier n'importe quoi", "!lier 0000"])
async def test_a_wrong_code_is_counted_and_refused_kindly(text: str) -> None:
    world = World()
    assert await world.link(text) == Refused(Refusal.WRONG_CODE)
    assert world.ledger.used == []
    assert world.ledger.wrong == [(SAID, FOREIGN, Refusal.WRONG_CODE)]
    assert "mairie" in world.rooms.to(GUEST_ROOM)[0]


async def test_after_too_many_even_the_right_one_opens_nothing() -> None:
    world = World(ledger=FakeLedger(tried=TRIES_OF_ONE))
    assert await world.link() == Refused(Refusal.TOO_MANY_CODES)
    assert (world.ledger.used, world.ledger.wrong) == ([], [])


@pytest.mark.parametrize(
    ("code", "refusal", "counted"),
    [
        (replace(CODE, expires_at=c.NOW), Refusal.CODE_EXPIRED, 0),
        (replace(CODE, used_by=c.RESIDENT), Refusal.CODE_USED, 1),
    ],
)
async def test_old_and_used_codes_say_so(code: WaitingCode, refusal: Refusal, counted: int) -> None:
    world = World(ledger=FakeLedger({"ABCDEFGH": code}))
    assert await world.link() == Refused(refusal)
    assert world.ledger.used == []
    assert len(world.ledger.wrong) == counted


async def test_who_was_slower_hears_that_it_was_used() -> None:
    world = World(ledger=FakeLedger(faster=True))
    assert await world.link() == Refused(Refusal.CODE_USED)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"trust": SenderTrust.UNSIGNED}, Refusal.UNSIGNED_DEVICE),
        ({"trust": SenderTrust.IDENTITY_CHANGED}, Refusal.IDENTITY_CHANGED),
        ({"encrypted": False}, Refusal.NOT_ENCRYPTED),
        ({"by": c.RESIDENT}, Refusal.UNREADABLE),
    ],
)
async def test_only_a_signed_device_of_the_writer_proves_anything(
    said: dict[str, object], refusal: Refusal
) -> None:
    world = World(clock=FakeClock(c.message().sent_at + SIGNED_WITHIN))
    assert await world.link(**said) == Refused(refusal)  # type: ignore[arg-type]
    assert world.ledger.used == []


async def test_a_signature_that_another_server_is_late_with_is_waited_for() -> None:
    world = World(clock=FakeClock(c.message().sent_at + SIGNED_WITHIN - timedelta(seconds=1)))
    assert await world.link(trust=SenderTrust.UNSIGNED) == Later()
    assert world.rooms.to(GUEST_ROOM) == []
    assert await world.link() == Linked()


async def test_an_account_of_an_unlisted_server_is_refused() -> None:
    world, sender = World(), UserId("@x:ailleurs.test")
    room = c.private_room(c.REFERENT)
    assert await world.link(sender=sender, room=room) == Refused(Refusal.SERVER_NOT_LISTED)
    assert world.ledger.used == []


async def test_a_code_before_others_is_void() -> None:
    world = World()
    assert await world.link(sender=c.REFERENT, room=c.CENTRE_ROOM) == (
        Refused(Refusal.NOT_IN_PRIVATE)
    )
    assert (world.ledger.void, world.ledger.used) == ([7], [])
    assert world.rooms.to(c.CENTRE_ROOM) == []
    assert "ne vaut plus rien" in world.rooms.to(c.private_room(c.REFERENT))[0]


async def test_a_guests_room_in_which_somebody_listens_is_not_private() -> None:
    world = World(alone=False)
    assert await world.link() == Refused(Refusal.NOT_IN_PRIVATE)
    assert (world.ledger.void, world.ledger.used) == ([7], [])


async def test_somebody_of_the_registry_writes_it_in_his_own_room() -> None:
    world, room = World(), c.private_room(c.REFERENT)
    assert await world.link(sender=c.REFERENT, room=room) == Linked()
    assert world.ledger.used == [(7, c.REFERENT)]
