"""Knocks, codes and invitations: who is told, what opens, where the bot goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.foyer import (
    FAREWELL,
    MOST_AT_ONCE,
    MOST_OF_A_SERVER,
    MOST_OF_ONE,
    REMEMBERED,
    STAYS,
    Guest,
    GuestState,
    Invitation,
    answer,
    is_for_two,
    is_over,
)
from policies.knocks import AGAIN_AFTER, MOST_A_DAY, Knock, due, shown_name
from policies.linking import (
    ALPHABET,
    TRIES_OF_A_SERVER,
    TRIES_OF_ONE,
    Promise,
    Tries,
    WaitingCode,
    may_try,
    opens,
    spelled,
    typed,
)
from policies.refusal import Refusal
from policies.roles import server_of
from policies.terms import Mandate, Person, Role, RoomId, UserId
from tests.fakes import commune as c

COMMUNE = replace(c.commune(), federated_with=frozenset({"tchap.test"}))
FOREIGN, OTHER = UserId("@nadia:tchap.test"), UserId("@autre:tchap.test")
UNLISTED = UserId("@x:ailleurs.test")
NO_TRIES = Tries(0, 0)
WAITING = WaitingCode(1, c.NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Marie Dupont", "Marie Dupont"),
        ("  Marie\n\nDupont\t", "Marie Dupont"),
        ("**Le Maire** <b>x</b>", "**Le Maire** <b>x</b>"),
        ("\u202ereiraM\u202c", "reiraM"),
        ("a" * 500, "a" * 60),
        ("\u200b\u2060", ""),
        ("!!! 123", ""),
        ("", ""),
    ],
)
def test_what_a_stranger_calls_himself_is_one_harmless_line(given_name: str, shown: str) -> None:
    assert shown_name(given_name) == shown


@given(st.text())
def test_a_shown_name_is_short_and_has_no_line_break(name: str) -> None:
    shown = shown_name(name)
    assert len(shown) <= 60
    assert len(shown.splitlines()) <= 1


def knock(user_id: UserId = FOREIGN, minutes: int = 0) -> Knock:
    return Knock(c.CENTRE, user_id, "Nadia", c.NOW - timedelta(minutes=minutes))


def test_knocks_are_told_together_the_oldest_first() -> None:
    assert due([knock(), knock(OTHER, 5)], [], c.NOW) == (knock(OTHER, 5), knock())


@pytest.mark.parametrize(
    ("told", "is_due"),
    [
        ([], True),
        ([c.NOW - AGAIN_AFTER], True),
        ([c.NOW - AGAIN_AFTER + timedelta(seconds=1)], False),
        ([c.NOW - timedelta(hours=n + 1) for n in range(MOST_A_DAY)], False),
    ],
)
def test_a_flood_of_knocks_is_told_seldom(told: list[object], is_due: bool) -> None:
    assert bool(due([knock()], told, c.NOW)) is is_due  # type: ignore[arg-type]


def test_nothing_to_tell() -> None:
    assert due([], [], c.NOW) == ()


@pytest.mark.parametrize(
    ("words", "signs"),
    [
        ("ABCD-EFGH", "ABCDEFGH"),
        ("abcd efgh", "ABCDEFGH"),
        ("« abcdefgh »", "ABCDEFGH"),
        ("ABCD-EFG", None),
        ("ABCD-EFGHJ", None),
        ("ABCD-EFG0", None),
        ("ABCD-EFGß", None),
        ("", None),
    ],
)
def test_codes_as_people_type_them(words: str, signs: str | None) -> None:
    assert typed(words) == signs


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_what_is_spelled_can_be_typed(signs: str) -> None:
    assert typed(spelled(signs)) == signs
    assert typed(spelled(signs).lower()) == signs


@pytest.mark.parametrize(
    ("who", "tries", "refusal"),
    [
        (FOREIGN, NO_TRIES, None),
        (c.STRANGER, NO_TRIES, None),
        (UNLISTED, NO_TRIES, Refusal.SERVER_NOT_LISTED),
        (c.BOT, NO_TRIES, Refusal.SERVER_NOT_LISTED),
        (FOREIGN, Tries(TRIES_OF_ONE - 1, TRIES_OF_A_SERVER - 1), None),
        (FOREIGN, Tries(TRIES_OF_ONE, 0), Refusal.TOO_MANY_CODES),
        (FOREIGN, Tries(0, TRIES_OF_A_SERVER), Refusal.TOO_MANY_CODES),
    ],
)
def test_who_may_try_a_code(who: UserId, tries: Tries, refusal: Refusal | None) -> None:
    assert may_try(who, COMMUNE, tries) is refusal


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (None, Refusal.WRONG_CODE),
        (WAITING, WAITING),
        (replace(WAITING, used_by=FOREIGN), replace(WAITING, used_by=FOREIGN)),
        (replace(WAITING, used_by=OTHER), Refusal.CODE_USED),
        (replace(WAITING, expires_at=c.NOW), Refusal.CODE_EXPIRED),
    ],
)
def test_what_a_code_opens(code: WaitingCode | None, found: WaitingCode | Refusal) -> None:
    assert opens(code, FOREIGN, c.NOW) == found


def test_a_promise_is_kept_for_whoever_proves_himself() -> None:
    held = replace(c.mandate(UserId(""), Role.RESIDENT, c.GARE), until=c.NOW)
    person, mandate = Promise("Nadia Ailleurs", "fr", held).kept_for(FOREIGN)
    assert person == Person(FOREIGN, "Nadia Ailleurs", "fr")
    assert mandate == replace(held, user_id=FOREIGN)
    assert isinstance(mandate, Mandate)


INVITATION = Invitation(RoomId("!r"), FOREIGN, direct=True, encrypted=True)


def guests(number: int, state: GuestState, user_id: UserId = FOREIGN) -> list[Guest]:
    return [Guest(RoomId(f"!{n}"), user_id, state, c.NOW) for n in range(number)]


def of_others(number: int, state: GuestState) -> list[Guest]:
    return [Guest(RoomId(f"!{n}"), UserId(f"@{n}:ex.test"), state, c.NOW) for n in range(number)]


@pytest.mark.parametrize(
    ("change", "known", "waits", "state"),
    [
        ({}, [], True, GuestState.INVITED),
        ({}, [], False, GuestState.DECLINING),
        ({"direct": False}, [], True, GuestState.DECLINING),
        ({"encrypted": False}, [], True, GuestState.DECLINING),
        ({"inviter": UNLISTED}, [], True, GuestState.DECLINING),
        ({}, of_others(MOST_AT_ONCE, GuestState.JOINED), True, GuestState.DECLINING),
        ({}, of_others(MOST_AT_ONCE, GuestState.LEFT), True, GuestState.INVITED),
        ({}, guests(MOST_OF_ONE - 1, GuestState.LEFT), True, GuestState.INVITED),
        ({}, guests(MOST_OF_ONE, GuestState.LEFT), True, None),
        ({}, guests(MOST_OF_A_SERVER, GuestState.LEFT, OTHER), True, None),
    ],
)
def test_which_invitations_are_accepted(
    change: dict[str, object], known: list[Guest], waits: bool, state: GuestState | None
) -> None:
    made = replace(INVITATION, **change)  # type: ignore[arg-type]
    assert answer(made, COMMUNE, known, c.NOW, a_code_waits=waits) is state


def test_old_invitations_are_no_flood() -> None:
    known = guests(MOST_OF_ONE, GuestState.LEFT)
    later = c.NOW + REMEMBERED
    assert answer(INVITATION, COMMUNE, known, later, a_code_waits=True) is GuestState.INVITED
    assert server_of(FOREIGN) == "tchap.test"


@pytest.mark.parametrize(
    ("state", "after", "over"),
    [
        (GuestState.JOINED, STAYS, True),
        (GuestState.JOINED, STAYS - timedelta(seconds=1), False),
        (GuestState.LINKED, FAREWELL, True),
        (GuestState.LINKED, timedelta(), False),
        (GuestState.INVITED, STAYS * 9, False),
        (GuestState.LEFT, STAYS * 9, False),
    ],
)
def test_how_long_the_bot_stays(state: GuestState, after: timedelta, over: bool) -> None:
    assert is_over(Guest(RoomId("!r"), FOREIGN, state, c.NOW), c.NOW + after) is over


@pytest.mark.parametrize(
    ("members", "encrypted", "space", "fits"),
    [
        ({FOREIGN, c.BOT}, True, False, True),
        ({c.BOT}, True, False, True),
        ({FOREIGN, c.BOT, OTHER}, True, False, False),
        ({FOREIGN}, True, False, False),
        ({FOREIGN, c.BOT}, False, False, False),
        ({FOREIGN, c.BOT}, True, True, False),
    ],
)
def test_a_code_is_heard_by_two_alone(
    members: set[UserId], encrypted: bool, space: bool, fits: bool
) -> None:
    guest = Guest(RoomId("!r"), FOREIGN, GuestState.JOINED, c.NOW)
    found = is_for_two(guest, frozenset(members), c.BOT, encrypted=encrypted, space=space)
    assert found is fits
