"""The mark by which a room is found again: it is written in its creation event, for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policies.terms import CommuneCode, RoomKey, RoomKind

FIELD = "fr.pc_matrix"
"""The key in ``m.room.create``'s content that holds the mark."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Which room of the scheme this is, and the nonce of the intent that created it."""

    key: RoomKey
    nonce: str


def as_content(mark: Mark) -> dict[str, str]:
    """The mark as JSON, to stand under ``FIELD``."""
    return {
        "commune": mark.key.commune,
        "kind": mark.key.kind.value,
        "code": mark.key.code,
        "nonce": mark.nonce,
    }


def read(creation: Mapping[str, object]) -> Mark | None:
    """The mark in a creation event's content; ``None`` when it has none that we understand."""
    carried = creation.get(FIELD)
    if not isinstance(carried, dict):
        return None
    commune, kind, code, nonce = (carried.get(f) for f in ("commune", "kind", "code", "nonce"))
    if not (isinstance(commune, str) and isinstance(code, str) and isinstance(nonce, str)):
        return None
    if kind not in [k.value for k in RoomKind]:
        return None
    return Mark(RoomKey(CommuneCode(commune), RoomKind(kind), code), nonce)
