"""Incidents reach the log and the audit once an hour each, whatever floods the session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pc_matrix.homeserver.incidents import Incident, Incidents
from pc_matrix.watch import Watch
from policies.incidents import IncidentKind

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


class Trail:
    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []

    def note_incident(self, action: str, subject: str, actor: str, note: str) -> None:
        self.rows.append((action, subject, actor, note))


REPLAY = Incident(IncidentKind.REPLAYED, "@eve:x", room_id="!r", event_id="$1")


def test_the_same_is_told_once_an_hour() -> None:
    clock, trail = Clock(), Trail()
    watch = Watch(trail, clock)
    again = Incident(IncidentKind.REPLAYED, "@eve:x", room_id="!r", event_id="$2")
    assert watch.tell([REPLAY, again]) == 1
    assert trail.rows == [("session.replayed", "!r", "@eve:x", "$1")]
    clock.time += timedelta(minutes=59)
    assert watch.tell([again]) == 0
    clock.time += timedelta(minutes=1)
    assert watch.tell([again]) == 1


def test_another_person_or_room_is_told_at_once() -> None:
    trail = Trail()
    watch = Watch(trail, Clock())
    others = [
        Incident(IncidentKind.REPLAYED, "@eve:x", room_id="!s"),
        Incident(IncidentKind.WITHHELD, "@eve:x", room_id="!r", detail="m.unverified"),
        Incident(IncidentKind.KEYS_DRAINED),
    ]
    assert watch.tell([REPLAY, *others]) == 4
    assert trail.rows[2] == ("session.withheld", "!r", "@eve:x", "m.unverified")


def test_a_flood_does_not_hide_what_matters() -> None:
    clock, trail = Clock(), Trail()
    watch = Watch(trail, clock)
    flood = [Incident(IncidentKind.OLM, f"@eve{i}:x") for i in range(5_000)]
    assert watch.tell([*flood, REPLAY]) == 22
    assert trail.rows[19:] == [
        ("session.olm", "@eve19:x", "@eve19:x", ""),
        ("session.olm", "*", "", ""),
        ("session.replayed", "!r", "@eve:x", "$1"),
    ]
    assert watch.tell(flood) == 0
    clock.time += timedelta(hours=1)
    assert watch.tell(flood) == 21


def test_what_honest_life_brings_is_counted_and_not_told() -> None:
    incidents = Incidents()
    incidents.drop(IncidentKind.NO_KEY, "@ann:x", "!r", "$1")
    incidents.note(REPLAY)
    assert incidents.figures() == {"no-key": 1, "replayed": 1}
    assert incidents.drain() == (REPLAY,)
    assert incidents.drain() == ()


def test_a_flood_in_one_batch_leaves_room_for_the_other_kinds() -> None:
    incidents = Incidents()
    for number in range(5_000):
        incidents.drop(IncidentKind.OLM, f"@eve{number}:x")
    incidents.note(REPLAY)
    told = incidents.drain()
    assert told[-1] == REPLAY
    assert len(told) == 101
    assert incidents.figures() == {"olm": 5_000, "replayed": 1}
    incidents.drop(IncidentKind.OLM, "@eve:x")
    assert len(incidents.drain()) == 1
