"""Actions and observed things as plain JSON, whole: nothing of them is left out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import datetime, time
from enum import Enum
from typing import Any

from pc_matrix.provisioning.reports import slug
from policies.actions import Action, Notice
from policies.terms import CommuneCode, RoomKey, RoomKind


def plain_item(item: Action | Notice) -> dict[str, Any]:
    """An action or a notice: its name under ``action``, then every field."""
    return {"action": slug(item), **plain(item)}


def plain(value: Any) -> Any:  # noqa: PLR0911 - one answer a kind
    """``value`` as JSON has it; a room's key as ``kind:code``, sets sorted."""
    if isinstance(value, RoomKey):
        return named(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | time):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, Set):
        return sorted(plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def named(key: RoomKey) -> str:
    """``sector:centre``; the commune is left out."""
    return f"{key.kind.value}:{key.code}".removesuffix(":")


def key_of(name: str, commune: CommuneCode) -> RoomKey:
    """The room that ``named`` gave this name."""
    kind, _, code = name.partition(":")
    return RoomKey(commune, RoomKind(kind), code)


def canonical(value: Any) -> str:
    """The same text for the same thing, in whatever order it was put together."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
