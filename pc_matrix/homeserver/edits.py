"""Changes of messages (specification, "Event replacements"): which count, and what they make.

Where a change stands in the clear, a homeserver can make it point elsewhere. Only what stands
inside the ciphertext says which message is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.room_events import RoomEvent, parse
from pc_matrix.homeserver.shapes import mapping, string


class NoEdit(Enum):
    """There is no change to go by."""

    NEVER = auto()
    """The message was not changed."""
    UNSETTLED = auto()
    """It was, and the newest change cannot be read, or may belong to another message."""


def is_edit(event: RoomEvent) -> bool:
    """Whether ``event`` changes another one, by its own word or by the homeserver's."""
    relation = string(event.content, "m.relates_to", "rel_type")
    return relation == "m.replace" or "m.new_content" in event.content


def newest_first(found: Iterable[Json], original: RoomEvent) -> list[RoomEvent]:
    """The encrypted changes of ``original`` by its own sender, as they stand on the wire.

    A plain one, anybody's or the homeserver's, is none; nor is a redacted one.
    """
    parsed = (parse(raw, original.room_id) for raw in found)
    edits = [
        event
        for event in parsed
        if event is not None
        and event.sender == original.sender
        and event.type == "m.room.encrypted"
        and event.state_key is None
        and event.content
    ]
    return sorted(edits, key=lambda event: (event.sent_at, event.event_id), reverse=True)


def settles(edit: RoomEvent, original: RoomEvent) -> bool:
    """Whether an opened change says, inside its ciphertext, that it is one of ``original``."""
    relation = mapping(edit.content, "m.relates_to")
    return (
        edit.ciphertext is not None
        and edit.ciphertext.has_relation
        and (relation.get("rel_type"), relation.get("event_id")) == ("m.replace", original.event_id)
        and edit.type == original.type == "m.room.message"
        and bool(mapping(edit.content, "m.new_content"))
    )


def replaced(original: RoomEvent, edit: RoomEvent) -> RoomEvent:
    """``original`` with the words of ``edit``, which bring no quotation of their own."""
    content = mapping(edit.content, "m.new_content")
    kept = {k: v for k, v in content.items() if k not in ("m.relates_to", "m.new_content")}
    return replace(original, content=kept)
