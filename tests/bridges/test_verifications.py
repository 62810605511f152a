"""What is said of verifications: in private, and never the codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridges.verifications import VerificationNews
from bridges.wording import verifications as wording
from bridges.wording.catalogue import LANGUAGES
from policies.terms import Person
from policies.verification import Outcome
from tests.fakes import commune as c
from tests.fakes.world import FakeClock, FakeRooms

OFFICERS, MAYORS = c.private_room(c.OFFICER), c.private_room(c.MAYOR)
SUSPICIOUS = [outcome for outcome in Outcome if outcome.is_suspicious]


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def news(rooms: FakeRooms, clock: FakeClock) -> VerificationNews:
    return VerificationNews(rooms, clock)


async def test_each_thing_is_said_once_to_the_person_alone(
    news: VerificationNews, rooms: FakeRooms
) -> None:
    for _retry in range(2):
        await news.shown(c.OFFICER, "$flow", c.directory())
        await news.declined(c.OFFICER, "$flow", c.directory())
        await news.ended(c.OFFICER, "$flow", Outcome.VERIFIED, c.directory())
    assert [said.room_id for said in rooms.said] == [OFFICERS] * 3


async def test_a_resident_has_no_room_in_which_anything_is_said(
    news: VerificationNews, rooms: FakeRooms
) -> None:
    await news.shown(c.RESIDENT, "txn", c.directory())
    await news.ended(c.RESIDENT, "txn", Outcome.VERIFIED, c.directory())
    assert rooms.said == []


@pytest.mark.parametrize("outcome", Outcome)
async def test_only_a_suspicious_end_reaches_the_administrators(
    news: VerificationNews, rooms: FakeRooms, outcome: Outcome
) -> None:
    reached = await news.ended(c.OFFICER, "$flow", outcome, c.directory())
    assert reached == len(rooms.to(MAYORS)) == (outcome in SUSPICIOUS)
    assert len(rooms.to(OFFICERS)) == (outcome is Outcome.VERIFIED)


async def test_nobody_is_told_about_himself(news: VerificationNews, rooms: FakeRooms) -> None:
    assert await news.ended(c.MAYOR, "$flow", Outcome.MISMATCH, c.directory()) == 0
    assert rooms.said == []


async def test_an_hour_later_it_is_told_again(
    news: VerificationNews, rooms: FakeRooms, clock: FakeClock
) -> None:
    for flow_id, later in (("$1", 0), ("$2", 59), ("$3", 2)):
        clock.at += timedelta(minutes=later)
        await news.ended(c.OFFICER, flow_id, Outcome.MISMATCH, c.directory())
    assert len(rooms.to(MAYORS)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", SUSPICIOUS)
def test_a_suspicious_end_says_who_why_and_what_to_do(language: str, outcome: Outcome) -> None:
    mayor = Person(c.MAYOR, "Maire", language)
    made = wording.suspicious(mayor, Person(c.OFFICER, "Agent Dupont"), outcome)
    assert made.mentions == (c.MAYOR,)
    assert f"pc-matrix trust verify {c.OFFICER}" in made.body
    assert "Agent Dupont" in made.body
    assert len(made.body.splitlines()) == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_person_is_told_to_compare_by_voice(language: str) -> None:
    made = wording.shown(Person(c.OFFICER, "Agent Dupont", language))
    assert made.mentions == (c.OFFICER,)
    words = ("mairie", "voix", "minute") if language == "fr" else ("town hall", "aloud", "minute")
    assert all(word in made.body for word in words)
