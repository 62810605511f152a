"""Looking into untrusted JSON: what has not the expected shape is not there."""

from __future__ import annotations

from typing import Any

from pc_matrix.homeserver.http import Json


def at(data: Any, *path: str) -> Any:
    """What stands at ``path`` in nested objects, ``None`` where the path breaks off."""
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def string(data: Any, *path: str) -> str:
    """The string at ``path``, empty when there is none."""
    found = at(data, *path)
    return found if isinstance(found, str) else ""


def integer(data: Any, *path: str) -> int | None:
    """The whole number at ``path``; a boolean is none."""
    found = at(data, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def mapping(data: Any, *path: str) -> Json:
    """The object at ``path``, empty when there is none."""
    found = at(data, *path)
    return found if isinstance(found, dict) else {}


def objects(data: Any, *path: str) -> list[Json]:
    """The objects in the list at ``path``; everything else in it is left out."""
    found = at(data, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def strings(data: Any, *path: str) -> list[str]:
    """The strings in the list at ``path``; everything else in it is left out."""
    found = at(data, *path)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
