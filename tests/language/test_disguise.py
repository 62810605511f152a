"""Numbers in words, characters that look like letters, and where they all were."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pc_matrix.language.disguise import undisguised
from pc_matrix.language.numerals import numerals
from pc_matrix.language.resources import load_resources
from pc_matrix.language.spelling import plain, spell
from tests.language.attacks import ALPHABETS, LOWER, in_words

KNOWN = load_resources()


@pytest.mark.parametrize("value", range(100))
def test_a_number_in_words_is_that_number(value: int) -> None:
    said = plain(in_words(value))
    assert [n.digits for n in numerals(said, 0, len(said))] == [str(value)]


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("zero six douze", ["0", "6", "12"]),
        ("cent", ["100"]),
        ("deux cent trente-quatre", ["234"]),
        ("quatre-vingt-dix-sept", ["97"]),
        ("septante-deux nonante", ["72", "90"]),
        ("soixante-dix soixante dix sept", ["70", "77"]),
        ("trente 4 zero", ["30", "4", "0"]),
    ],
)
def test_a_series_of_numbers_is_told_apart(said: str, digits: list[str]) -> None:
    assert [n.digits for n in numerals(said, 0, len(said))] == digits


@pytest.mark.parametrize("name", sorted(ALPHABETS))
def test_an_alphabet_is_read_as_letters(name: str) -> None:
    if name == "tags":
        return  # they show nothing: what is written beside them is read
    table = ALPHABETS[name]
    assert plain("".join(table[c] for c in LOWER.upper())) == LOWER
    assert plain("".join(table[c] for c in LOWER)) == LOWER


@pytest.mark.parametrize("char", ["×", "µ", "°", "€", "½", "²", "œ", "ß", "🚗", "…"])
def test_signs_are_no_letters_in_disguise(char: str) -> None:
    usual = {"œ": "oe", "ß": "ss", "🚗": " ", "…": "...", "µ": "u", "°": " "}
    flat = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    assert plain(char) == usual.get(char, flat)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=8),
            st.sampled_from(
                ["K.a.r.i.m ", "k4r1m ", "zéro six douze ", "**Ka**rim ", "🇰🇦🇷🇮🇲 ", "œ"]
            ),
        ),
        max_size=12,
    ).map("".join)
)
def test_every_character_is_traced_back(text: str) -> None:
    spelt = undisguised(spell(text), KNOWN)
    assert len(spelt.text) == len(spelt.origin) == len(spelt.ends)
    assert list(spelt.origin) == sorted(spelt.origin)
    assert all(0 <= a < b <= len(text) for a, b in zip(spelt.origin, spelt.ends, strict=True))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("k4r1m vole", "karim vole"),
        ("$ophie et m@rtin", "sophie et martin"),
        ("ce mat1 à 8h30", "ce matin a 8h30"),
        ("Ka rim, Mar tin", "karim, martin"),
        ("la porte du pont", "la porte du pont"),
        ("le Floc'h et l'arrêt", "le floch et l'arret"),
        ("ka~~ri~~m ||vole||", "karim vole"),
        ("#KarimBenali", "#karim benali"),
        ("il y a à l'école", "il y a a l'ecole"),
        ("K a r i m a volé", "karim a vole"),
        ("J.-M. P. a vu", "j.-m. p. a vu"),
        ("nico_le_sudiste", "nico_le_sudiste"),
        ("tee-shirt, barbe rousse", "teeshirt, barbe rousse"),
    ],
)
def test_words_in_disguise_are_written_plainly(written: str, read: str) -> None:
    assert undisguised(spell(written), KNOWN).text == read
