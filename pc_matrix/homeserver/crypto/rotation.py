"""How often a room's Megolm session is replaced (specification, "m.room.encryption")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import integer


@dataclass(frozen=True, slots=True)
class Rotation:
    """After so many messages, or so much time, whichever comes first."""

    messages: int = 100
    age: timedelta = timedelta(days=7)

    def is_looser_than(self, other: Rotation) -> bool:
        return self.messages > other.messages or self.age > other.age

    def stricter(self, other: Rotation) -> Rotation:
        return Rotation(min(self.messages, other.messages), min(self.age, other.age))


def rotation(content: Json) -> Rotation:
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
