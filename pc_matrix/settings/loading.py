"""Finding a commune's file under the home, and making ``Settings`` of it."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from pc_matrix.errors import SettingsError
from pc_matrix.settings import faults
from pc_matrix.settings.between_keys import cross_faults
from pc_matrix.settings.commune_file import CommuneFile
from pc_matrix.settings.secret_file import load_secrets
from pc_matrix.settings.values import Settings
from policies.terms import AuthorityCode

_DATABASE_VARIABLE = "PC_MATRIX_DATABASE"
"""A database's address may carry a password: the environment may give it instead of the file."""


def communes(home: Path) -> tuple[str, ...]:
    """The INSEE codes of the communes that have a file under ``home``, sorted; may be empty."""
    return tuple(sorted(path.stem for path in (home / "communes").glob("*.toml")))


def load(home: Path, commune: str | None = None) -> Settings:
    """The settings of ``commune``, or of the only one there is.

    Raises ``SettingsError`` naming every fault of the file at once, each with its key path; or
    listing the communes when there are several and none was named.
    """
    path = home / "communes" / f"{chosen(home, commune)}.toml"
    parsed = _parsed(path)
    declared = parsed.declared()
    secrets = load_secrets(home)
    password = secrets.mail_passwords.get(declared.code)
    return Settings(
        home=home,
        path=path,
        commune=declared,
        homeserver_url=parsed.homeserver.url,
        bot=declared.bot,
        server_name=declared.server_name,
        database_url=_database_url(home, parsed.options.database),
        language=parsed.options.language,
        secrets=secrets,
        images={kind: path.parent / file for kind, file in parsed.images.files().items()},
        mail=parsed.mail.server(path.parent, password) if parsed.mail else None,
        certificates={
            AuthorityCode(a.code): path.parent / a.certificate
            for a in parsed.authority
            if a.certificate
        },
        other_charter=parsed.other_charter(),
    )


def chosen(home: Path, commune: str | None = None) -> str:
    """The code of ``commune``, or of the only one there is.

    Raises ``SettingsError`` when it has no file under ``home``, or several have and none was named.
    """
    known = communes(home)
    if not known:
        raise SettingsError(
            f"Aucune commune n'est déclarée dans {home}.",
            f"Le dossier {home / 'communes'} ne contient aucun fichier .toml.",
            "Lancez « pc-matrix init », ou indiquez le bon dossier avec --home.",
        )
    if commune is None and len(known) > 1:
        raise SettingsError(
            "Il faut dire de quelle commune il s'agit.",
            f"Plusieurs communes sont déclarées : {', '.join(known)}.",
            f"Ajoutez par exemple --commune {known[0]}.",
        )
    code = known[0] if commune is None else commune
    if code not in known:
        raise SettingsError(
            f"La commune {code} n'est pas déclarée dans {home}.",
            f"Communes déclarées : {', '.join(known)}.",
            "Vérifiez le code INSEE donné à --commune.",
        )
    return code


def _parsed(path: Path) -> CommuneFile:
    data = faults.read_toml(path)
    found = list(cross_faults(data, path.stem))
    try:
        parsed = CommuneFile.model_validate(data)
    except ValidationError as error:
        found += faults.of_validation(error, CommuneFile)
        raise faults.refused(path, found) from None
    if found:
        raise faults.refused(path, found)
    return parsed


def _database_url(home: Path, declared: str) -> str:
    url = os.environ.get(_DATABASE_VARIABLE) or declared
    if not url:
        return f"sqlite:///{(home / 'registry.db').absolute()}"
    if url.startswith("postgresql://"):
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    return url
