"""A home with two communes, persons and sealed files, and what has to be true of it."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text

from pc_matrix import settings
from pc_matrix.errors import StoreError
from pc_matrix.homeserver.guard.home_key import home_key
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.registry import Contact, Registry
from pc_matrix.settings import Settings, save_secrets
from pc_matrix.settings.key_sources import encoded
from pc_matrix.vault import Vault
from policies.terms import CommuneCode, Person, UserId

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32
CODES = ("59350", "59999")
NAMES = ("login", "store")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PERSONS = {
    f"@p{n}:s.test": (f"Personne {n} Ébène", f"p{n}@example.fr", f"06{n:08}") for n in range(3)
}
COLUMNS = ("name", "email", "phone")
VALUES = len(CODES) * len(PERSONS) * len(COLUMNS)

_COMMUNE = """\
[commune]
name = "Commune {code}"
code = "{code}"
[homeserver]
url = "http://127.0.0.1:1"
server_name = "s.test"
bot = "bot{code}"
[[sector]]
code = "centre"
name = "Centre"
[[authority]]
code = "mairie"
name = "Mairie"
categories = ["*"]
"""


def furnish(home: Path, key: bytes = OLD, *, in_file: bool = True) -> Path:
    """Make all of it under ``key``, which is written into the file or not."""
    (home / "communes").mkdir(mode=0o700, parents=True)
    for code in CODES:
        (home / "communes" / f"{code}.toml").write_text(_COMMUNE.format(code=code))
    if in_file:
        save_secrets(home, master_key=encoded(key), admin_token="kept")
    vault = Vault(key)
    for commune in communes(home):
        for name in NAMES:
            sealed_file(commune, name, vault).write({"secret": f"{name} of {commune.bot}"})
    home_key(home, vault)
    with Registry.open(communes(home)[0].database_url, vault) as registry:
        for code in CODES:
            for user_id, (name, email, phone) in PERSONS.items():
                person = Person(UserId(user_id), name)
                registry.add_person(CommuneCode(code), person, Contact(email, phone))
    return home


def communes(home: Path) -> list[Settings]:
    return [settings.load(home, code) for code in CODES]


def sealed_file(commune: Settings, name: str, vault: Vault) -> SealedFile:
    path = commune.session_dir / f"{name}.sealed"
    return SealedFile(path, f"{name}:{commune.bot}", vault)


def assert_all_opens(home: Path, key: bytes) -> None:
    """Everything that was put in is there, under ``key``."""
    vault = Vault(key)
    assert SealedFile(home / "guard.sealed", "guard", vault).read() is not None
    for commune in communes(home):
        for name in NAMES:
            assert sealed_file(commune, name, vault).read() == {
                "secret": f"{name} of {commune.bot}"
            }
        with Registry.open(commune.database_url, vault) as registry:
            code = commune.commune.code
            held = registry.directory(commune.commune).persons
            assert {u: p.name for u, p in held.items()} == {u: p[0] for u, p in PERSONS.items()}
            assert registry.contacts(code) == {u: Contact(*p[1:]) for u, p in PERSONS.items()}


def assert_nothing_opens(home: Path, key: bytes) -> None:
    """No value, no seal and no file opens under ``key``, and nothing else of it lies around."""
    vault = Vault(key)
    for sealed, context in raw_values(communes(home)[0].database_url):
        assert not _opens(vault, sealed, context)
    assert not _opens(vault, (home / "guard.sealed").read_bytes(), "guard")
    for path in home.rglob("*"):
        if path.is_file() and path.parent.name == "session":
            context = f"{path.stem}:@bot{path.parts[-3]}:s.test"
            assert not _opens(vault, path.read_bytes(), context)
    assert not any(encoded(key).encode() in p.read_bytes() for p in home.rglob("*") if p.is_file())


def raw_values(url: str) -> list[tuple[bytes, str]]:
    """What lies sealed in the database, with its context."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT name, email, phone FROM person")).all()
            seal = connection.execute(text("SELECT sealed FROM seal")).scalar_one()
    finally:
        engine.dispose()
    found = [
        (bytes(value), f"registry/person.{column}")
        for row in rows
        for column, value in zip(COLUMNS, row, strict=True)
    ]
    return [*found, (bytes(seal), "registry/seal")]


def assert_private(home: Path) -> None:
    """Every file that carries a secret is its owner's alone, and no temporary one is left."""
    for path in home.rglob("*"):
        if path.is_file() and path.suffix not in {".toml", ".lock"}:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((home / "secrets.toml").stat().st_mode) == 0o600
    assert not list(home.rglob("*.new"))


def _opens(vault: Vault, sealed: bytes, context: str) -> bool:
    try:
        vault.open(sealed, context)
    except StoreError:
        return False
    return True
