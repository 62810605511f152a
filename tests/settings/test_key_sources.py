from __future__ import annotations

import os
import stat
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from pc_matrix.errors import SettingsError, StoreError
from pc_matrix.settings import (
    KeySource,
    load_secrets,
    put_next_key_in_place,
    save_next_key,
    save_secrets,
)
from pc_matrix.settings.key_sources import encoded

FILE, CREDENTIAL, ENVIRONMENT, NEXT = (letter * 32 for letter in (b"f", b"c", b"e", b"n"))
ALL = 0xFFFFFFFF


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    return folder


def credential(folder: Path, key: bytes = CREDENTIAL, mode: int = 0o400) -> Path:
    path = folder / "pc-matrix-master-key"
    path.write_text(encoded(key) + "\n")
    path.chmod(mode)
    return path


def test_the_environment_comes_before_the_credential_before_the_file(
    tmp_path: Path, credentials: Path
) -> None:
    save_secrets(tmp_path, master_key=encoded(FILE))
    environment = {"CREDENTIALS_DIRECTORY": str(credentials)}
    held = load_secrets(tmp_path, environment)
    assert (held.vault_key(), held.current().source) == (FILE, KeySource.FILE)
    credential(credentials)
    held = load_secrets(tmp_path, environment)
    assert (held.vault_key(), held.current().source) == (CREDENTIAL, KeySource.CREDENTIAL)
    held = load_secrets(tmp_path, environment | {"PC_MATRIX_MASTER_KEY": encoded(ENVIRONMENT)})
    assert (held.vault_key(), held.current().source) == (ENVIRONMENT, KeySource.ENVIRONMENT)
    for key in (FILE, CREDENTIAL, ENVIRONMENT):
        assert encoded(key) not in repr(held)


def test_a_credential_is_never_saved(tmp_path: Path, credentials: Path) -> None:
    credential(credentials)
    assert load_secrets(tmp_path, {"CREDENTIALS_DIRECTORY": str(credentials)}).master_key
    save_secrets(tmp_path, admin_token="t")
    assert encoded(CREDENTIAL) not in (tmp_path / "secrets.toml").read_text()


@pytest.mark.parametrize("mode", [0o404, 0o440, 0o444, 0o460])
def test_a_credential_that_others_may_read_is_refused(
    tmp_path: Path, credentials: Path, mode: int
) -> None:
    path = credential(credentials, mode=mode)
    with pytest.raises(SettingsError, match="d'autres que vous") as caught:
        load_secrets(tmp_path, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert str(path) in caught.value.what
    assert "0400" in caught.value.why


@pytest.mark.parametrize(("group", "taken"), [(0, True), (4, False)])
def test_an_access_list_as_systemd_writes_it(
    tmp_path: Path, credentials: Path, group: int, taken: bool
) -> None:
    path = credential(credentials)
    # user::r--, user:65534:r--, group::…, mask::r--, other::---
    entries = [(1, 4, ALL), (2, 4, 65534), (4, group, ALL), (0x10, 4, ALL), (0x20, 0, ALL)]
    listed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)
    with suppress(OSError):  # a file system without access lists
        os.setxattr(path, "system.posix_acl_access", listed)
    if "system.posix_acl_access" not in os.listxattr(path):
        return
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    try:
        held = load_secrets(tmp_path, {"CREDENTIALS_DIRECTORY": str(credentials)})
    except SettingsError:
        assert not taken
    else:
        assert taken
        assert held.vault_key() == CREDENTIAL


def test_a_credential_that_is_no_key_says_which(tmp_path: Path, credentials: Path) -> None:
    path = credential(credentials)
    path.chmod(0o600)
    path.write_bytes(b"\xff hush")
    held = load_secrets(tmp_path, {"CREDENTIALS_DIRECTORY": str(credentials)})
    with pytest.raises(SettingsError, match="pc-matrix-master-key") as caught:
        held.vault_key()
    assert "hush" not in " ".join(caught.value.diagnostics())


def test_a_folder_in_place_of_a_credential(tmp_path: Path, credentials: Path) -> None:
    (credentials / "pc-matrix-master-key").mkdir()
    with pytest.raises(SettingsError, match="ne se lit pas"):
        load_secrets(tmp_path, {"CREDENTIALS_DIRECTORY": str(credentials)})


def test_the_next_key_lies_beside_the_first_and_takes_its_place(tmp_path: Path) -> None:
    save_secrets(tmp_path, master_key=encoded(FILE), bot_passwords={"59999": "pw"})
    save_next_key(tmp_path, NEXT)
    save_secrets(tmp_path, admin_token="later")
    save_next_key(tmp_path, NEXT)
    held = load_secrets(tmp_path, {})
    assert held.unfinished
    assert held.next_key
    assert held.next_key.raw() == NEXT
    with pytest.raises(StoreError, match="n'est pas finie") as caught:
        held.vault_key()
    assert "master-key rotate" in caught.value.remedy
    with pytest.raises(SettingsError, match="nouvelle clé de cette rotation"):
        save_next_key(tmp_path, CREDENTIAL)
    with pytest.raises(SettingsError, match="nouvelle clé de cette rotation"):
        put_next_key_in_place(tmp_path, CREDENTIAL)
    put_next_key_in_place(tmp_path, NEXT)
    held = load_secrets(tmp_path, {})
    assert (held.vault_key(), held.next_key) == (NEXT, None)
    assert held.required("admin_token") == "later"
    assert held.bot_password("59999") == "pw"
    assert encoded(FILE) not in (tmp_path / "secrets.toml").read_text()
    assert stat.S_IMODE((tmp_path / "secrets.toml").stat().st_mode) == 0o600
    with pytest.raises(SettingsError):
        put_next_key_in_place(tmp_path, NEXT)


def test_those_who_write_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    save_secrets(tmp_path, master_key=encoded(FILE))

    def write(number: int) -> None:
        if number == 7:
            save_next_key(tmp_path, NEXT)
        save_secrets(tmp_path, bot_passwords={f"{number:05}": "pw"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    held = load_secrets(tmp_path, {})
    assert held.next_key
    assert len(held.bot_passwords) == 24


def test_what_a_killed_writer_left_does_not_stay(tmp_path: Path) -> None:
    left = tmp_path / ".secrets.toml.new"
    left.write_text("half a fi")
    left.chmod(0o644)
    save_secrets(tmp_path, master_key=encoded(FILE))
    assert [p.name for p in tmp_path.iterdir()] == ["secrets.toml"]
    assert stat.S_IMODE((tmp_path / "secrets.toml").stat().st_mode) == 0o600
