"""``pc-matrix bench session``, whole and small: what it answers, never how fast."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EVENTS, RUNS = 60, 1
SIZES = ["--events", str(EVENTS), "--rooms", "10", "--members", "4", "--runs", str(RUNS)]
SYNCS = {"sync", "sync-lean", "sync-leanest", "sliding"}

pytestmark = pytest.mark.live


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pc_matrix", "bench", "session", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench") / "kept"


@pytest.fixture(scope="module")
def answer(folder: Path) -> dict[str, Any]:
    done = _bench("--json", "--keep", str(folder), *SIZES)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_promised_keys_are_ratios(answer: dict[str, Any]) -> None:
    promised = {"handled_ratio", "ready_ratio_50", "ready_ratio_500", "rss_mib"}
    for key in (*promised, "restart_ratio_50", "restart_ratio_500"):
        assert answer[key] > 0, key
    ours, nio = (answer["raw"][side]["events_per_second"] for side in ("ours", "nio"))
    assert answer["handled_ratio"] == pytest.approx(ours["median"] / nio["median"], abs=0.01)


@pytest.mark.parametrize("side", ["ours", "nio"])
def test_both_sides_handle_every_event(answer: dict[str, Any], side: str) -> None:
    found = answer["raw"][side]
    assert found["events"] == [EVENTS] * RUNS
    assert found["unread"] == [0] * RUNS
    assert len(found["events_per_second"]["values"]) == RUNS


def test_our_side_writes_the_commands_down(answer: dict[str, Any]) -> None:
    assert answer["raw"]["commands"] == [2] * RUNS  # the first message, and the fiftieth


@pytest.mark.parametrize(("town", "rooms"), [("ready_50", 1), ("ready_500", 10)])
def test_every_way_knows_the_whole_town(answer: dict[str, Any], town: str, rooms: int) -> None:
    found = answer["raw"][town]
    assert (found["rooms"], found["members"]) == (rooms, rooms * 4)
    bare = {name.removeprefix("bare ") for name in found["seconds"] if name.startswith("bare ")}
    assert bare == SYNCS | {"joined-members"}
    assert found["fastest_sync"] in SYNCS
    assert all(len(taken["values"]) == RUNS for taken in found["seconds"].values())


def test_what_was_kept_is_used_again_and_not_for_another_size(
    answer: dict[str, Any], folder: Path
) -> None:
    kept = {p: p.read_bytes() for p in sorted((folder / "devices").rglob("*")) if p.is_file()}
    done = _bench("--keep", str(folder), *SIZES)
    assert done.returncode == 0, done.stderr
    assert "Préparation" not in done.stderr
    shown = " ".join(done.stdout.split())
    assert f"Déchiffrés et traités : {EVENTS} ; matrix-nio : {EVENTS}." in shown
    assert kept == {p: p.read_bytes() for p in kept}
    other = _bench("--keep", str(folder), *SIZES[:-1], "2")
    assert other.returncode == 4
    assert "--runs 1" in " ".join(other.stderr.split())


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lettre.txt").write_text("à garder")
    done = _bench("--keep", str(tmp_path), *SIZES)
    assert done.returncode == 4
    assert [p.name for p in tmp_path.iterdir()] == ["lettre.txt"]
