"""The bot as a guest: it comes for a code, to a room of two, and leaves again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from pc_matrix.arrivals.foyer import Foyer, GuestVoice
from pc_matrix.arrivals.link_book import LinkBook
from pc_matrix.homeserver.answers import ServerFault
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.guest_rooms import Seen
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.invitations import MOST, invitations
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from pc_matrix.registry import Contact, Registry
from pc_matrix.registry.link_codes import NOBODY
from pc_matrix.vault import Vault
from policies.foyer import FAREWELL, SETTLES, STAYS, Guest, GuestState, Invitation
from policies.linking import Promise, typed
from policies.terms import Command, Role, RoomId, UserId
from tests.fakes import commune as c
from tests.fakes.world import FakeClock, FakeRooms

COMMUNE = replace(c.commune(), federated_with=frozenset({"tchap.test"}))
NADIA = UserId("@nadia:tchap.test")
ROOM = RoomId("!hers:tchap.test")
INVITED = Batch("s1", invitations=(Invitation(ROOM, NADIA, direct=True, encrypted=True),))
PROMISE = Promise("Nadia", "fr", replace(c.mandate(NOBODY, Role.RESIDENT, c.CENTRE)))


@dataclass
class FakeGuestRooms:
    members: frozenset[str] = frozenset({NADIA, c.BOT})
    encrypted: bool = True
    done: list[tuple[str, str]] = field(default_factory=list)
    on_join: Exception | None = None

    async def join(self, room_id: str) -> None:
        if self.on_join is not None:
            raise self.on_join
        self.done.append(("join", room_id))

    async def look(self, room_id: str) -> Seen:
        return Seen(self.members, self.encrypted, space=False)

    async def leave(self, room_id: str, reason: str) -> None:
        self.done.append(("leave", reason))


class Scene:
    def __init__(self, registry: Registry, vault: Vault) -> None:
        self.registry, self.clock = registry, FakeClock()
        self.rooms, self.voice = FakeGuestRooms(), FakeRooms()
        self.book = LinkBook(registry, vault, COMMUNE, self.clock)
        self.foyer = Foyer(
            self.rooms,  # type: ignore[arg-type]
            GuestVoice(self.voice),
            registry,
            self.book,
            COMMUNE,
            self.clock,
        )

    def draw(self) -> str:
        return typed(self.book.draw(PROMISE, Contact())) or ""

    def state(self) -> GuestState | None:
        return next((g.state for g in self.registry.guests(c.CODE)), None)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    vault = Vault(b"k" * 32)
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", vault) as registry:
        yield Scene(registry, vault)


def said(text: str, sender: UserId = NADIA, *, sealed: bool = True) -> RoomEvent:
    content = {"msgtype": "m.text", "body": text}
    ciphertext = Ciphertext("key", "ed") if sealed else None
    return RoomEvent("$e", ROOM, sender, c.NOW, "m.room.message", content, ciphertext=ciphertext)


async def test_it_comes_greets_and_leaves_when_nothing_comes_of_it(scene: Scene) -> None:
    scene.draw()
    scene.foyer.hear(INVITED)
    assert scene.state() is GuestState.INVITED
    await scene.foyer.step()
    assert scene.state() is GuestState.JOINED
    assert "!lier" in scene.voice.to(ROOM)[0]
    await scene.foyer.step()
    assert scene.rooms.done == [("join", ROOM)]
    scene.clock.at += STAYS
    await scene.foyer.step()
    assert scene.state() is GuestState.LEFT
    assert "invitez-moi de nouveau" in scene.rooms.done[-1][1]
    actions = [a.action for a in scene.registry.audits(c.CODE)]
    assert actions[:2] == ["guest-left", "guest-joined"]


async def test_without_a_code_it_declines_kindly(scene: Scene) -> None:
    scene.foyer.hear(INVITED)
    await scene.foyer.step()
    ((what, reason),) = scene.rooms.done
    assert what == "leave"
    assert "mairie" in reason
    assert scene.state() is GuestState.LEFT
    assert scene.foyer.command(said("!lier ABCD-EFGH")) is None


@pytest.mark.parametrize("members", [{NADIA, c.BOT, "@x:tchap.test"}, {c.BOT, "@x:tchap.test"}])
async def test_it_looks_around_before_it_believes_an_invitation(
    scene: Scene, members: set[str]
) -> None:
    scene.draw()
    scene.rooms.members = frozenset(members)
    scene.foyer.hear(INVITED)
    await scene.foyer.step()
    assert scene.state() is GuestState.LEFT
    assert scene.voice.said == []


async def test_an_invitation_outlives_a_restart(scene: Scene) -> None:
    scene.draw()
    scene.foyer.hear(INVITED)
    again = Scene(scene.registry, Vault(b"k" * 32))
    await again.foyer.step()
    assert again.rooms.done == [("join", ROOM)]


async def test_only_its_hosts_sealed_code_is_taken(scene: Scene) -> None:
    scene.draw()
    scene.foyer.hear(INVITED)
    code = scene.foyer.command(said("!lier ABCD-EFGH"))
    assert isinstance(code, Command)
    assert (code.name, code.sender, code.room_id) == ("link", NADIA, ROOM)
    for other in (
        said("!lier ABCD-EFGH", c.STRANGER),
        said("!lier ABCD-EFGH", sealed=False),
        said("!aide"),
        said("Bonjour"),
        replace(said("!lier ABCD-EFGH"), room_id="!other"),
        replace(said("!lier ABCD-EFGH"), type="m.sticker"),
    ):
        assert scene.foyer.command(other) is None


async def test_a_code_that_was_faster_than_the_door_is_not_undone(scene: Scene) -> None:
    code = scene.book.find_code(scene.draw())
    assert code is not None
    scene.foyer.hear(INVITED)
    guest = Guest(ROOM, NADIA, GuestState.INVITED, c.NOW)
    assert scene.registry.guests(c.CODE) == [guest]
    assert await scene.foyer.alone_with(ROOM, NADIA)
    assert not await scene.foyer.alone_with(ROOM, c.STRANGER)
    assert scene.book.use_code(code, NADIA)
    assert scene.state() is GuestState.LINKED
    scene.clock.at += FAREWELL
    await scene.foyer.step()
    assert scene.rooms.done == [("leave", "")]


@pytest.mark.parametrize("members", [{NADIA, c.BOT, "@x:tchap.test"}])
async def test_somebody_who_came_meanwhile_hears_no_code(scene: Scene, members: set[str]) -> None:
    scene.draw()
    scene.foyer.hear(INVITED)
    await scene.foyer.step()
    scene.rooms.members = frozenset(members)
    assert not await scene.foyer.alone_with(ROOM, NADIA)


async def test_a_server_that_does_not_answer_holds_up_nobody(scene: Scene) -> None:
    scene.draw()
    scene.rooms.on_join = bad_gateway()
    scene.foyer.hear(INVITED)
    await scene.foyer.step()
    assert scene.state() is GuestState.INVITED
    scene.clock.at += STAYS + timedelta(seconds=1)
    await scene.foyer.step()
    assert scene.state() is GuestState.LEFT


async def test_an_invitation_that_is_gone_is_forgotten(scene: Scene) -> None:
    scene.draw()
    scene.rooms.on_join = MatrixError(403, "M_FORBIDDEN", "")
    scene.foyer.hear(INVITED)
    scene.clock.at += SETTLES
    await scene.foyer.step()
    assert scene.state() is GuestState.LEFT


async def test_a_server_that_has_not_heard_of_its_invitation_yet_is_asked_again(
    scene: Scene,
) -> None:
    scene.draw()
    scene.rooms.on_join = MatrixError(403, "M_FORBIDDEN", "")
    scene.foyer.hear(INVITED)
    await scene.foyer.step()
    assert scene.state() is GuestState.INVITED
    scene.rooms.on_join = None
    await scene.foyer.step()
    assert scene.rooms.done == [("join", ROOM)]


async def test_a_server_that_asks_to_wait_is_waited_for(scene: Scene) -> None:
    scene.draw()
    scene.rooms.on_join = MatrixError(429, "M_LIMIT_EXCEEDED", "")
    scene.foyer.hear(INVITED)
    with pytest.raises(MatrixError):
        await scene.foyer.step()
    assert scene.state() is GuestState.INVITED


def bad_gateway() -> ServerFault:
    fault = ServerFault("en panne")
    fault.status = 502
    return fault


def member(sender: str, key: str = c.BOT, **content: object) -> Json:
    return {
        "type": "m.room.member",
        "state_key": key,
        "sender": sender,
        "content": {"membership": "invite", **content},
    }


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([member(NADIA)], (NADIA, False, False)),
        ([member(NADIA, is_direct=True), {"type": "m.room.encryption"}], (NADIA, True, True)),
        ([member(NADIA, is_direct="yes")], (NADIA, False, False)),
        ([member(NADIA, key="@other:x")], None),
        ([member(c.BOT)], None),
        ([member(NADIA, membership="join")], None),
        ([{"type": 3}, "x", None], None),
    ],
)
def test_invitations_as_the_server_tells_them(
    events: list[object], found: tuple[str, bool, bool] | None
) -> None:
    read = invitations({"!r": {"invite_state": {"events": events}}, "!bad": 3}, c.BOT)
    assert [(i.inviter, i.direct, i.encrypted) for i in read] == ([found] if found else [])


def test_a_flood_of_invitations_is_not_read_to_its_end() -> None:
    many = {f"!{n}": {"invite_state": {"events": [member(NADIA)]}} for n in range(MOST * 3)}
    assert len(invitations(many, c.BOT)) == MOST
