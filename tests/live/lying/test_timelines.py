"""Timelines cut short, events told again and again, and floods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice

import pytest

from pc_matrix.demo import commune as people
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.signing import unpadded
from tests.live.lying import lies
from tests.live.lying.conftest import Lied, lamp, unique
from tests.live.town import reports

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]
FLOOD = 5_000


async def test_the_same_flag_and_message_again_and_again(lied: Lied) -> None:
    mark = unique()
    true = await lied.said(lamp(mark))
    helene = await lied.place.phone(people.HELENE)
    await helene.wait_for(event_id=true["event_id"])
    flag = await lied.event(lied.sector, await helene.react(lied.sector, true["event_id"], "🚩"))
    for _ in range(3):
        await lied.liar.tell(lies.adding(lied.sector, true, flag, true, flag, flag))
    elise = await lied.place.phone(people.ELISE)
    (found,) = await reports(elise, lied.place.authority(people.ELISE), mark)
    assert found.was_sealed
    await lied.relays()
    assert len(await lied.at_the_authorities(mark)) == 3


async def test_a_timeline_cut_short(lied: Lied) -> None:
    """What it leaves out is asked for; when the server does not give it, that is told."""
    await lied.liar.tell(lies.cutting(lied.sector, "no-such-token"))
    row = await lied.incident("gap", room=lied.sector)
    assert row["gravity"] == "grave"
    await lied.relays()


def hostile() -> Iterator[Json]:
    """To-device events that no honest client sends, from ever other senders."""
    bot_key = unpadded(b"k" * 32)
    contents: list[tuple[str, Json]] = [
        ("m.room.encrypted", {}),
        ("m.room.encrypted", {"algorithm": "m.olm.v1.curve25519-aes-sha2", "ciphertext": {}}),
        ("m.room.encrypted", {"algorithm": "m.olm.v1.curve25519-aes-sha2", "ciphertext": []}),
        ("m.room_key", {"algorithm": "m.megolm.v1.aes-sha2", "session_key": "AAAA"}),
        ("m.forwarded_room_key", {"algorithm": "m.megolm.v1.aes-sha2", "room_id": 7}),
        ("m.room_key_request", {"action": "request", "requesting_device_id": "X", "body": {}}),
        ("m.room_key.withheld", {"code": "m.no_olm", "sender_key": bot_key}),
        ("m.key.verification.request", {"methods": ["m.sas.v1"], "transaction_id": "t"}),
        ("m.dummy", {}),
    ]
    for number, (kind, content) in enumerate(cycle(contents)):
        sender = f"@eve{number}:{people.SERVER_NAME}" if number % 2 else people.AMELIE.user_id
        yield {"type": kind, "sender": sender, "content": content}


async def test_a_flood_of_to_device_events(lied: Lied) -> None:
    """It is counted whole and told in part, and what else is in the same answer is told, too."""
    true = await lied.said(lamp(unique()), people.HELENE)
    again = lies.adding(true["room_id"], {**true, "event_id": lies.fresh_id()})
    for start in range(0, FLOOD, FLOOD // 5):
        flood = list(islice(hostile(), start, start + FLOOD // 5))
        await lied.liar.tell(lies.saying({"to_device": {"events": flood}}), again)
    asked = len(lied.liar.proxy.asked)
    await lied.relays()
    sent = [a for a in lied.liar.proxy.asked[asked:] if "/sendToDevice/" in a.path]
    assert len(sent) < 50
    rows = Counter(row["kind"] for row in await lied.place.incidents())
    assert rows.keys() >= {"malformed", "room-key", "olm", "replayed"}
    assert max(rows.values()) <= 21
    row = await lied.incident("replayed", user=people.HELENE.user_id)
    assert row["gravity"] == "grave"
