"""A commune with people, a real registry on SQLite, and a homeserver in memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pc_matrix.provisioning import Charters, Provisioner, pictures
from pc_matrix.provisioning import observe as observing
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.terms import Commune, EventId, Mandate, Person, Role, RoomId
from policies.world import Observed
from tests.policies.worlds import COMMUNE, mandate, user
from tests.provisioning.fakes import START, FakeServer

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = [
    ("anna", Role.REFERENT, "centre"),
    ("bob", Role.RESIDENT, "centre"),
    ("carl", Role.RESIDENT, "centre"),
    ("dora", Role.OFFICER, "gendarmerie"),
    ("maire", Role.MAYOR, "mairie"),
]


class Stage:
    """All that a provisioner needs, and what a test changes of it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.server = FakeServer()
        self.commune: Commune = COMMUNE
        self.now = START
        self.pictures = pictures({})

    def appoint(self, name: str, role: Role, place: str) -> Mandate:
        who = user(*name.split(":"))
        given = mandate(who, role, place, SINCE, None, SINCE)
        self.registry.add_person(self.commune.code, Person(who, name.title()))
        self.registry.add_mandate(self.commune.code, given)
        return given

    def provisioner(self, *, admin: bool = True, charters: bool = True) -> Provisioner:
        return Provisioner(
            self.server,
            self.server if admin else None,
            self.registry,
            self.commune,
            lambda: self.now,
            charters=Charters("1", self.post_charters) if charters else None,
            patience=0.02,
            pictures=self.pictures,
        )

    async def post_charters(self) -> int:
        wanted = self.registry.rooms_without_charter(self.commune.code, "1")
        for room_id in wanted:
            said = EventId(f"$charter-of-{room_id}")
            self.registry.charter_posted(self.commune.code, room_id, said, "1", self.now)
        return len(wanted)

    def room(self, kind: str, code: str = "") -> RoomId:
        rooms = self.registry.rooms(self.commune.code)
        return next(r for r, k in rooms.items() if (k.kind.value, k.code) == (kind, code))

    async def settle(self) -> Observed:
        """Apply, everybody joins; the world as it then is."""
        provisioner = self.provisioner()
        report = await provisioner.apply(await provisioner.plan())
        assert report.failed == ()
        self.server.everybody_joins()
        self.now += timedelta(hours=1)
        return (await provisioner.plan()).observed


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Vault]:
    """A registry with its people, made once and copied for each test."""
    path, vault = tmp_path_factory.mktemp("registry") / "registry.db", Vault(Vault.new_key())
    with Registry.open(f"sqlite:///{path}", vault) as registry:
        made = Stage(registry)
        for name, role, place in PEOPLE:
            made.appoint(name, role, place)
    return path, vault


@pytest.fixture
def stage(
    filled: tuple[Path, Vault], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    monkeypatch.setattr(observing, "_PAUSE", 0.01)
    path, vault = filled
    for part in path.parent.iterdir():
        shutil.copy(part, tmp_path / part.name)
    with Registry.open(f"sqlite:///{tmp_path / path.name}", vault) as registry:
        yield Stage(registry)
