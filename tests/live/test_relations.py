"""What a reply answers stands inside its ciphertext, in the clients that people use.

A commune that believes no reaction relies on it: what stands outside, a homeserver can make up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pc_matrix.demo.people import NIO, client
from pc_matrix.homeserver.http import client_path
from tests.live import element
from tests.live.conftest import Synapse
from tests.live.test_session import Stage, make_room

pytestmark = pytest.mark.live
COMMANDS: dict[str, Callable[[], tuple[str, ...]]] = {
    "nio": lambda: NIO,
    "element": element.command,
}


@pytest.fixture
def stage(synapse: Synapse, tmp_path: Path) -> Stage:
    return Stage(synapse, tmp_path, set())


@pytest.mark.parametrize("kind", sorted(COMMANDS))
async def test_a_reply_says_inside_what_it_answers(stage: Stage, kind: str) -> None:
    bot = await stage.place(f"relates-{kind}")
    user_id, password = await stage.synapse.account(f"answers-{kind}")
    stage.people.add(user_id)
    async with (
        stage.enter(bot) as owner,
        client("test", COMMANDS[kind](), stage.directory / "log") as phone,
    ):
        await phone.login(stage.synapse.url, user_id, password)
        await phone.start()
        room = await make_room(owner)
        path = client_path("rooms", room, "invite")
        await owner.http.request("POST", path, {"user_id": user_id})
        await phone.join(room)
        await owner.hear()
        said = await owner.say(room, "Tu viens ?", "t1")
        await phone.wait_for(event_id=said)
        answer = await phone.send(room, "✅", reply_to=said)
        (read,) = [event for event in await owner.hear() if event.event_id == answer]
        assert read.ciphertext is not None
        assert read.ciphertext.has_relation
        assert read.content["m.relates_to"] == {"m.in_reply_to": {"event_id": said}}
