"""What the session knows of each room from its state: who is in it, and how often keys rotate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.outbound import Rotation
from pc_matrix.homeserver.shapes import integer, mapping, string


@dataclass(slots=True)
class RoomView:
    """One room. ``present`` are those who are joined or invited: they may get keys."""

    memberships: dict[str, str] = field(default_factory=dict)
    rotation: Rotation = field(default_factory=Rotation)

    @property
    def joined(self) -> frozenset[str]:
        return frozenset(u for u, m in self.memberships.items() if m == "join")

    @property
    def present(self) -> frozenset[str]:
        return frozenset(u for u, m in self.memberships.items() if m in ("join", "invite"))

    def take(self, events: Iterable[Json]) -> bool:
        """Learn from raw state events; whether any of them was state at all."""
        learned = False
        for event in events:
            if isinstance(event.get("state_key"), str):
                self._learn(event)
                learned = True
        return learned

    def _learn(self, event: Json) -> None:
        kind, content = string(event, "type"), mapping(event, "content")
        if kind == "m.room.member":
            self.memberships[event["state_key"]] = string(content, "membership")
        elif kind == "m.room.encryption" and event["state_key"] == "":
            self.rotation = _rotation(content)


def _rotation(content: Json) -> Rotation:
    """The room's own rotation setting; what it does not say, or says wrongly, is the default's.

    A setting can only make rotation stricter: a server that rewrites it must not switch it off.
    """
    default = Rotation()
    messages = integer(content, "rotation_period_msgs") or 0
    milliseconds = integer(content, "rotation_period_ms") or 0
    return Rotation(
        min(messages, default.messages) if messages > 0 else default.messages,
        min(timedelta(milliseconds=min(milliseconds, 10**12)), default.age)
        if milliseconds > 0
        else default.age,
    )
