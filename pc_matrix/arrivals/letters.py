"""One letter a person, written for a printer and for nobody else's eyes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from bridges.wording.letter import Access, letter
from pc_matrix.arrivals.links import login_link, square
from pc_matrix.errors import SettingsError
from pc_matrix.provisioning import NewAccount
from pc_matrix.settings import private_file
from policies.roles import server_of
from policies.terms import Directory, Person, UserId

_SAFE = re.compile(r"[a-z0-9._=+-]+")


def write_letters(
    folder: Path, accounts: Iterable[NewAccount], directory: Directory
) -> Mapping[UserId, Path]:
    """The letter of each account, in a file of its own (0600) of ``folder`` (0700).

    They are on disk when this returns; an earlier letter of the same person is replaced. Raises
    ``SettingsError`` when one cannot be written.
    """
    accounts = list(accounts)
    if accounts:
        _make(folder)
    return {account.user_id: _write(folder, account, directory) for account in accounts}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise SettingsError(
            f"Les lettres n'ont pas pu être écrites dans {folder}.",
            f"Le système répond : {error.strerror}.",
            "Donnez un autre dossier. Aucun compte n'a été ouvert.",
        ) from None


def _write(folder: Path, account: NewAccount, directory: Directory) -> Path:
    commune, user_id = directory.commune, account.user_id
    known = directory.persons.get(user_id)
    person = known or Person(user_id, account.name, commune.language)
    access = Access(
        server_of(user_id), localpart(user_id), account.password, square(login_link(user_id))
    )
    path = folder / f"lettre-{_file_name(localpart(user_id))}.html"
    private_file.replace(path, letter(person, commune, access))
    return path


def localpart(user_id: UserId) -> str:
    """The part of a Matrix id that its owner types as his user name."""
    return user_id[1:].partition(":")[0]


def _file_name(name: str) -> str:
    """The name as it may stand in a path; another one for each name."""
    if _SAFE.fullmatch(name) and not name.startswith("."):
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{re.sub(r'[^a-z0-9_=+-]', '_', name)}-{digest}"
