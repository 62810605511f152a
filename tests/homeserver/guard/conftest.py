"""A commune whose snapshots are written by pc-matrix and read by the guard, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pc_matrix.homeserver.guard.home_key import public_text
from pc_matrix.homeserver.guard.module import Guard
from pc_matrix.homeserver.guard.writing import SnapshotWriter
from policies.terms import Directory
from tests.homeserver.guard.synapse import FakeApi
from tests.policies.worlds import COMMUNE, NOW

TEXTS = {"not-given": "Le registre ne donne pas ce salon."}


@dataclass
class Hall:
    folder: Path
    api: FakeApi
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    now: datetime = NOW

    @property
    def file(self) -> Path:
        return self.folder / f"{COMMUNE.code}.snapshot"

    def writer(self, key: Ed25519PrivateKey | None = None) -> SnapshotWriter:
        return SnapshotWriter(self.folder, lambda: key or self.key, COMMUNE, TEXTS)

    def publish(self, people: Directory) -> bool:
        return self.writer().publish(people, self.now)

    def guard(self) -> Guard:
        """Synapse as it starts: with what its database remembers."""
        config = {
            "public_key": public_text(self.key),
            "folder": str(self.folder),
            "bots": [COMMUNE.bot],
        }
        return Guard(Guard.parse_config(config), self.api, lambda: self.now)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    api = FakeApi()
    with closing(api.database):
        yield Hall(tmp_path / "guard", api)
