"""The snapshots as the guard holds them: read again only when a file was replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pc_matrix.homeserver.guard.envelope import LARGEST, opened
from pc_matrix.homeserver.guard.folder import file_of
from policies.guard import Flaw
from policies.guard_snapshot import Snapshot
from policies.terms import CommuneCode


class Memory(Protocol):
    """What outlives Synapse's own restart: the greatest version of each commune's snapshots."""

    async def raise_to(self, commune: str, version: int) -> int:
        """Remember ``version`` unless a greater one is known; the greatest, afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class _Look:
    """A file at one moment: a replaced or rewritten one differs in at least one of these."""

    inode: int
    size: int
    changed: int

    @classmethod
    def at(cls, path: Path) -> _Look:
        found = path.stat()
        return cls(found.st_ino, found.st_size, found.st_ctime_ns)


class Snapshots:
    """Those of ``folder`` that ``key`` signed."""

    def __init__(self, folder: Path, key: Ed25519PublicKey, memory: Memory) -> None:
        self._folder, self._key, self._memory = folder, key, memory
        self._held: dict[CommuneCode, tuple[_Look, Snapshot | Flaw]] = {}

    async def of(self, commune: CommuneCode) -> Snapshot | Flaw:
        """The commune's snapshot as it is now, or why there is none that counts.

        The greatest version is asked for every time: another of Synapse's processes may have seen
        a newer one. Raises what the memory raises.
        """
        found = self._look(commune)
        if isinstance(found, Flaw):
            return found
        if found.commune != commune:
            return Flaw.FORGED
        greatest = await self._memory.raise_to(commune, found.version)
        return found if found.version >= greatest else Flaw.REPLAYED

    def _look(self, commune: CommuneCode) -> Snapshot | Flaw:
        path = file_of(self._folder, commune)
        if path is None:
            return Flaw.ABSENT
        try:
            look = _Look.at(path)
            held = self._held.get(commune)
            if held is not None and held[0] == look:
                return held[1]
            # What is replaced between the two is read again the next time: the look is older.
            snapshot = opened(_content(path), self._key)
        except FileNotFoundError:
            return Flaw.ABSENT
        except OSError:
            return Flaw.UNREADABLE
        self._held[commune] = look, snapshot
        return snapshot


def _content(path: Path) -> bytes:
    # No link is followed and no pipe waited for: a folder that others may write to stays harmless.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(LARGEST)
