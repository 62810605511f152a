"""Where snapshots lie: one file a commune, in a folder that pc-matrix writes and Synapse reads."""

from __future__ import annotations

import re
from pathlib import Path

_CODE = re.compile(r"[0-9A-Z]{1,8}", re.ASCII)


def file_of(folder: Path, commune: str) -> Path | None:
    """The commune's file; ``None`` for what is no code, which must not become a path."""
    return folder / f"{commune}.snapshot" if _CODE.fullmatch(commune) else None
