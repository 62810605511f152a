"""What somebody leaves who leaves by his own wish."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.commands import CommandName, spoken
from policies.departure import mandates_left, place_named
from policies.terms import Role
from tests.policies.worlds import COMMUNE, NOW, directory, mandate, user

DAY = timedelta(days=1)
ANNA = user("anna")
RESIDENT = mandate(ANNA, Role.RESIDENT, "centre")
REFERENT = mandate(ANNA, Role.REFERENT, "gare", accepted=None)
MAYOR = mandate(ANNA, Role.MAYOR, "mairie")
OTHER = mandate(user("bob"), Role.RESIDENT, "centre")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("", ""),
        ("gare", "gare"),
        ("le secteur Gare.", "gare"),
        ("MAIRIE", "mairie"),
        ("le groupe", ""),
        ("bagare", ""),
    ],
)
def test_the_place_that_words_name(words: str, place: str) -> None:
    assert place_named(words, COMMUNE) == place


@pytest.mark.parametrize("text", ["!quitter", "!Quitte", "!leave", "!QUITTER gare"])
def test_the_command(text: str) -> None:
    said = spoken(text)
    assert said is not None
    assert said.name is CommandName.LEAVE


@pytest.mark.parametrize("text", ["!accepter", "!accepté", "!accept"])
def test_the_command_that_accepts(text: str) -> None:
    said = spoken(text)
    assert said is not None
    assert said.name is CommandName.ACCEPT


def test_all_of_his_own_or_those_of_one_place() -> None:
    people = directory(RESIDENT, REFERENT, MAYOR, OTHER)
    assert mandates_left(people, ANNA, "", NOW) == (RESIDENT, REFERENT, MAYOR)
    assert mandates_left(people, ANNA, "gare", NOW) == (REFERENT,)
    assert mandates_left(people, ANNA, "mairie", NOW) == (MAYOR,)


def test_what_has_ended_is_not_left_and_what_is_to_come_is() -> None:
    ended, to_come = replace(RESIDENT, until=NOW), replace(RESIDENT, since=NOW + DAY)
    revoked = replace(to_come, until=NOW + DAY)
    assert mandates_left(directory(ended, to_come, revoked), ANNA, "", NOW) == (to_come,)


def test_what_ended_after_he_asked_is_still_told_as_left() -> None:
    people = directory(replace(RESIDENT, until=NOW))
    assert mandates_left(people, ANNA, "", NOW - DAY) != ()
