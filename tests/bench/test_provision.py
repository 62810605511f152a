"""``pc-matrix bench provision``, whole and small: what it answers, never how fast."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from pc_matrix.bench.provision import own_postgres
from pc_matrix.bench.provision.sizes import SMALL
from tests.registry.conftest import without_postgres

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    try:
        own_postgres.binaries()
    except own_postgres.NoPostgresError as error:
        without_postgres(str(error))
    command = [sys.executable, "-m", "pc_matrix", "bench", "provision", "--json", "--small"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_promised_keys_are_there(answer: dict[str, Any]) -> None:
    promised = {"provision_ratio", "first_reconcile_ratio", "plan_seconds", "plan_rss_mib"}
    for key in (*promised, "change_ms"):
        assert answer[key] > 0, key


def test_an_apply_with_nothing_to_do_asks_twice_whatever_the_rooms_and_the_people(
    answer: dict[str, Any],
) -> None:
    by_rooms = answer["raw"]["noop_requests_by_rooms"]
    assert len(by_rooms) == 2
    assert set(by_rooms.values()) == {2}
    assert answer["noop_requests"] == 2


def test_a_running_bot_asks_nothing_and_a_change_costs_the_same(answer: dict[str, Any]) -> None:
    assert answer["noop_requests_running"] == 0
    # Two invitations, and a look at each of the two rooms that move by them.
    assert set(answer["raw"]["looks"]["change_requests_by_rooms"].values()) == {4}


def test_the_whole_country_is_planned(answer: dict[str, Any]) -> None:
    found, country = answer["raw"]["planning"], SMALL.country
    assert found["communes"] == country.communes
    assert found["rooms"] == country.rooms
    assert found["memberships"] >= country.memberships
    assert found["actions"] == 0
    assert found["change_actions"] == 2


def test_the_same_rooms_are_made_by_both_sides(answer: dict[str, Any]) -> None:
    made = answer["raw"]["creation"]
    assert made["rooms"] == SMALL.sectors + 3
    # Each resident is invited to his sector and to the commune's space.
    assert made["invitations"] == 2 * SMALL.sectors * SMALL.members
    assert answer["raw"]["looks"]["rooms"] == SMALL.rooms
