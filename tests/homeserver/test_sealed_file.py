"""A sealed file is on the disk, name and all, before anybody goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.vault import Vault


def test_a_file_and_its_name_are_on_the_disk_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = SealedFile(tmp_path / "identity.sealed", "identity", Vault(b"k" * 32))
    synced: list[tuple[Path, bool]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((name, file.path.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    file.write({"seed": "x"})
    assert synced == [(tmp_path / "identity.new", False), (tmp_path, True)]
    assert file.read() == {"seed": "x"}
    assert b"seed" not in file.path.read_bytes()
    with pytest.raises(StoreError):
        SealedFile(file.path, "login", Vault(b"k" * 32)).read()
