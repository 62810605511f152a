"""The demonstration's own folder, what it writes there, and that it touches no other."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from pc_matrix import settings
from pc_matrix.demo import home as homes
from pc_matrix.demo import record, traces
from pc_matrix.demo.commune import CHARACTERS, FOR_ELEMENT, OFFICERS, PLAYERS, town_hall_table
from pc_matrix.errors import InputError
from pc_matrix.registry.spreadsheet.reading import read
from policies.terms import Role, RoomKind


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "demo-home"
    homes.fresh(folder)
    return folder


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "registry.db"
    mine.write_text("precious")
    with pytest.raises(InputError, match="n'est pas vide"):
        homes.fresh(tmp_path)
    with pytest.raises(InputError):
        homes.fresh(mine)
    assert mine.read_text() == "precious"


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    homes.fresh(tmp_path)
    homes.fresh(tmp_path)


def test_an_earlier_demonstration_is_replaced_and_its_processes_end(home: Path) -> None:
    idle = "import time; time.sleep(60)"
    ours = subprocess.Popen([sys.executable, "-c", idle, str(home)])
    other = subprocess.Popen([sys.executable, "-c", idle])
    try:
        # A process that has just begun has no command line for an instant.
        while str(home).encode() not in Path(f"/proc/{ours.pid}/cmdline").read_bytes():
            time.sleep(0.01)
        homes.write_record(home, {"pids": {"bot": ours.pid, "homeserver": other.pid}})
        (home / "registry.db").touch()
        homes.fresh(home)
        assert ours.wait(5) != 0
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.wait()
    assert [path.name for path in home.iterdir()] == [".pc-matrix-demo"]


def test_what_it_writes_is_a_commune_that_loads(home: Path) -> None:
    url = homes.furnish(home)
    loaded = settings.load(home)
    assert loaded.homeserver_url == url
    assert loaded.bot == record.BOT
    assert (len(loaded.commune.sectors), len(loaded.commune.authorities)) == (3, 3)
    assert len(loaded.secrets.vault_key()) == 32


def test_the_town_halls_table_has_no_fault(home: Path) -> None:
    homes.furnish(home)
    commune = settings.load(home).commune
    table = read(town_hall_table(), commune, {}, date(2026, 3, 1))
    assert not table.faults
    assert [row.user_id for row in table.rows] == [person.user_id for person in CHARACTERS]
    assert [row.entry.role for row in table.rows] == [person.role for person in CHARACTERS]


def test_everybody_needed_is_there() -> None:
    assert {(p.role, p.place) for p in PLAYERS} >= {
        (role, sector)
        for role in (Role.RESIDENT, Role.REFERENT)
        for sector in ("centre", "gare", "moulins")
    }
    assert {p.authority for p in OFFICERS} == {"gendarmerie", "police-municipale", "mairie"}
    assert len({p.user_id for p in CHARACTERS}) == len(CHARACTERS)
    assert not any(p.plays for p in FOR_ELEMENT)


def test_the_record_is_for_its_owner_and_names_everything(home: Path) -> None:
    rooms = {
        (RoomKind.SECTOR, "centre"): "!s",
        (RoomKind.AUTHORITY, "mairie"): "!a",
        (RoomKind.REFERENTS, ""): "!r",
    }
    passwords = {person.user_id: "secret" for person in CHARACTERS}
    homes.write_record(home, record.of("http://h", rooms, passwords, {"bot": 1}))
    path = home / homes.RECORD
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = json.loads(path.read_text())
    assert (kept["homeserver"], kept["bot"], kept["pids"]) == ("http://h", record.BOT, {"bot": 1})
    assert kept["rooms"] == [
        {"room_id": "!s", "kind": "sector", "sector": "centre"},
        {"room_id": "!a", "kind": "authority", "authority": "mairie"},
        {"room_id": "!r", "kind": "referents"},
    ]
    assert len(kept["users"]) == len(CHARACTERS)
    assert {"user_id", "password", "role", "sector"} <= kept["users"][0].keys()
    assert [user["opened"] for user in kept["users"][: len(FOR_ELEMENT)]] == [False] * len(
        FOR_ELEMENT
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1252"])
def test_traces_are_found_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "registry.db").write_bytes(b"\0\1" + "vélos volés".encode(encoding))
    (tmp_path / "escaped.log").write_text(json.dumps("vélos volés"))
    (tmp_path / "clean").write_text("rien")
    found = traces.files_with(tmp_path, ["vélos volés", "Marchandeau"])
    assert sorted(path.name for path in found) == ["escaped.log", "registry.db"]
    assert traces.files_with(tmp_path, ["Marchandeau"]) == []
    assert traces.count(tmp_path) == 3
