"""How grave each incident is."""

from __future__ import annotations

import pytest

from policies.incidents import Gravity, IncidentKind


@pytest.mark.parametrize("kind", IncidentKind)
def test_every_kind_has_a_gravity(kind: IncidentKind) -> None:
    assert kind.gravity in Gravity


def test_a_late_key_is_only_counted_and_a_replay_is_grave() -> None:
    assert IncidentKind.NO_KEY.gravity is Gravity.COUNTED
    assert IncidentKind.MALFORMED.gravity is Gravity.NOTED
    assert IncidentKind.REPLAYED.gravity is Gravity.GRAVE
