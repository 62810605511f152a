"""Whom a bulletin is for, as officers type it; what is not clear is asked back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.addressees import Addressed, UnknownSectors, addressed
from policies.terms import Sector, SectorCode

NAMES = {
    "centre": "Centre",
    "gare": "La Gare",
    "q4": "Quatre-Vents",
    "port": "Port",
    "fort": "Fort",
}
SECTORS = tuple(Sector(SectorCode(code), name) for code, name in NAMES.items())
ALL = tuple(s.code for s in SECTORS)


def to(*codes: str, text: str = "x", urgent: bool = False) -> Addressed:
    return Addressed(tuple(map(SectorCode, codes)), text, urgent)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tous x", to(*ALL)),
        ("Toutes: x", to(*ALL)),
        ("tous les secteurs : x", to(*ALL)),
        ("tous\nx", to(*ALL)),
        ("urgent tous : x", to(*ALL, urgent=True)),
        ("URGENT: gare x", to("gare", urgent=True)),
        ("gare,centre x", to("centre", "gare")),
        ("centre, gare : x", to("centre", "gare")),
        ("centre et la gare x", to("centre", "gare")),
        ("centre et x", to("centre", text="et x")),
        ("La Gare : x", to("gare")),
        ("la gare x", to("gare")),
        ("Céntre x", to("centre")),
        ("cetnre : x", to("centre")),
        ("quatre vnts, centre: a : b", to("centre", "q4", text="a : b")),
        ("tous Attention : x", to(*ALL, text="Attention : x")),
        ("centre: a\nb", to("centre", text="a\nb")),
        ("centre", to("centre", text="")),
    ],
)
def test_addressed(words: str, expected: Addressed) -> None:
    assert addressed(words, SECTORS) == expected


@pytest.mark.parametrize(
    ("words", "typed", "near"),
    [
        ("Xort : x", ("Xort",), ("port", "fort")),
        ("centre, chers habitants de notre si belle ville : x", ("chers",), ()),
        ("centre, lac : x", ("lac",), ()),
        ("centre, xort : x", ("xort",), ("port", "fort")),
        ("gare,xyz x", ("xyz",), ()),
        ("Fermez vos volets", ("Fermez",), ()),
        ("Attention, chers habitants : x", ("Attention",), ()),
        ("tous sauf la gare : x", ("tous sauf",), ()),
        ("tuos : x", ("tuos",), ()),
        ("", (), ()),
    ],
)
def test_what_is_not_clear_is_asked_back(
    words: str, typed: tuple[str, ...], near: tuple[str, ...]
) -> None:
    found = addressed(words, SECTORS)
    assert isinstance(found, UnknownSectors)
    assert (found.typed, found.near) == (typed, near)
    assert all(word not in repr(found) for word in typed)


@given(st.text())
def test_nothing_that_is_typed_raises_or_adds_words(words: str) -> None:
    found = addressed(words, SECTORS)
    assert isinstance(found, UnknownSectors) or found.text in words
