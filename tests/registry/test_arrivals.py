"""Knocks, codes and guests on both engines: kept once, sealed, and bounded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text

from pc_matrix.arrivals.doorkeeper import KnockBook
from pc_matrix.arrivals.link_book import LinkBook
from pc_matrix.provisioning import EnforceReport
from pc_matrix.registry import Contact, Registry
from pc_matrix.registry import knocks as outcomes
from pc_matrix.registry.link_codes import NOBODY
from pc_matrix.vault import Vault
from policies.actions import Knocking
from policies.foyer import Guest, GuestState
from policies.knocks import QUIET_FOR, Knock
from policies.linking import LASTS, TRIES_COUNT_FOR, Promise, Tries, typed
from policies.refusal import Refusal
from policies.terms import (
    Commune,
    EventId,
    Mandate,
    Person,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    SectorCode,
    UserId,
)
from tests.registry.conftest import CODE, NOW, OTHER

CENTRE = SectorCode("centre")
NADIA, PAUL = UserId("@nadia:tchap.test"), UserId("@paul:tchap.test")
KNOCK = Knock(CENTRE, NADIA, "Nadia Zanzibar", NOW)
HOUR = timedelta(hours=1)
PROMISE = Promise(
    "Nadia Zanzibar", "fr", Mandate(NOBODY, Role.RESIDENT, NOW, None, CENTRE, None, NOW)
)
CLOCK = SimpleNamespace(now=lambda: NOW)


def test_a_knock_is_noted_once_and_told_once(registry: Registry) -> None:
    assert registry.note_knock(CODE, KNOCK, NOW)
    assert not registry.note_knock(CODE, replace(KNOCK, name="Autre"), NOW)
    (waiting,) = registry.knocks(CODE, untold=True)
    assert waiting.name == "Autre"
    registry.tell_knocks(CODE, [waiting], NOW)
    assert registry.knocks(CODE, untold=True) == []
    assert registry.knocks(CODE) == [waiting]
    assert registry.knocks_told(CODE, NOW - HOUR) == [NOW]
    assert registry.knocks(OTHER) == []


@pytest.mark.parametrize(
    ("outcome", "after", "is_news", "waits"),
    [
        (outcomes.REFUSED, HOUR, False, False),
        (outcomes.REFUSED, QUIET_FOR, True, True),
        (outcomes.WITHDRAWN, HOUR, False, True),
        (outcomes.WITHDRAWN, QUIET_FOR, True, True),
        (outcomes.APPROVED, HOUR, True, True),
    ],
)
def test_who_knocks_again(
    registry: Registry, outcome: str, after: timedelta, is_news: bool, waits: bool
) -> None:
    registry.note_knock(CODE, KNOCK, NOW)
    registry.tell_knocks(CODE, [KNOCK], NOW)
    assert registry.settle_knock(CODE, CENTRE, NADIA, outcome, NOW) == KNOCK
    assert registry.settle_knock(CODE, CENTRE, NADIA, outcome, NOW) is None
    assert registry.note_knock(CODE, KNOCK, NOW + after) is is_news
    assert bool(registry.knocks(CODE)) is waits
    assert bool(registry.knocks(CODE, untold=True)) is is_news


def test_a_flood_of_knocks_fills_nothing(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "MOST_KEPT", 5)
    for n in range(20):
        registry.note_knock(CODE, replace(KNOCK, user_id=UserId(f"@{n}:tchap.test")), NOW)
    assert len(registry.knocks(CODE)) == 5


def test_who_knocks_no_longer_is_forgotten(registry: Registry, commune: Commune) -> None:
    book = KnockBook(registry, commune, CLOCK)
    key = RoomKey(CODE, RoomKind.SECTOR, CENTRE)
    asks = Knocking(key, NADIA, "Nadia", NOW)
    book.seen(EnforceReport(knocking=(asks,), rooms=frozenset({key})))
    assert [k.user_id for k in book.untold_knocks()] == [NADIA]
    book.seen(EnforceReport(rooms=frozenset({RoomKey(CODE, RoomKind.SECTOR, "gare")})))
    assert len(registry.knocks(CODE)) == 1
    book.seen(EnforceReport(rooms=frozenset({key})))
    assert registry.knocks(CODE) == []
    told = [audit.action for audit in registry.audits(CODE)]
    assert told == ["knock-withdrawn", "knock"]


def draw(book: LinkBook) -> str:
    signs = typed(book.draw(PROMISE, Contact("n@tchap.test", "")))
    assert signs is not None
    return signs


@pytest.fixture
def book(registry: Registry, vault: Vault, commune: Commune) -> LinkBook:
    listed = replace(commune, federated_with=frozenset({"tchap.test"}))
    return LinkBook(registry, vault, listed, CLOCK)


def test_a_code_gives_the_person_and_the_mandate(
    registry: Registry, commune: Commune, book: LinkBook
) -> None:
    code = book.find_code(draw(book))
    assert code is not None
    assert registry.person(CODE, NADIA) is None
    assert book.use_code(code, NADIA)
    assert registry.person(CODE, NADIA) == Person(NADIA, "Nadia Zanzibar", "fr")
    assert registry.contact(CODE, NADIA) == Contact("n@tchap.test", "")
    found = registry.directory(commune)
    assert found.mandates == (replace(PROMISE.mandate, user_id=NADIA),)
    assert book.use_code(code, NADIA)
    assert len(registry.directory(commune).mandates) == 1
    assert not book.use_code(code, PAUL)
    assert registry.person(CODE, PAUL) is None
    assert registry.codes(CODE, NOW) == []


def test_somebody_who_is_known_keeps_his_name(registry: Registry, book: LinkBook) -> None:
    registry.add_person(CODE, Person(NADIA, "Nadia Connue", "en"))
    code = book.find_code(draw(book))
    assert code is not None
    book.use_code(code, NADIA)
    assert registry.person(CODE, NADIA) == Person(NADIA, "Nadia Connue", "en")


def test_two_at_once_bind_one(registry: Registry, book: LinkBook) -> None:
    code = book.find_code(draw(book))
    assert code is not None
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda who: book.use_code(code, who), [NADIA, PAUL]))
    assert sorted(done) == [False, True]


def test_a_code_is_found_by_its_signs_alone(book: LinkBook, registry: Registry) -> None:
    signs = draw(book)
    assert book.find_code("A" * 8) is None
    assert registry.find_code(OTHER, "x") is None
    code = book.find_code(signs)
    assert code is not None
    assert code.expires_at == NOW + LASTS
    assert registry.codes(CODE, NOW + LASTS) == []
    book.void_code(code)
    assert book.find_code(signs) is None
    assert not registry.void_code(CODE, code.id)


def test_neither_codes_nor_names_stand_in_the_database(
    registry: Registry, database_url: str, book: LinkBook
) -> None:
    signs = draw(book)
    registry.note_knock(CODE, KNOCK, NOW)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        rows = [
            connection.execute(text(f"SELECT * FROM {table}")).all()
            for table in ("link_code", "knock", "audit")
        ]
    engine.dispose()
    assert "Zanzibar" not in str(rows)
    assert "n@tchap.test" not in str(rows)
    assert signs not in str(rows)


def test_wrong_codes_count_for_a_day(registry: Registry, book: LinkBook) -> None:
    for event in ("$a", "$b", "$b"):
        book.wrong_code(EventId(event), NADIA, Refusal.WRONG_CODE)
    book.wrong_code(EventId("$c"), PAUL, Refusal.WRONG_CODE)
    assert book.tries(NADIA) == Tries(2, 3)
    assert registry.tries(OTHER, NADIA, NOW) == Tries(0, 0)
    assert registry.tries(CODE, NADIA, NOW + TRIES_COUNT_FOR) == Tries(0, 0)


def test_guests_are_heard_while_a_code_waits(registry: Registry, book: LinkBook) -> None:
    invited = [NADIA, "@x:ailleurs.test"]
    assert book.hears(invited) == frozenset()
    draw(book)
    assert book.hears(invited) == {NADIA}
    guest = Guest(RoomId("!r"), PAUL, GuestState.INVITED, NOW)
    registry.set_guest(CODE, guest)
    assert book.hears([]) == {PAUL}
    assert book.guest_of("!r") == guest
    registry.set_guest(CODE, replace(guest, state=GuestState.LEFT))
    assert (book.hears([]), book.guest_of("!r")) == (frozenset(), None)
    registry.forget_guests(CODE, NOW + HOUR)
    assert registry.guests(CODE) == []
