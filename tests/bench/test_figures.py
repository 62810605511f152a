"""What several runs come to, and how large what they read is."""

from __future__ import annotations

import pytest

from pc_matrix.bench.figures import median_of_pairs, spread
from pc_matrix.bench.ready import JOINED, SYNCS, Ready
from pc_matrix.bench.sizes import MOST_EVENTS, Sizes


def test_a_spread_is_its_median_and_its_extremes() -> None:
    taken = spread([3.0, 1.0, 2.0])
    assert taken.median == 2.0
    assert taken.as_json() == {"median": 2.0, "min": 1.0, "max": 3.0, "values": [3.0, 1.0, 2.0]}


def test_a_start_is_compared_with_the_fastest_sync_and_not_with_what_tells_less() -> None:
    seconds = dict.fromkeys(SYNCS, spread([4.0])) | {"sliding": spread([2.0])}
    ready = Ready(1, 1, spread([3.0]), spread([1.0]), seconds | {JOINED: spread([1.5])})
    assert ready.fastest == "sliding"
    assert (ready.ratio, ready.restart_ratio, ready.joined_ratio) == (1.5, 0.5, 2.0)


@pytest.mark.parametrize("events", [20, 249, 5_000, MOST_EVENTS])
def test_keys_fit_into_the_first_answer(events: int) -> None:
    """Bare nio never opens what it read before its key came: 100 to-device messages are one
    answer's, and a key is good for 100 messages."""
    sizes = Sizes(events=events)
    speakers = sizes.senders * sizes.busy_rooms
    keys = speakers * -(-events // speakers // 100)
    assert keys <= 100
    assert events >= speakers


def test_ratios_are_of_what_was_taken_side_by_side() -> None:
    slow_in_the_second_run = spread([2.0, 40.0, 3.0]), spread([1.0, 10.0, 1.0])
    assert median_of_pairs(*slow_in_the_second_run) == 3.0
