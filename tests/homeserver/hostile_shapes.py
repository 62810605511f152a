"""Events and answers that no honest server or client sends, for hypothesis."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from pc_matrix.homeserver.http import Json

_NAMES = (
    *("events", "to_device", "rooms", "join", "leave", "invite", "timeline", "state", "limited"),
    *("type", "sender", "content", "state_key", "event_id", "origin_server_ts", "prev_batch"),
    *("algorithm", "ciphertext", "sender_key", "session_id", "body", "next_batch", "membership"),
    *("device_lists", "changed", "left", "device_one_time_keys_count", "signed_curve25519"),
    *("m.relates_to", "event_id", "room_id", "code", "action", "requesting_device_id"),
)
_WORDS = (
    *("m.room.encrypted", "m.room.member", "m.room.encryption", "m.room.message", "m.reaction"),
    *("m.room_key", "m.room_key.withheld", "m.room_key_request", "m.dummy", "m.forwarded_room_key"),
    *("m.megolm.v1.aes-sha2", "m.olm.v1.curve25519-aes-sha2", "join", "leave", "ban", "request"),
    *("@bot:ex.test", "@peer:ex.test", "!room", "!other", "", "\ud800", "\x00", "AAAA", "=" * 9),
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(_WORDS)
    | st.text(max_size=12)
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=25,
)
"""Any JSON, with the names and words that a sync is made of."""


def _event(kinds: tuple[str, ...]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {"type": st.sampled_from(kinds) | SCALARS, "sender": SCALARS, "content": ANYTHING},
        optional={
            "event_id": SCALARS,
            "origin_server_ts": SCALARS,
            "state_key": SCALARS,
            "unsigned": ANYTHING,
        },
    )


ROOM_EVENTS = ANYTHING | _event(
    ("m.room.encrypted", "m.room.member", "m.room.encryption", "m.room.message", "m.reaction")
)
TO_DEVICE = ANYTHING | _event(
    ("m.room.encrypted", "m.room_key", "m.room_key.withheld", "m.room_key_request", "m.dummy")
)


@st.composite
def mangled(draw: st.DrawFn, answer: Json) -> Any:
    """``answer`` with up to three of its parts replaced, removed or doubled, wherever they are."""
    made: Any = copy.deepcopy(answer)
    for _ in range(draw(st.integers(1, 3))):
        made = _mangle(draw, made)
    return made


def _mangle(draw: st.DrawFn, node: Any) -> Any:
    go_deeper = isinstance(node, dict | list) and node and draw(st.integers(0, 7)) > 0
    if not go_deeper:
        return draw(ANYTHING)
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    key = draw(st.sampled_from(keys))
    if draw(st.integers(0, 9)) == 0:
        del node[key]
    elif isinstance(node, list) and draw(st.integers(0, 9)) == 0:
        node.insert(key, copy.deepcopy(node[key]))
    else:
        node[key] = _mangle(draw, node[key])
    return node
