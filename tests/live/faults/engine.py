"""What every scenario needs of a Matrix engine, and how it says what it expects of it.

A scenario is one function over this surface, run twice: on ours, where all it expects must hold,
and on bare matrix-nio, where the expectation that the letter is about must fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.opening import Place

Hook = Callable[[str, str], Awaitable[None]]
"""What the application does with a message: its room's id and its body."""


class Unmet(AssertionError):  # noqa: N818 - named for what happened
    """An expectation of a scenario that the engine does not meet; nothing else raises it."""


def expect(holds: bool, what: str) -> None:
    """Raise ``Unmet`` unless ``holds``; ``what`` says what was expected."""
    if not holds:
        raise Unmet(what)


class Engine(Protocol):
    """One device that listens and speaks."""

    user_id: str
    device_id: str
    http: MatrixHttp
    heard: list[str]
    """Bodies whose handling came to its end, in order."""
    on_message: Hook

    async def turn(self) -> None:
        """Listen once, without waiting for news; what listening raises, it raises."""

    async def run(self, room_id: str) -> None:
        """Listen to ``room_id`` (and all others) until cancelled."""

    async def say(self, room_id: str, body: str) -> None: ...

    def taken_up(self) -> int:
        """How many of the messages that ``run`` got are in the application's hands."""

    async def governs(self, room_id: str) -> bool:
        """Whether the engine believes that it may put people out of ``room_id``."""


Enter = Callable[[Place], AbstractAsyncContextManager[Engine]]


async def ignore(_room_id: str, _body: str) -> None:
    """Nothing to do but to have heard it."""


async def met_within(seconds: float, met: Callable[[], bool]) -> bool:
    """Whether ``met`` becomes true in time."""
    try:
        async with asyncio.timeout(seconds):
            while not met():
                await asyncio.sleep(0.02)
    except TimeoutError:
        return False
    return True


async def make_room(owner: Engine, *guests: Engine, **setting: int) -> str:
    """An encrypted room of version 12; ``setting`` is of its encryption (rotation)."""
    encryption = {"algorithm": "m.megolm.v1.aes-sha2", **setting}
    body: Json = {
        "room_version": "12",
        "invite": [guest.user_id for guest in guests],
        "initial_state": [{"type": "m.room.encryption", "state_key": "", "content": encryption}],
    }
    room_id = str((await owner.http.request("POST", client_path("createRoom"), body))["room_id"])
    for guest in guests:
        await guest.http.request("POST", client_path("join", room_id), {})
    for one in (owner, *guests):
        await one.turn()
    return room_id


async def sent_by(engine: Engine, witness: MatrixHttp, room_id: str) -> list[Json]:
    """The timeline events of ``engine`` as the server keeps them, oldest first."""
    path = client_path("rooms", room_id, "messages")
    page = await witness.request("GET", path, params={"dir": "b", "limit": "200"})
    events = reversed(page["chunk"])
    return [e for e in events if e["sender"] == engine.user_id and "state_key" not in e]
