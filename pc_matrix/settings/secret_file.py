"""The secrets: one 0600 file, overridden by the environment, printed as dots."""

from __future__ import annotations

import base64
import binascii
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from pc_matrix.errors import SettingsError
from pc_matrix.settings import faults

FILE_NAME = "secrets.toml"
_PREFIX = "PC_MATRIX_"
_NAMES = ("master_key", "admin_token", "registration_shared_secret")


@dataclass(frozen=True, slots=True)
class Secrets:
    """A deployment's secrets, each ``None`` while it is not set; ``repr`` shows dots."""

    master_key: SecretStr | None = None
    """The vault's key, base64 of 32 bytes."""
    admin_token: SecretStr | None = None
    registration_shared_secret: SecretStr | None = None
    bot_passwords: Mapping[str, SecretStr] = field(default_factory=dict)
    """Each commune's bot password, by INSEE code."""

    def vault_key(self) -> bytes:
        """The 32 bytes of ``master_key``. Raises ``SettingsError`` when absent or malformed."""
        text = self.required("master_key")
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != 32:
            raise SettingsError(
                "Le secret master_key n'est pas valable.",
                "Il doit être l'encodage base64 de 32 octets.",
                f"Remettez dans {FILE_NAME} la valeur écrite par « pc-matrix init ».",
            )
        return key

    def required(self, name: str) -> str:
        """The secret ``master_key``, ``admin_token`` or ``registration_shared_secret`` in clear.

        Raises ``SettingsError`` saying where to put it when it is not set.
        """
        value: SecretStr | None = getattr(self, name)
        if value is None or not value.get_secret_value():
            raise _absent(name, f"{_PREFIX}{name.upper()}")
        return value.get_secret_value()

    def bot_password(self, commune: str) -> str:
        """The password of that commune's bot in clear; raises ``SettingsError`` when not set."""
        value = self.bot_passwords.get(commune)
        if value is None or not value.get_secret_value():
            raise _absent(f"[communes.{commune}] bot_password", f"{_PREFIX}BOT_PASSWORD_{commune}")
        return value.get_secret_value()


class _CommuneSecrets(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    bot_password: SecretStr | None = None


class _SecretFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    master_key: SecretStr | None = None
    admin_token: SecretStr | None = None
    registration_shared_secret: SecretStr | None = None
    communes: dict[str, _CommuneSecrets] = {}


def load_secrets(home: Path, environment: Mapping[str, str] | None = None) -> Secrets:
    """The secrets of ``home``: the file's, overridden by ``PC_MATRIX_<NAME>`` variables.

    A bot's password is overridden by ``PC_MATRIX_BOT_PASSWORD_<INSEE>``. Without a file only the
    environment speaks. Raises ``SettingsError`` when others may read the file, or it is malformed.
    """
    env = os.environ if environment is None else environment
    stored = _stored(home / FILE_NAME)
    named = {name: _overridden(env, name.upper(), getattr(stored, name)) for name in _NAMES}
    passwords = dict(stored.bot_passwords)
    prefix = f"{_PREFIX}BOT_PASSWORD_"
    for key, value in env.items():
        if key.startswith(prefix) and value:
            passwords[key.removeprefix(prefix)] = SecretStr(value)
    return Secrets(**named, bot_passwords=passwords)


def save_secrets(
    home: Path,
    *,
    master_key: str | None = None,
    admin_token: str | None = None,
    registration_shared_secret: str | None = None,
    bot_passwords: Mapping[str, str] | None = None,
) -> Secrets:
    """Write the given secrets into the file (0600, replaced in one step); the others stay.

    Returns what the file now holds. What the environment overrides is never written. Raises
    ``SettingsError`` when the file cannot be written.
    """
    path = home / FILE_NAME
    stored = _stored(path)
    given = dict(zip(_NAMES, (master_key, admin_token, registration_shared_secret), strict=True))
    named = {n: SecretStr(v) if v is not None else getattr(stored, n) for n, v in given.items()}
    added = {code: SecretStr(value) for code, value in (bot_passwords or {}).items()}
    merged = Secrets(**named, bot_passwords={**stored.bot_passwords, **added})
    try:
        _replace(path, _as_toml(merged))
    except OSError as error:
        raise SettingsError(
            f"{path} n'a pas pu être écrit ; l'ancien contenu est intact.",
            f"Le système répond : {error.strerror}.",
            "Vérifiez que le dossier existe, qu'il vous appartient et que le disque a de la place.",
        ) from None
    return merged


def _stored(path: Path) -> Secrets:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Secrets()
    except OSError as error:
        raise faults.unreadable(path, error) from None
    if mode & 0o077:
        raise SettingsError(
            f"{path} peut être lu par d'autres que vous.",
            f"Ses droits sont {mode & 0o777:04o} ; ils doivent être 0600.",
            f"Tapez : chmod 600 {path}",
        )
    data = faults.read_toml(path)
    try:
        parsed = _SecretFile.model_validate(data)
    except ValidationError as error:
        raise faults.refused(path, faults.of_validation(error, _SecretFile)) from None
    passwords = {c: s.bot_password for c, s in parsed.communes.items() if s.bot_password}
    named = {name: getattr(parsed, name) for name in _NAMES}
    return Secrets(**named, bot_passwords=passwords)


def _overridden(env: Mapping[str, str], name: str, stored: SecretStr | None) -> SecretStr | None:
    value = env.get(f"{_PREFIX}{name}")
    return SecretStr(value) if value else stored


def _as_toml(held: Secrets) -> str:
    lines = ["# Secrets de pc-matrix. Ce fichier doit rester lisible par vous seul (0600)."]
    for name in _NAMES:
        value: SecretStr | None = getattr(held, name)
        if value is not None:
            lines.append(f"{name} = {_quoted(value)}")
    for code, password in sorted(held.bot_passwords.items()):
        lines += ["", f"[communes.{json.dumps(code)}]", f"bot_password = {_quoted(password)}"]
    return "\n".join(lines) + "\n"


def _quoted(value: SecretStr) -> str:
    # A JSON string is a TOML basic string, DEL excepted.
    return json.dumps(value.get_secret_value(), ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str) -> None:
    # mkstemp makes the file 0600 whatever the umask.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _absent(name: str, variable: str) -> SettingsError:
    return SettingsError(
        f"Le secret {name} manque.",
        f"Il n'est ni dans {FILE_NAME} ni dans la variable {variable}.",
        "Lancez « pc-matrix init », ou ajoutez-le à l'un des deux.",
    )
