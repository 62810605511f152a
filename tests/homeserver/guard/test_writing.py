"""Writing snapshots: when, with which version, and who may read the file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pc_matrix.errors import SettingsError, StoreError
from pc_matrix.homeserver.guard import configuration
from pc_matrix.homeserver.guard.envelope import opened
from pc_matrix.homeserver.guard.home_key import home_key, public_text
from pc_matrix.homeserver.guard.writing import SnapshotWriter
from pc_matrix.vault import Vault
from policies.guard_snapshot import Snapshot
from policies.terms import Role
from tests.homeserver.guard.conftest import Hall
from tests.policies.worlds import COMMUNE, directory, mandate, user

ANNA = user("anna")


def written(hall: Hall) -> Snapshot:
    found = opened(hall.file.read_bytes(), hall.key.public_key())
    assert isinstance(found, Snapshot)
    return found


def test_only_news_is_written_and_each_time_with_a_greater_version(hall: Hall) -> None:
    odd = hall.now + timedelta(days=3, microseconds=7)
    first = directory(mandate(ANNA, Role.RESIDENT, "centre", until=odd))
    assert hall.publish(first) is True
    before = written(hall)
    hall.now += timedelta(minutes=5)
    assert hall.publish(first) is False
    assert written(hall) == before
    renewed = directory(mandate(ANNA, Role.RESIDENT, "centre", until=odd + timedelta(days=9)))
    assert hall.publish(renewed) is True
    assert written(hall).version > before.version


def test_a_clock_that_went_back_does_not_lower_the_version(hall: Hall) -> None:
    hall.publish(directory())
    before = written(hall).version
    hall.now -= timedelta(days=10)
    hall.publish(directory(mandate(ANNA, Role.RESIDENT, "centre")))
    assert written(hall).version == before + 1


def test_a_lost_file_comes_back_with_a_greater_version(hall: Hall) -> None:
    people = directory(mandate(ANNA, Role.RESIDENT, "centre"))
    hall.publish(people)
    before = written(hall).version
    hall.file.unlink()
    hall.now += timedelta(seconds=1)
    assert hall.publish(people) is True
    assert written(hall).version > before


def test_a_mandate_that_begins_or_ends_by_itself_is_news(hall: Hall) -> None:
    begins, ends = hall.now + timedelta(hours=1), hall.now + timedelta(hours=2)
    people = directory(mandate(ANNA, Role.RESIDENT, "centre", since=begins, until=ends))
    assert [hall.publish(people)] == [True]
    for hours, news in ((1, True), (0, False), (1, True), (1, False)):
        hall.now += timedelta(hours=hours)
        assert hall.publish(people) is news


def test_the_file_is_its_owners_and_its_folders_group_s_if_the_folder_says_so(hall: Hall) -> None:
    hall.publish(directory())
    assert stat.S_IMODE(hall.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(hall.file.stat().st_mode) == 0o600
    hall.folder.chmod(0o2750)
    hall.publish(directory(mandate(ANNA, Role.RESIDENT, "centre")))
    assert stat.S_IMODE(hall.file.stat().st_mode) == 0o640
    assert [p.name for p in hall.folder.iterdir()] == [hall.file.name]


def test_a_folder_that_cannot_be_made_is_told(hall: Hall) -> None:
    hall.folder.write_text("a file")
    with pytest.raises(SettingsError):
        hall.publish(directory())
    (hall.folder.parent / "file").write_text("")
    writer = SnapshotWriter(hall.folder.parent / "file" / "guard", lambda: hall.key, COMMUNE, {})
    with pytest.raises(SettingsError):
        writer.publish(directory(), hall.now)


def test_the_homes_key_is_drawn_once_and_sealed(tmp_path: Path) -> None:
    vault = Vault(Vault.new_key())
    key = home_key(tmp_path, vault)
    assert public_text(home_key(tmp_path, vault)) == public_text(key)
    file = tmp_path / "guard.sealed"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key.private_bytes_raw() not in file.read_bytes()
    with pytest.raises(StoreError):
        home_key(tmp_path, Vault(Vault.new_key()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"bots": "@bot:here.test"},
        {"bots": ["bot"]},
        {"bots": [3]},
        {"folder": "guard"},
        {"folder": 3},
        {"public_key": "AAAA"},
        {"public_key": "é"},
        {"public_key": 3},
        {"fodler": "/x"},
    ],
)
def test_synapse_does_not_start_with_a_wrong_configuration(
    hall: Hall, wrong: dict[str, object]
) -> None:
    good: dict[str, object] = {
        "public_key": public_text(hall.key),
        "folder": "/x",
        "bots": [COMMUNE.bot],
    }
    assert configuration.parse(good).bots == {COMMUNE.bot}
    with pytest.raises(ValueError, match=r"."):
        configuration.parse({**good, **wrong})


def test_synapse_needs_nothing_of_ours_but_policies_and_cryptography() -> None:
    """The module is imported where every other package is missing."""
    code = (
        "import sys\n"
        "class No:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        top = name.partition('.')[0]\n"
        "        known = sys.stdlib_module_names | {'policies', 'pc_matrix', 'cryptography',\n"
        "                                           '_cffi_backend', 'cffi'}\n"
        "        if top not in known:\n"
        "            raise ImportError(f'not there: {name}')\n"
        "sys.meta_path.insert(0, No())\n"
        "import pc_matrix.homeserver.guard.module\n"
        "ours = sorted(m for m in sys.modules if m.startswith('pc_matrix.'))\n"
        "print(' '.join(m for m in ours if 'guard' not in m))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["pc_matrix.homeserver"]
