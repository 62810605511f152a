"""What shows nothing goes, what an eye reads otherwise than it is stored is told."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.legible import bare, is_in_latin, reads_as_stored

EMOJI = "❤️ 👨‍👩‍👧 1️⃣ 🏳️‍🌈 🇫🇷 👋🏽"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (EMOJI, EMOJI),
        ("Ka\u200brim", "Karim"),
        ("Ka\u00adrim", "Karim"),
        ("Ka\u115frim", "Karim"),
        ("Ka\u200drim", "Karim"),
        ("Ka\ufe0frim", "Karim"),
        ("\u200d\ufe0fa", "a"),
        ("👋\u200d\u200d\u200d", "👋\u200d"),
        ("Bonjour" + "".join(chr(0xE0000 + ord(c)) for c in "Karim"), "Bonjour"),
        ("\u206833 6\u2069 \u202a44\u202c", "33 6 44"),
        ("\ufeffa\x00b\x7fc", "abc"),
        ("un\ndeux\ttrois", "un\ndeux\ttrois"),
        ("", ""),
    ],
)
def test_what_shows_nothing_is_taken_out(text: str, seen: str) -> None:
    assert bare(text) == seen


@given(st.text(alphabet=st.characters(categories=["Cf", "Mn", "Lu", "So", "Cc", "Lo"])))
def test_taking_out_is_done_once_and_loses_no_ordinary_letter(text: str) -> None:
    assert bare(bare(text)) == bare(text)
    letters = [c for c in text if unicodedata.category(c) == "Lu"]
    assert [c for c in bare(text) if unicodedata.category(c) == "Lu"] == letters


@pytest.mark.parametrize(
    "text", ["", EMOJI, "Un fourgon à 12 h 30.", "Nguyễn Thị Bích", "🇫🇷🇩🇪"[:2]]
)
def test_ordinary_writing_reads_as_it_is_stored(text: str) -> None:
    assert reads_as_stored(text)
    assert reads_as_stored(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    "text",
    [
        "\u202emirak\u202c a vu",
        "\u202bun deux\u202c",
        "\u2067un deux\u2069",
        "un \u200f12\u200f 34",
        "12\u061c34",
        "كريم",
        "כרים",
        "K" + "\u0336" * 4 + "arim",
        "🅺🅰🆁🅸🅼",
        "🇰 🇦 🇷 🇮 🇲",
    ],
)
def test_what_deceives_the_eye_is_told(text: str) -> None:
    assert not reads_as_stored(bare(text))


@pytest.mark.parametrize(
    ("spelt", "is_latin"),
    [
        ("un fourgon blanc, 12 h", True),
        ("ðorðe", True),
        ("2 µ et 3 π", True),
        ("κάπα", False),
        ("ᴋᴀʀɪᴍ", False),
        ("kᴀrim", False),
        ("王 a vole", False),
        ("", True),
    ],
)
def test_other_letters_are_told(spelt: str, *, is_latin: bool) -> None:
    assert is_in_latin(spelt) is is_latin
