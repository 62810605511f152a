"""The two trial clients against a real Synapse: they read each other, and no ghost reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from pc_matrix.demo.people import NIO, Client, ClientError, client
from pc_matrix.demo.witness import within
from tests.live import element
from tests.live.conftest import Synapse

pytestmark = pytest.mark.live

Phone = Callable[..., Awaitable[Client]]
COMMANDS = {"nio": lambda: NIO, "element": element.command}
KINDS = sorted(COMMANDS)


@pytest.fixture
async def phone(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Phone]:
    """Makes clients of new accounts, or further devices of ``like``; ends them all."""
    passwords: dict[str, str] = {}
    async with AsyncExitStack() as stack:

        async def make(kind: str, *, like: Client | None = None, sign: bool = True) -> Client:
            new = await stack.enter_async_context(
                client("test", COMMANDS[kind](), tmp_path / "log")
            )
            if like is None:
                user_id, password = await synapse.account(f"u{uuid4().hex[:8]}")
                passwords[user_id] = password
            else:
                user_id = like.user_id
            await new.login(synapse.url, user_id, passwords[user_id], sign=sign)
            await new.start()
            return new

        yield make


async def room_of(owner: Client, guest: Client) -> str:
    room_id = await owner.create("Essai", [guest.user_id])

    async def joined() -> bool:
        return guest.user_id in await owner.members(room_id)

    assert await within(15, joined) is not None
    return room_id


@pytest.mark.parametrize(("one", "other"), [("nio", "element"), ("element", "nio")])
async def test_they_read_each_other_with_no_shield(phone: Phone, one: str, other: str) -> None:
    ann, bob = await phone(one), await phone(other)
    room = await room_of(ann, bob)
    asked = await ann.send(room, "Tu viens ?", html="<b>Tu viens ?</b>", mentions=[bob.user_id])
    seen = await bob.wait_for(event_id=asked)
    assert (seen.text, seen.html, seen.mentions) == (
        "Tu viens ?",
        "<b>Tu viens ?</b>",
        (bob.user_id,),
    )
    assert seen.was_sealed
    assert (seen.wire_type, seen.decrypted, seen.shield) == ("m.room.encrypted", True, "NONE")
    answer = await bob.send(room, "Oui", reply_to=asked)
    heard = await ann.wait_for(event_id=answer)
    assert heard.was_sealed
    assert heard.relates_to == {"m.in_reply_to": {"event_id": asked}}


@pytest.mark.parametrize(("one", "other"), [("nio", "element"), ("element", "nio")])
async def test_reactions_edits_and_redactions_arrive(phone: Phone, one: str, other: str) -> None:
    ann, bob = await phone(one), await phone(other)
    room = await room_of(ann, bob)
    said = await ann.send(room, "dix heures")
    await bob.wait_for(event_id=said)
    await bob.react(room, said, "✅")
    tap = await ann.wait_for(type="m.reaction", sender=bob.user_id)
    assert tap.relates_to == {"rel_type": "m.annotation", "event_id": said, "key": "✅"}
    assert tap.wire_type == "m.reaction"
    edit = await ann.edit(room, said, "onze heures")
    changed = await bob.wait_for(event_id=edit)
    assert changed.was_sealed
    assert changed.relates_to == {"rel_type": "m.replace", "event_id": said}
    redaction = await ann.redact(room, said)
    assert (await bob.wait_for(event_id=redaction)).type == "m.room.redaction"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_ghost_gets_no_key_from_either(phone: Phone, kind: str) -> None:
    """An unsigned device of Bob's, as a dishonest administrator adds one."""
    ann, bob = await phone(kind), await phone("nio")
    room = await room_of(ann, bob)
    ghost = await phone("element", like=bob, sign=False)
    said = await ann.send(room, "pour Bob seul")
    assert (await bob.wait_for(event_id=said)).text == "pour Bob seul"
    closed = await ghost.wait_for(event_id=said)
    assert (closed.type, closed.decrypted, closed.body) == ("m.room.encrypted", False, None)
    assert closed.error is not None


async def test_what_a_ghost_says_is_marked_or_not_shown(phone: Phone) -> None:
    ann, eva, bob = await phone("nio"), await phone("element"), await phone("nio")
    room = await room_of(bob, ann)
    other_room = await room_of(bob, eva)
    ghost = await phone("element", like=bob, sign=False)
    seen = await ann.wait_for(event_id=await ghost.send(room, "je suis Bob"))
    assert (seen.shield, seen.was_sealed) == ("RED", False)
    shown = await eva.wait_for(event_id=await ghost.send(other_room, "je suis Bob"))
    assert (shown.decrypted, shown.error) == (False, "UNSIGNED_SENDER_DEVICE")


@pytest.mark.parametrize("kind", KINDS)
async def test_reading_asks_the_server(phone: Phone, kind: str) -> None:
    ann, bob = await phone(kind), await phone(kind)
    room = await room_of(ann, bob)
    last = [await ann.send(room, f"message {n}") for n in range(3)][-1]
    await bob.wait_for(event_id=last)
    read = [seen for seen in await bob.read(room) if seen.type == "m.room.message"]
    assert [seen.text for seen in read] == ["message 0", "message 1", "message 2"]
    assert all(seen.was_sealed for seen in read)
    assert [found["encrypted"] for found in await bob.rooms()] == [True]
    await bob.leave(room)
    assert await ann.members(room) == [ann.user_id]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_cannot_be_done_has_a_name(phone: Phone, kind: str, synapse: Synapse) -> None:
    ann = await phone(kind)
    with pytest.raises(ClientError, match="TimeoutError: no such event within"):
        await ann.wait_for(body_contains="jamais", timeout=0.2)
    with pytest.raises(ClientError, match="no such command: voler"):
        await ann.ask("voler")
    async with client("stranger", COMMANDS[kind]()) as stranger:
        with pytest.raises(ClientError, match="M_FORBIDDEN"):
            await stranger.login(synapse.url, ann.user_id, "not the password")
    # The seeds of the identity that signed her first device are that device's alone.
    with pytest.raises(ClientError, match="IdentityExists"):
        await phone(kind, like=ann)
