"""What stands under ``config`` in Synapse's ``modules``, read strictly: a typo opens no door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pc_matrix.homeserver.guard.envelope import public_key

MODULE = "pc_matrix.homeserver.guard.module.Guard"
_KEYS = {"public_key", "folder", "bots"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """``bots`` are the Matrix ids whose marked rooms are managed."""

    public_key: Ed25519PublicKey
    folder: Path
    bots: frozenset[str]


def parse(given: Mapping[str, Any]) -> Configuration:
    """Raises ``ValueError`` for anything missing, unknown or malformed: Synapse does not start."""
    if set(given) != _KEYS:
        raise ValueError(f"pc-matrix's guard needs exactly {', '.join(sorted(_KEYS))}")
    key, folder, bots = given["public_key"], given["folder"], given["bots"]
    if not (isinstance(folder, str) and Path(folder).is_absolute()):
        raise ValueError("folder has to be an absolute path")
    if not (isinstance(bots, list) and all(_is_user(bot) for bot in bots)):
        raise ValueError("bots has to be a list of Matrix ids")
    if not isinstance(key, str):
        raise ValueError("public_key has to be base64")  # noqa: TRY004 - Synapse tells ValueErrors
    return Configuration(public_key(key), Path(folder), frozenset(bots))


def _is_user(value: object) -> bool:
    return isinstance(value, str) and value.startswith("@") and ":" in value
