"""The embedded Synapse's files: written once, readable by their owner alone.

The configuration is a template and not a generated dump, so that whoever opens it finds the reasons
beside the values. Synapse's "Configuration Manual" explains each key.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.errors import SettingsError
from pc_matrix.homeserver.embedded.guard_block import GuardLines, Placed, placed
from pc_matrix.settings import private_file


@dataclass(frozen=True, slots=True)
class Files:
    """Where the embedded server keeps what."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "homeserver.yaml"

    @property
    def log_config(self) -> Path:
        return self.folder / "log.yaml"

    @property
    def log(self) -> Path:
        return self.folder / "homeserver.log"

    @property
    def console(self) -> Path:
        """What Synapse says before its log is open, and its last words when it dies."""
        return self.folder / "console.log"

    @property
    def signing_key(self) -> Path:
        return self.folder / "signing.key"

    @property
    def pid(self) -> Path:
        return self.folder / "synapse.pid"

    @property
    def lock(self) -> Path:
        return self.folder / "starting.lock"


def write_once(files: Files, server_name: str, port: int, shared_secret: str) -> None:
    """Write what is not there yet; ``homeserver.yaml`` comes last, so that it means "complete".

    Raises ``SettingsError`` when the files that are there belong to another name or port.
    """
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.folder.chmod(0o700)
    if files.config.exists():
        _same_server(files.config, server_name, port)
        return
    if not files.signing_key.exists():
        private_file.replace(files.signing_key, _new_signing_key())
    private_file.replace(files.log_config, _LOG.format(log=json.dumps(str(files.log.absolute()))))
    private_file.replace(files.config, _configuration(files, server_name, port, shared_secret))


def place_guard(files: Files, lines: GuardLines) -> Placed:
    """Put the guard into the configuration, also into one that was written before there was one."""
    text = files.config.read_text(encoding="utf-8")
    new, done = placed(text, lines)
    if new != text:
        private_file.replace(files.config, new)
    return done


def _same_server(config: Path, server_name: str, port: int) -> None:
    text = config.read_text(encoding="utf-8")
    for key, wanted in (("server_name", json.dumps(server_name)), ("- port", str(port))):
        found = re.search(rf"^\s*{key}: (.*)$", text, re.MULTILINE)
        if found is None or found[1] != wanted:
            raise SettingsError(
                "Le serveur intégré existe déjà sous un autre nom ou un autre port.",
                f"{config} dit « {key.removeprefix('- ')} : {found[1] if found else 'rien'} », "
                f"le fichier de la commune dit {wanted}.",
                "Remettez la valeur d'origine dans le fichier de la commune. Le nom d'un serveur "
                "Matrix ne change jamais ; le port peut être changé dans les deux fichiers.",
            )


def _new_signing_key() -> str:
    # Synapse's format: algorithm, a version of one's choice, unpadded base64 of the Ed25519 seed.
    seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"ed25519 a_{secrets.token_hex(2)} {seed}\n"


def _configuration(files: Files, server_name: str, port: int, shared_secret: str) -> str:
    folder = files.folder.absolute()
    return _CONFIG.format(
        server_name=json.dumps(server_name),
        port=port,
        database=json.dumps(str(folder / "homeserver.db")),
        signing_key=json.dumps(str(files.signing_key.absolute())),
        media=json.dumps(str(folder / "media")),
        log_config=json.dumps(str(files.log_config.absolute())),
        shared_secret=json.dumps(shared_secret),
        macaroon=json.dumps(secrets.token_urlsafe(32)),
        form=json.dumps(secrets.token_urlsafe(32)),
    )


_LOG = """\
# Warnings and errors alone: Synapse logs no message at these levels.
version: 1
disable_existing_loggers: false
formatters:
  plain:
    format: "%(asctime)s %(levelname)s %(name)s: %(message)s"
handlers:
  file:
    class: logging.handlers.RotatingFileHandler
    formatter: plain
    filename: {log}
    maxBytes: 5000000
    backupCount: 3
    encoding: utf8
loggers:
  # Would write every SQL statement, and with it what is in the tables.
  synapse.storage.SQL:
    level: WARNING
  # Would write the registration's secret.
  synapse.rest.admin.users.registration_debug:
    level: WARNING
root:
  level: WARNING
  handlers: [file]
"""

_CONFIG = """\
# The embedded homeserver of pc-matrix. Written once; yours to change from now on.
server_name: {server_name}
report_stats: false

# This machine alone. People reach it through a reverse proxy with TLS (see README).
listeners:
  - port: {port}
    type: http
    bind_addresses: ["127.0.0.1"]
    x_forwarded: true
    resources:
      - names: [client]

database:
  name: sqlite3
  args:
    database: {database}

signing_key_path: {signing_key}
media_store_path: {media}
log_config: {log_config}
registration_shared_secret: {shared_secret}
macaroon_secret_key: {macaroon}
form_secret: {form}

# Accounts are made by the town hall.
enable_registration: false
allow_guest_access: false
password_config:
  policy:
    enabled: true
    minimum_length: 10

# No other server, no directory of rooms or people, no profile for strangers.
federation_domain_whitelist: []
trusted_key_servers: []
suppress_key_server_warning: true
allow_public_rooms_without_auth: false
allow_public_rooms_over_federation: false
enable_room_list_search: false
require_auth_for_profile_requests: true
user_directory:
  enabled: false
  search_all_users: false

# What is not needed is not collected; what was erased is gone the next day.
presence:
  enabled: false
url_preview_enabled: false
redaction_retention_period: 1d
user_ips_max_age: 7d
forgotten_room_retention_period: 7d

default_room_version: "12"
# pc-matrix encrypts each of its rooms itself, from the first event; a space is not encrypted.
encryption_enabled_by_default_for_room_type: "off"
# Whoever was away gets everything on return, not the last 100 events.
filter_timeline_limit: -1
max_upload_size: 20M

# Synapse's limits are made for one person per address. Here a whole town hall stands behind one
# address on the evening when everyone logs in for the first time, and joins three or four rooms in
# one go. Guessing a password stays as slow as Synapse makes it (rc_login.failed_attempts).
rc_login:
  address:
    per_second: 1
    burst_count: 60
  account:
    per_second: 0.1
    burst_count: 10
rc_joins:
  local:
    per_second: 1
    burst_count: 30
rc_joins_per_room:
  per_second: 5
  burst_count: 60
"""
