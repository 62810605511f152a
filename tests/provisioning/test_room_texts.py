"""What rooms are called, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.wording.rooms import room_texts
from policies.terms import RoomKind
from tests.policies.worlds import COMMUNE, key

CODES = {RoomKind.SECTOR: "centre", RoomKind.AUTHORITY: "mairie", RoomKind.PRIVATE: "@a:b.test"}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", list(RoomKind))
def test_every_room_says_what_it_is_and_whom_to_call(kind: RoomKind, language: str) -> None:
    commune = replace(COMMUNE, language=language)
    texts = room_texts(commune, key(kind, CODES.get(kind, "")))
    assert "Saint-Exemple" in texts.name
    assert "17" in texts.topic
    assert "112" in texts.topic
    assert "{" not in texts.name + texts.topic
    if kind is RoomKind.SECTOR:
        assert texts.name.startswith("Centre")


def test_a_room_of_a_closed_sector_keeps_its_code_as_its_name() -> None:
    assert "closed" in room_texts(COMMUNE, key(RoomKind.SECTOR, "closed")).name
