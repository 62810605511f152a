"""What is pinned in a room: the charter message first, then what others pinned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.room_shapes import PINNED, Content
from policies.terms import EventId

_OURS = "fr.pc_matrix.charter"
"""Says which of the pinned events is the charter, so that a newer one takes its place."""


def content(charter: EventId, keep: Sequence[EventId]) -> dict[str, object]:
    """``m.room.pinned_events`` with the charter before ``keep``."""
    return {"pinned": [charter, *(event for event in keep if event != charter)], _OURS: charter}


def is_pinned(state: Mapping[str, Content], charter: EventId) -> bool:
    """Whether ``charter`` stands first, and is known as ours."""
    found = state.get(PINNED, {})
    return _events(found)[:1] == [charter] and found.get(_OURS) == charter


def others_pinned(state: Mapping[str, Content], charter: EventId | None) -> tuple[EventId, ...]:
    """What is pinned besides the charter, the one that was pinned before included."""
    found = state.get(PINNED, {})
    ours = (charter, found.get(_OURS))
    return tuple(event for event in _events(found) if event not in ours)


def _events(found: Content) -> list[EventId]:
    pinned = found.get("pinned")
    return [EventId(e) for e in pinned if isinstance(e, str)] if isinstance(pinned, list) else []
