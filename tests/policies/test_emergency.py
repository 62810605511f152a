"""The number to call first."""

from __future__ import annotations

import pytest

from policies.denunciation.analysis import Analysis, Token
from policies.emergency import Emergency, emergency


def said(*tags: str) -> Analysis:
    return Analysis("x", tuple(Token(0, 1, "x", tags=frozenset({tag})) for tag in tags), ())


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), None),
        (("danger_violence",), None),
        (("danger_child",), None),
        (("danger_violence", "danger_child"), Emergency.CHILD),
        (("danger_violence", "danger_partner"), Emergency.PARTNER),
        (("danger_violence", "danger_partner", "danger_child"), Emergency.CHILD),
        (("danger_threat",), Emergency.THREAT),
        (("danger_medical",), Emergency.MEDICAL),
        (("danger_suicide", "danger_medical"), Emergency.SUICIDE),
        (("danger_suicide", "cue_retract"), None),
    ],
)
def test_emergency(tags: tuple[str, ...], expected: Emergency | None) -> None:
    assert emergency(said(*tags)) is expected
