"""Where a master key may come from: the environment, a systemd credential, the secrets' file."""

from __future__ import annotations

import base64
import binascii
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr

from pc_matrix.errors import SettingsError
from pc_matrix.settings import faults

_KEY_BYTES = 32
_ACL = "system.posix_acl_access"
_ACL_ENTRY = struct.Struct("<HHI")
_ACL_OF_A_GROUP = (0x04, 0x08)  # ACL_GROUP_OBJ, ACL_GROUP


class KeySource(StrEnum):
    """Where a key was found; the first of these that has one is used."""

    ENVIRONMENT = "environment"
    CREDENTIAL = "credential"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class KeyName:
    """What one key is called in each of the three places."""

    variable: str
    credential: str
    entry: str


CURRENT = KeyName("PC_MATRIX_MASTER_KEY", "pc-matrix-master-key", "master_key")
NEXT = KeyName("PC_MATRIX_NEXT_MASTER_KEY", "pc-matrix-next-master-key", "master_key_next")


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key as it is written (base64 of 32 bytes), and where."""

    text: SecretStr
    source: KeySource
    name: KeyName

    def place(self) -> str:
        """Where people find it: a variable, a credential, or an entry of the file."""
        match self.source:
            case KeySource.ENVIRONMENT:
                return f"la variable {self.name.variable}"
            case KeySource.CREDENTIAL:
                return f"la donnée systemd {self.name.credential}"
            case KeySource.FILE:
                return f"{self.name.entry} de secrets.toml"

    def raw(self) -> bytes:
        """The 32 bytes. Raises ``SettingsError``, which does not repeat what is written."""
        try:
            key = base64.b64decode(self.text.get_secret_value().strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != _KEY_BYTES:
            raise SettingsError(
                f"Le secret {self.name.entry} n'est pas valable ({self.place()}).",
                f"Il doit être l'encodage base64 de {_KEY_BYTES} octets.",
                "Remettez la valeur écrite par « pc-matrix init », ou celle que vous avez tirée "
                "par « openssl rand -base64 32 ».",
            )
        return key


def encoded(key: bytes) -> str:
    """A key as it is written in each of the three places."""
    return base64.b64encode(key).decode()


def found(
    name: KeyName, environment: Mapping[str, str], stored: SecretStr | None
) -> FoundKey | None:
    """The key in the first place that has it; ``stored`` is the file's.

    Raises ``SettingsError`` for a credential that cannot be read, or that others may read.
    """
    if value := environment.get(name.variable):
        return FoundKey(SecretStr(value), KeySource.ENVIRONMENT, name)
    credential = _credential(name, environment)
    if credential is not None:
        return FoundKey(credential, KeySource.CREDENTIAL, name)
    if stored is not None and stored.get_secret_value():
        return FoundKey(stored, KeySource.FILE, name)
    return None


def _credential(name: KeyName, environment: Mapping[str, str]) -> SecretStr | None:
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    path = Path(folder) / name.credential
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise faults.unreadable(path, error) from None
    except UnicodeDecodeError:
        text = "?"  # not base64 either, which whoever uses the key is told
    if mode & 0o007 or (mode & 0o070 and not _group_is_only_a_mask(path)):
        raise SettingsError(
            f"{path} peut être lu ou écrit par d'autres que vous.",
            f"Ses droits sont {mode & 0o777:04o} ; systemd les met à 0400.",
            "Donnez la clé par LoadCredential= ou LoadCredentialEncrypted=, sans copie à côté.",
        )
    return SecretStr(text.strip())


def _group_is_only_a_mask(path: Path) -> bool:
    """Whether an access list explains the group's bits of the mode: no group may do anything.

    systemd (``write_credential``) makes the file 0400 and lets the unit's ``User=`` read it by an
    entry of his own in an access list; the mask of such a list shows as 0440.
    """
    try:
        listed = os.getxattr(path, _ACL)
    except OSError:
        return False
    entries = _ACL_ENTRY.iter_unpack(listed[4:])  # after the list's version
    return not any(rights for tag, rights, _ in entries if tag in _ACL_OF_A_GROUP)
