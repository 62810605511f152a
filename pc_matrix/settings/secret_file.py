"""The secrets: one 0600 file, overridden by the environment, printed as dots."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from pc_matrix.errors import SettingsError, StoreError
from pc_matrix.settings import faults, rotation_mark
from pc_matrix.settings.key_sources import CURRENT, NEXT, FoundKey, KeySource, encoded, found
from pc_matrix.settings.private_file import alone_in, replace
from pc_matrix.settings.rotation_mark import Mark

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
    mail_passwords: Mapping[str, SecretStr] = field(default_factory=dict)
    """What each commune's mail server asks for, by INSEE code."""
    found_key: FoundKey | None = None
    """The master key with the place where it was found."""
    next_key: FoundKey | None = None
    """The key that a rotation leads to, from its beginning to its end, or that was prepared."""
    mark: Mark | None = None
    """Where a rotation stands whose keys pc-matrix cannot replace by itself."""

    def vault_key(self) -> bytes:
        """The 32 bytes of ``master_key``.

        Raises ``SettingsError`` when absent or malformed, ``StoreError`` while a rotation is not
        finished: some is then sealed under one key and some under the other.
        """
        key = self.current().raw()
        if self.unfinished:
            raise StoreError(
                "La rotation de la clé maîtresse n'est pas finie.",
                "Elle s'est arrêtée en chemin : une partie est scellée par l'ancienne clé, le "
                "reste par la nouvelle. Rien n'est perdu.",
                "Lancez « pc-matrix master-key rotate » : la commande reprend et finit.",
            )
        if self.mark is not None and not self.mark.names(key):
            raise not_in_place(self.current())
        return key

    def current(self) -> FoundKey:
        """The master key and its place; raises ``SettingsError`` when there is none."""
        if self.found_key is None:
            raise _absent(CURRENT.entry, CURRENT.variable)
        return self.found_key

    @property
    def unfinished(self) -> bool:
        """Whether a rotation began and did not end."""
        in_file = self.next_key is not None and self.next_key.source is KeySource.FILE
        return in_file or (self.mark is not None and not self.mark.sealed)

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
    mail_password: SecretStr | None = None


class _SecretFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    master_key: SecretStr | None = None
    master_key_next: SecretStr | None = None
    admin_token: SecretStr | None = None
    registration_shared_secret: SecretStr | None = None
    communes: dict[str, _CommuneSecrets] = {}


def load_secrets(home: Path, environment: Mapping[str, str] | None = None) -> Secrets:
    """The secrets of ``home``: the file's, overridden by ``PC_MATRIX_<NAME>`` variables.

    A commune's passwords are overridden by ``PC_MATRIX_BOT_PASSWORD_<INSEE>`` and
    ``PC_MATRIX_MAIL_PASSWORD_<INSEE>``, the master key also by the systemd credential
    ``pc-matrix-master-key``. Without a file only these speak. Raises
    ``SettingsError`` when others may read the file or the credential, or one is malformed.
    """
    env = os.environ if environment is None else environment
    stored = _stored(home / FILE_NAME)
    named = {name: _overridden(env, name.upper(), getattr(stored, name)) for name in _NAMES}
    current = found(CURRENT, env, stored.master_key)
    named["master_key"] = current.text if current else None
    coming = stored.next_key or found(NEXT, env, None)
    mark = rotation_mark.read(home)
    return Secrets(
        **named,
        bot_passwords=_by_commune(env, "BOT_PASSWORD_", stored.bot_passwords),
        mail_passwords=_by_commune(env, "MAIL_PASSWORD_", stored.mail_passwords),
        found_key=current,
        next_key=coming,
        mark=mark,
    )


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
    given = dict(zip(_NAMES, (master_key, admin_token, registration_shared_secret), strict=True))
    added = {code: SecretStr(value) for code, value in (bot_passwords or {}).items()}
    with alone_in(home):
        stored = _stored(home / FILE_NAME)
        named: dict[str, Any] = {
            n: SecretStr(v) if v is not None else getattr(stored, n) for n, v in given.items()
        }
        passwords = {**stored.bot_passwords, **added}
        merged = Secrets(
            **named,
            bot_passwords=passwords,
            mail_passwords=stored.mail_passwords,
            next_key=stored.next_key,
        )
        replace(home / FILE_NAME, _as_toml(merged))
    return merged


def save_next_key(home: Path, key: bytes) -> None:
    """Write ``key`` beside the file's master key: from here on a rotation is unfinished.

    One that is there stays, and ``SettingsError`` is raised when it is not ``key``.
    """
    with alone_in(home):
        stored = _stored(home / FILE_NAME)
        if stored.next_key is None:
            coming = FoundKey(SecretStr(encoded(key)), KeySource.FILE, NEXT)
            replace(home / FILE_NAME, _as_toml(dataclasses.replace(stored, next_key=coming)))
        elif stored.next_key.raw() != key:
            raise _another_next(home / FILE_NAME)


def put_next_key_in_place(home: Path, key: bytes) -> None:
    """Let ``key`` take the place of the file's master key: the end of a rotation.

    Raises ``SettingsError``, with nothing written, when it is not the next key of the file.
    """
    with alone_in(home):
        stored = _stored(home / FILE_NAME)
        if stored.next_key is None or stored.next_key.raw() != key:
            raise _another_next(home / FILE_NAME)
        placed = dataclasses.replace(stored, master_key=stored.next_key.text, next_key=None)
        replace(home / FILE_NAME, _as_toml(placed))


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
    of_communes = parsed.communes.items()
    named = {name: getattr(parsed, name) for name in _NAMES}
    return Secrets(
        **named,
        bot_passwords={c: s.bot_password for c, s in of_communes if s.bot_password},
        mail_passwords={c: s.mail_password for c, s in of_communes if s.mail_password},
        next_key=found(NEXT, {}, parsed.master_key_next),
    )


def _overridden(env: Mapping[str, str], name: str, stored: SecretStr | None) -> SecretStr | None:
    value = env.get(f"{_PREFIX}{name}")
    return SecretStr(value) if value else stored


def _by_commune(
    env: Mapping[str, str], name: str, stored: Mapping[str, SecretStr]
) -> dict[str, SecretStr]:
    prefix = f"{_PREFIX}{name}"
    given = {k.removeprefix(prefix): v for k, v in env.items() if k.startswith(prefix) and v}
    return {**stored, **{code: SecretStr(value) for code, value in given.items()}}


def _as_toml(held: Secrets) -> str:
    lines = ["# Secrets de pc-matrix. Ce fichier doit rester lisible par vous seul (0600)."]
    for name in _NAMES:
        value: SecretStr | None = getattr(held, name)
        if value is not None:
            lines.append(f"{name} = {_quoted(value)}")
    if held.next_key is not None:
        lines.append(f"{NEXT.entry} = {_quoted(held.next_key.text)}  # rotation en cours")
    kinds = (("bot_password", held.bot_passwords), ("mail_password", held.mail_passwords))
    for code in sorted({code for _, passwords in kinds for code in passwords}):
        lines += ["", f"[communes.{json.dumps(code)}]"]
        lines += [f"{key} = {_quoted(given[code])}" for key, given in kinds if code in given]
    return "\n".join(lines) + "\n"


def _quoted(value: SecretStr) -> str:
    # A JSON string is a TOML basic string, DEL excepted.
    return json.dumps(value.get_secret_value(), ensure_ascii=False).replace("\x7f", "\\u007f")


def _absent(name: str, variable: str) -> SettingsError:
    return SettingsError(
        f"Le secret {name} manque.",
        f"Il n'est ni dans {FILE_NAME} ni dans la variable {variable}.",
        "Lancez « pc-matrix init », puis « pc-matrix homeserver up » ; ou ajoutez-le à l'un des "
        "deux.",
    )


def not_in_place(current: FoundKey) -> StoreError:
    """What to tell when all is sealed under a new key and the old one is still given."""
    return StoreError(
        "La nouvelle clé maîtresse n'est pas encore en place.",
        f"Tout est scellé par la nouvelle clé ; {current.place()} donne encore l'ancienne.",
        f"Mettez-y la valeur de {NEXT.variable} ({NEXT.credential}) et retirez celle-ci. Après le "
        f"retour à une sauvegarde d'avant la rotation, supprimez {rotation_mark.FILE_NAME}.",
    )


def _another_next(path: Path) -> SettingsError:
    return SettingsError(
        f"{path} ne porte pas la nouvelle clé de cette rotation.",
        f"Une rotation vers une autre clé y est commencée ({NEXT.entry}), ou il a été modifié.",
        f"Retirez {NEXT.variable} et relancez « pc-matrix master-key rotate ».",
    )
