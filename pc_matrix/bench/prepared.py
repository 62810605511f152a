"""What takes minutes to make, made once: a server with its towns and backlog, and the devices.

It is never measured itself but copied for each benchmark, so that every one begins from the same.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pc_matrix.bench import backlog, lookers, towns
from pc_matrix.bench.backlog import Backlog
from pc_matrix.bench.server import Account, Server, serving
from pc_matrix.bench.sizes import Sizes
from pc_matrix.bench.towns import Progress, Town
from pc_matrix.errors import InputError
from pc_matrix.settings import private_file
from pc_matrix.vault import Vault

_RECORD = "session.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that the runs need to know. Its secrets open nothing but this server."""

    key: str
    """The master key of all the devices, in base64."""
    small: Town
    large: Town
    people: tuple[str, ...]
    small_cursor: str
    large_cursor: str
    backlog: Backlog


@dataclass(frozen=True, slots=True)
class Bench:
    """A copy of what was prepared, its server running."""

    prepared: Prepared
    server: Server
    devices: Path
    """As they were prepared; each may be used once."""


def prepare(folder: Path, sizes: Sizes, progress: Progress) -> Prepared:
    """What ``folder`` holds already, or else made there.

    Raises ``InputError`` when it holds something else, or another size.
    """
    record = folder / _RECORD
    if record.exists():
        return _read(record, sizes)
    if folder.exists() and any(folder.iterdir()):
        raise InputError(
            f"Le dossier {folder} n'est pas celui d'une mesure achevée.",
            "Il n'est pas vide : une préparation interrompue, ou tout autre chose.",
            "Donnez un dossier vide ou nouveau à --keep.",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    master = Vault.new_key()
    with serving(folder / "server") as server:
        told = _preparing(progress)
        made = asyncio.run(_make(server, folder / "devices", master, sizes, told))
    written = {"version": _VERSION, "sizes": asdict(sizes), "prepared": asdict(made)}
    private_file.replace(record, json.dumps(written))
    return made


def _preparing(progress: Progress) -> Progress:
    return lambda line: progress(f"Préparation : {line}.")


@contextmanager
def copied(prepared: Prepared, source: Path, scratch: Path) -> Iterator[Bench]:
    """``source`` copied into ``scratch``, with its server up until the end."""
    shutil.copytree(source / "server", scratch / "server")
    shutil.copytree(source / "devices", scratch / "devices")
    with serving(scratch / "server") as server:
        yield Bench(prepared, server, scratch / "devices")


async def _make(
    server: Server, devices: Path, master: bytes, sizes: Sizes, progress: Progress
) -> Prepared:
    vault = Vault(master)
    made = await backlog.build(server, devices, vault, sizes, progress)
    small, large, people = await towns.build(server, sizes, progress)
    small_cursor = await lookers.build(server.url, devices / "small", vault, small.looker)
    large_cursor = await lookers.build(server.url, devices / "large", vault, large.looker)
    return Prepared(
        base64.b64encode(master).decode(),
        *(small, large, tuple(people)),
        *(small_cursor, large_cursor),
        made,
    )


def _read(record: Path, sizes: Sizes) -> Prepared:
    written = json.loads(record.read_text(encoding="utf-8"))
    if written["version"] != _VERSION or written["sizes"] != asdict(sizes):
        held = ", ".join(f"--{name} {value}" for name, value in written["sizes"].items())
        raise InputError(
            f"Le dossier {record.parent} a été préparé pour une autre mesure.",
            f"Il contient : {held}.",
            "Reprenez ces tailles, ou donnez un autre dossier à --keep.",
        )
    return _prepared(written["prepared"])


def _prepared(data: dict[str, Any]) -> Prepared:
    log = data["backlog"]
    read = Backlog(
        Account(**log["ours"]),
        Account(**log["nio"]),
        *(tuple(log[name]) for name in ("rooms", "people", "nio_since")),
    )
    return Prepared(
        data["key"],
        _town(data["small"]),
        _town(data["large"]),
        tuple(data["people"]),
        data["small_cursor"],
        data["large_cursor"],
        read,
    )


def _town(data: dict[str, Any]) -> Town:
    return Town(Account(**data["looker"]), tuple(data["rooms"]))
