"""The table of emoji is the specification's."""

from __future__ import annotations

import hashlib

import pytest

from pc_matrix.homeserver.verification.emoji import EMOJI, Emoji


@pytest.mark.parametrize(
    ("number", "emoji"),
    [
        (0, Emoji("🐶", "Dog", "Chien")),
        (9, Emoji("🐓", "Rooster", "Coq")),
        (21, Emoji("☁️", "Cloud", "Nuage")),
        (34, Emoji("🔧", "Spanner", "Clé à molette")),
        (36, Emoji("👍", "Thumbs Up", "Pouce en l’air")),
        (43, Emoji("✏️", "Pencil", "Crayon")),
        (63, Emoji("📌", "Pin", "Punaise")),
    ],
)
def test_each_number_has_its_emoji(number: int, emoji: Emoji) -> None:
    assert EMOJI[number] == emoji


def test_there_are_64_and_no_two_alike() -> None:
    for names in zip(*((e.symbol, e.name_en, e.name_fr) for e in EMOJI), strict=True):
        assert len(set(names)) == len(names) == 64


def test_the_order_is_that_of_the_specification() -> None:
    # Made of sas-emoji.json: the symbols and English names, each followed by a line feed.
    table = "".join(f"{e.symbol} {e.name_en}\n" for e in EMOJI)
    assert hashlib.sha256(table.encode()).hexdigest() == DIGEST


DIGEST = "677398dacab61bab25b3032119b6b7fdf744a57b9f83696563af891945d88b9e"
