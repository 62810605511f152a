#!/usr/bin/env python3
"""Derive the table of lookalike letters from a public package (development chore).

``pip download --no-deps confusable-homoglyphs`` into a folder and unpack the wheel there, then::

    python scripts/build_lookalikes.py FOLDER

Writes ``pc_matrix/language/data/lookalikes.txt.xz``: lines ``characters letter``, every character
that the eye takes for that letter and that NFKD alone does not give back. Credits and licences: the
``CREDITS.md`` beside it.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "pc_matrix" / "language" / "data"
NAMED = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|MODIFIER LETTER (?:SMALL|CAPITAL)"
    r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER"
    r"|LATIN (?:SMALL|CAPITAL) LETTER(?: SMALL CAPITAL)?) ([A-Z])(?: WITH [A-Z -]+)?"
)
BY_HAND = {
    "η": "n", "Η": "h", "μ": "u", "ә": "e", "ə": "e", "ɛ": "e", "ԁ": "d", "ð": "d", "þ": "p",
    "Þ": "p", "ŋ": "n", "Ŋ": "n", "ĸ": "k", "ı": "i", "І": "i", "Ι": "i", "ꓲ": "i", "ӏ": "l",
    "Ӏ": "l", "ǀ": "l", "Ꮖ": "i", "ꮖ": "i",
}  # fmt: skip
"""Where the prototype of Unicode's data (l for every upright stroke) is not what a reader sees."""
KEPT_AS_THEY_ARE = frozenset("×µßẞŒœÆæ")


def twins(folder: Path) -> dict[str, str]:
    """Character → ASCII letters, as Unicode's confusables have them."""
    (source,) = folder.rglob("confusables.json")
    found = {}
    for char, alike in json.loads(source.read_text(encoding="utf-8")).items():
        letters = [a["c"] for a in alike if re.fullmatch("[A-Za-z]{1,2}", a["c"])]
        if len(char) == 1 and letters:
            found[char] = letters[0].lower()
    return found


def reading(char: str, alike: dict[str, str]) -> str:
    """What the eye takes ``char`` for; empty when for nothing that a word is made of."""
    if char in BY_HAND:
        return BY_HAND[char]
    category, direction = unicodedata.category(char), unicodedata.bidirectional(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if direction in ("R", "AL") or char in KEPT_AS_THEY_ARE or category in ("Po", "Sc", "Sk", "Mc"):
        return ""
    named = NAMED.fullmatch(unicodedata.name(char, ""))
    if named:
        return named[1].lower()
    return alike.get(char) or (alike.get(char.upper(), "") if category == "Ll" else "")


def main() -> None:
    alike, by_letter = twins(Path(sys.argv[1])), defaultdict[str, list[str]](list)
    for point in range(0x80, sys.maxunicode + 1):
        char = chr(point)
        plain = "".join(
            c for c in unicodedata.normalize("NFKD", char) if unicodedata.category(c) != "Mn"
        )
        if plain.isascii():
            continue
        letter = reading(char, alike)
        if letter:
            by_letter[letter].append(char)
    lines = [f"{''.join(chars)} {letter}" for letter, chars in sorted(by_letter.items())]
    data = lzma.compress(("\n".join(lines) + "\n").encode(), preset=9 | lzma.PRESET_EXTREME)
    (OUT / "lookalikes.txt.xz").write_bytes(data)
    print(f"lookalikes.txt.xz: {sum(map(len, by_letter.values()))} characters, {len(data)} bytes")


if __name__ == "__main__":
    main()
