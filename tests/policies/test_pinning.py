"""When an identity counts, how it stands, and who is asked about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.administrators import administrators
from policies.pinning import (
    NewsKind,
    Pin,
    PinOrigin,
    PinRule,
    Standing,
    needs_approval,
    news_of,
    precedence,
    rule_of,
    satisfies,
    stands,
)
from policies.terms import CommuneCode, Directory, Person, Role, RoomKey, RoomKind, UserId
from tests.fakes import commune as c

STRICT = replace(c.commune(), approval=frozenset({RoomKind.AUTHORITY}))


@pytest.mark.parametrize(
    ("pin", "counts"),
    [
        (None, False),
        (Pin("k"), False),
        (Pin("k", PinOrigin.APPROVED), True),
        (Pin("k", PinOrigin.VERIFIED), True),
    ],
)
def test_a_first_use_is_no_approval(pin: Pin | None, *, counts: bool) -> None:
    assert satisfies(pin, PinRule.APPROVAL) is counts
    assert satisfies(pin, PinRule.FIRST_USE)


@pytest.mark.parametrize(
    ("pinned", "current", "is_sound", "standing", "news"),
    [
        ("", "", True, Standing.UNKNOWN, None),
        ("", "k", True, Standing.NEW, None),
        ("k", "k", True, Standing.SAME, None),
        ("k", "l", True, Standing.CHANGED, NewsKind.CHANGED),
        ("k", "l", False, Standing.CHANGED, NewsKind.CHANGED),
        ("k", "", True, Standing.GONE, NewsKind.GONE),
        ("k", "", False, Standing.BROKEN, NewsKind.BROKEN),
        ("k", "k", False, Standing.BROKEN, NewsKind.BROKEN),
        ("", "k", False, Standing.BROKEN, NewsKind.BROKEN),
    ],
)
def test_standings(
    pinned: str, current: str, *, is_sound: bool, standing: Standing, news: NewsKind | None
) -> None:
    assert stands(pinned, current, is_sound=is_sound) is standing
    assert news_of(standing) is news


def test_a_first_meeting_alone_needs_nobody() -> None:
    assert {k for k in NewsKind if not k.needs_a_human} == {NewsKind.FIRST_SEEN}


@pytest.mark.parametrize("kind", list(RoomKind))
def test_the_rule_is_the_kind_of_rooms(kind: RoomKind) -> None:
    strict = kind is RoomKind.AUTHORITY
    key = RoomKey(c.CODE, kind)
    assert rule_of(key, STRICT) is (PinRule.APPROVAL if strict else PinRule.FIRST_USE)
    assert rule_of(key, c.commune()) is PinRule.FIRST_USE


def test_a_room_of_nobody_has_the_stricter_rule() -> None:
    assert rule_of(None, c.commune()) is PinRule.APPROVAL
    foreign = RoomKey(CommuneCode("2A004"), RoomKind.SECTOR)
    assert rule_of(foreign, c.commune()) is PinRule.APPROVAL


def test_who_needs_approval_is_who_has_such_a_room() -> None:
    strict = replace(c.directory(), commune=STRICT)
    needing = {u for u in strict.persons if needs_approval(u, strict, c.NOW)}
    assert needing == {c.OFFICER, c.POLICEMAN, c.MAYOR}
    before = c.START - timedelta(days=1)
    assert not any(needs_approval(u, strict, before) for u in strict.persons)
    assert not any(needs_approval(u, c.directory(), c.NOW) for u in strict.persons)


def _with_elected(user_id: UserId) -> Directory:
    full = c.directory()
    elected = c.mandate(user_id, Role.ELECTED, c.MAIRIE)
    persons = {**full.persons, user_id: Person(user_id, "Élue")}
    return replace(full, persons=persons, mandates=(*full.mandates, elected))


def test_administrators_are_mayor_and_elected_but_not_the_person_concerned() -> None:
    elected = UserId("@elue:ex.test")
    directory = _with_elected(elected)
    assert [p.user_id for p in administrators(directory, c.NOW)] == [elected, c.MAYOR]
    assert [p.user_id for p in administrators(directory, c.NOW, but=c.MAYOR)] == [elected]
    assert administrators(directory, c.START - timedelta(days=1)) == ()
    unknown = replace(directory, persons={c.MAYOR: directory.persons[c.MAYOR]})
    assert [p.user_id for p in administrators(unknown, c.NOW)] == [c.MAYOR]


def test_whom_a_human_vouched_for_comes_first_then_who_was_pinned_earlier() -> None:
    early, late = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2))
    first_use, approved, verified = (
        [Pin("KEY", origin, at) for at in (early, late)]
        for origin in (PinOrigin.FIRST_USE, PinOrigin.APPROVED, PinOrigin.VERIFIED)
    )
    ranks = [precedence(p) for p in (approved[0], verified[1], *first_use, None)]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    assert precedence(Pin("KEY")) == precedence(None)
