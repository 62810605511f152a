"""What the session knows of each room from its state: who is in it, and how often keys rotate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from pc_matrix.homeserver.crypto.account import MEGOLM
from pc_matrix.homeserver.crypto.rotation import Rotation, rotation
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import integer, mapping, string

_PRESENT = ("join", "invite")


class Learned(Enum):
    """What a state event changed in what is known of a room."""

    NOTHING = auto()
    """A state that the session has no use for; others may."""
    MEMBER = auto()
    ENCRYPTION = auto()
    ENCRYPTION_WEAKENED = auto()
    """Another algorithm, none, or keys that last longer than before."""


@dataclass(slots=True)
class RoomView:
    """One room. ``present`` are those who are joined or invited: they may get keys."""

    memberships: dict[str, str] = field(default_factory=dict)
    rotation: Rotation = field(default_factory=Rotation)
    is_encrypted: bool = False

    @property
    def joined(self) -> frozenset[str]:
        return frozenset(u for u, m in self.memberships.items() if m == "join")

    @property
    def present(self) -> frozenset[str]:
        return frozenset(u for u, m in self.memberships.items() if m in _PRESENT)

    def take(self, events: Iterable[Json]) -> list[tuple[Learned, Json]]:
        """Learn from raw events; the state among them, in order, with what each changed."""
        return [(self._learn(e), e) for e in events if isinstance(e.get("state_key"), str)]

    def _learn(self, event: Json) -> Learned:
        kind, key, content = string(event, "type"), event["state_key"], mapping(event, "content")
        if kind == "m.room.member":
            return self._learn_member(key, string(content, "membership"))
        if kind == "m.room.encryption" and key == "":
            return self._learn_encryption(content)
        return Learned.NOTHING

    def _learn_member(self, user_id: str, membership: str) -> Learned:
        before = self.memberships.pop(user_id, "")
        if membership in _PRESENT:
            self.memberships[user_id] = membership
        return Learned.NOTHING if membership == before else Learned.MEMBER

    def _learn_encryption(self, content: Json) -> Learned:
        """What is encrypted stays so, whatever the server says later: sending never asks."""
        setting, names_megolm = rotation(content), string(content, "algorithm") == MEGOLM
        if not self.is_encrypted:
            self.rotation, self.is_encrypted = setting, names_megolm
            return Learned.ENCRYPTION
        weaker = not names_megolm or setting.is_looser_than(self.rotation)
        self.rotation = self.rotation.stricter(setting)
        return Learned.ENCRYPTION_WEAKENED if weaker else Learned.ENCRYPTION

    def to_json(self) -> Json:
        """The view as one JSON object, for ``from_json``."""
        return {
            "members": self.memberships,
            "messages": self.rotation.messages,
            "seconds": int(self.rotation.age.total_seconds()),
            "encrypted": self.is_encrypted,
        }

    @classmethod
    def from_json(cls, data: Any) -> RoomView:
        """What ``to_json`` gave."""
        default = Rotation()
        seconds = integer(data, "seconds")
        return cls(
            {u: m for u, m in mapping(data, "members").items() if m in _PRESENT},
            Rotation(
                integer(data, "messages") or default.messages,
                default.age if seconds is None else timedelta(seconds=seconds),
            ),
            data.get("encrypted") is True,
        )
