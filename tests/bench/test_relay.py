"""``pc-matrix bench relay``, whole and small: what it answers, never how fast."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from pc_matrix.bench.relay.rooms import Said, again
from pc_matrix.bench.relay.steady import Steady, arrivals

FLAGS, COMMUNES = 4, 2
SIZES = ["--flags", str(FLAGS), "--sectors", "2", "--communes", str(COMMUNES), "--runs", "1"]
EVENTS_OF_A_FLAG = 5
"""Three reports, the sign on the message, and the word to its référent."""
PROMISED = {
    "throughput_ratio",
    "throughput_ratio_many",
    "latency_p50_ratio",
    "latency_p99_ratio",
    "cpu_seconds_per_1000",
    "rss_mib",
    "bare_nio_throughput_ratio",
}


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    command = [sys.executable, "-m", "pc_matrix", "bench", "relay", "--json", *SIZES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.live
def test_the_promised_keys_are_there(answer: dict[str, Any]) -> None:
    assert set(answer) == PROMISED | {"raw"}
    for key in PROMISED:
        assert answer[key] > 0, key


@pytest.mark.live
@pytest.mark.parametrize("side", ["one_commune", "many_communes", "bare_nio"])
def test_both_sides_send_every_event(answer: dict[str, Any], side: str) -> None:
    found = answer["raw"][side]
    assert found["events"] == [FLAGS * EVENTS_OF_A_FLAG]
    assert {len(found["events_per_second"][one]["values"]) for one in ("relay", "plain")} == {1}


@pytest.mark.live
def test_every_report_was_seen_by_an_officer(answer: dict[str, Any]) -> None:
    assert answer["raw"]["steady"]["samples"] == {"ours": FLAGS, "plain hop": FLAGS}


def test_a_bot_that_listens_late_does_not_make_its_flags_come_late() -> None:
    answered = {f"${n}": float(n) for n in range(100)}
    heard = {event: at + 0.5 for event, at in answered.items()}
    heard["$7"] += 9.0
    heard["$8"] -= 0.25
    arrived = arrivals({**answered, "$unheard": 1.0}, {**heard, "$other": 1.0})
    assert arrived.keys() == answered.keys()
    assert (arrived["$6"], arrived["$7"], arrived["$8"]) == (6.5, 7.5, 8.25)


def test_latencies_are_compared_with_the_median_of_the_plain_hop() -> None:
    ours = tuple(float(n) for n in range(1, 102))
    taken = Steady(ours=ours, hops=(1.0, 2.0, 9.0), cpu=0.005, rss_mib=1.0)
    assert taken.p50_ratio == 51 / 2
    assert taken.p99_ratio == 100 / 2
    assert taken.cpu_seconds_per_1000 == 5.0


def test_the_same_events_go_out_again_by_room_and_in_order() -> None:
    sign = {"m.relates_to": {"event_id": "$m", "key": "📨"}}
    said = [
        Said("!a", "m.room.encrypted", {"n": 1}, 1),
        Said("!b", "m.reaction", sign, 2),
        Said("!a", "m.room.encrypted", {"n": 2}, 3),
    ]
    rooms = again(said)
    assert [content["n"] for _kind, content in rooms["!a"]] == [1, 2]
    # A server refuses the same sign of the same person twice.
    ((kind, content),) = rooms["!b"]
    assert kind == "m.reaction"
    assert content["m.relates_to"]["event_id"] == "$m"
    assert content["m.relates_to"]["key"] != "📨"
