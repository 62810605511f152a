"""When the charter is said: once a version, and daily for newcomers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policies.charter import AT_MOST_EVERY, Posted, is_due
from tests.fakes.commune import NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "newcomers", "due"),
    [
        (None, 0, True),
        (None, 3, True),
        (Posted("0", NOW - HOUR), 0, True),
        (Posted("1", NOW - HOUR), 0, False),
        (Posted("1", NOW - HOUR), 3, False),
        (Posted("1", NOW - AT_MOST_EVERY), 3, True),
        (Posted("1", NOW - 30 * AT_MOST_EVERY), 0, False),
    ],
)
def test_is_due(last: Posted | None, newcomers: int, *, due: bool) -> None:
    assert is_due(last, "1", newcomers, NOW) is due
