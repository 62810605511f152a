"""The name and the topic of each room, as people read them."""

from __future__ import annotations

from bridges.wording.catalogue import text
from policies.room_shapes import RoomTexts
from policies.terms import Commune, RoomKey, RoomKind


def room_texts(commune: Commune, key: RoomKey) -> RoomTexts:
    """What ``key``'s room is called and says of itself, in the commune's language."""
    names = {"commune": commune.name, "place": _place(commune, key)}
    name, topic = (
        text(commune.language, f"room.{key.kind.value}.{part}", **names)
        for part in ("name", "topic")
    )
    mottos = text(commune.language, "room.mottos")
    emergency = text(commune.language, "room.emergency")
    return RoomTexts(name, " ".join((topic, mottos, emergency)))


def _place(commune: Commune, key: RoomKey) -> str:
    """The sector's or authority's own name; its code when the commune has it no more."""
    if key.kind is RoomKind.SECTOR:
        return next((s.name for s in commune.sectors if s.code == key.code), key.code)
    return next((a.name for a in commune.authorities if a.code == key.code), key.code)
