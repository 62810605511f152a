from __future__ import annotations

import pytest

from policies.endings import EndingsReason, Halted, halt


@pytest.mark.parametrize(
    ("ending", "held", "rows", "allowed", "why"),
    [
        (0, 0, 0, None, None),
        (0, 100, 0, None, None),
        (1, 1, 3, None, None),
        (1, 1, 0, None, EndingsReason.EMPTY_FILE),
        (2, 10, 8, None, None),
        (3, 10, 8, None, EndingsReason.TOO_LARGE_A_SHARE),
        (5, 25, 20, None, None),
        (6, 1000, 994, None, EndingsReason.TOO_MANY),
        (6, 1000, 994, 6, None),
        (6, 1000, 0, 6, None),
        (7, 1000, 993, 6, EndingsReason.MORE_THAN_ALLOWED),
        (1, 1000, 999, 0, EndingsReason.MORE_THAN_ALLOWED),
        (0, 1000, 999, 0, None),
    ],
)
def test_a_file_that_would_end_many_mandates_waits_for_a_human(
    ending: int, held: int, rows: int, allowed: int | None, why: EndingsReason | None
) -> None:
    expected = None if why is None else Halted(why, ending, held)
    assert halt(ending, held, rows, allowed) == expected
