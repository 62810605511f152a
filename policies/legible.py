"""Does a text read as it is stored? What nobody sees is taken out; what deceives the eye is told.

Sources: Unicode, "Default_Ignorable_Code_Point" (DerivedCoreProperties) for characters that show
nothing, and Annex 9, "Bidirectional Algorithm", for those that move others about.
"""

from __future__ import annotations

import re
import unicodedata

_SHOWS_NOTHING = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200e\u202a\u202c\u202d\u2060-\u2066"
    "\u2068-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
"""Without those that turn the direction of what follows: these are no trifle (see ``_TURNS``)."""
_JOINER, _STYLES = "\u200d", "\ufe0e\ufe0f"  # of emoji: hold two together, choose how one is drawn
_PICTURES = ("So", "Sk")  # categories; the second has the tones of skin
_TURNS = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
_MOST_MARKS = 3  # on one letter; Vietnamese needs two
_LETTERS_AS_PICTURES = re.compile(
    "(?:[\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189\U0001f1e6-\U0001f1ff]"
    "[\ufe0e\ufe0f]? ?){3,}"
)
_AFTER_EUROPEAN_LATIN = "\u0250"  # phonetic letters, small capitals, other scripts
_LETTERS = re.compile(r"[^\W\d_]+")


def bare(text: str) -> str:
    """``text`` without characters that show nothing; emoji keep what holds them together."""
    kept: list[str] = []
    for char in text:
        if not _SHOWS_NOTHING.match(char) or (kept and _is_of_emoji(char, kept[-1])):
            kept.append(char)
    return "".join(kept)


def _is_of_emoji(char: str, before: str) -> bool:
    is_picture = unicodedata.category(before) in _PICTURES
    if char == _JOINER:
        return is_picture or before in _STYLES
    return char in _STYLES and (is_picture or before in "0123456789#*")


def reads_as_stored(text: str) -> bool:
    """Whether the eye meets the characters of ``text`` in their order and as letters.

    It does not when something turns the direction of writing, when marks are heaped on a letter,
    or when words are spelt in pictures of letters.
    """
    if any(unicodedata.bidirectional(char) in _TURNS for char in text):
        return False
    return not _LETTERS_AS_PICTURES.search(text) and not _has_heaped_marks(text)


def _has_heaped_marks(text: str) -> bool:
    heap = 0
    for char in text:
        heap = heap + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if heap > _MOST_MARKS:
            return True
    return False


def is_in_latin(spelt: str) -> bool:
    """Whether a text without accents and lookalikes is in European Latin letters, as we read it.

    A letter that stands alone may be a sign of arithmetic; one of a script without capitals
    (Arabic, Chinese…) may be a whole name.
    """
    for word in _LETTERS.findall(spelt):
        foreign = [char for char in word if char >= _AFTER_EUROPEAN_LATIN]
        if foreign and (len(word) > 1 or unicodedata.category(foreign[0]) == "Lo"):
            return False
    return True
