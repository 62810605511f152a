"""Spellings that would hide a name from a filter and not from a reader, and what undoes them.

Each attack rewrites some words of a message. ``squashed`` is the reader's eye: it knows every
alphabet used here by its own table, not by the filter's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

LOWER = "abcdefghijklmnopqrstuvwxyz"
Rewrite = Callable[[str, Random], str]


@dataclass(frozen=True, slots=True)
class Attack:
    """One way of writing a word otherwise."""

    name: str
    rewrite: Rewrite


def _flat(word: str) -> str:
    """Without accents, case kept: the alphabets below have none."""
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def _run(first: int, count: int = 26) -> str:
    return "".join(chr(first + i) for i in range(count))


def _alphabet(lower: str, upper: str = "") -> dict[str, str]:
    upper = upper or lower
    return dict(zip(LOWER, lower, strict=True)) | dict(zip(LOWER.upper(), upper, strict=True))


ALPHABETS: dict[str, dict[str, str]] = {
    "fullwidth": _alphabet(_run(0xFF41), _run(0xFF21)),
    "bold": _alphabet(_run(0x1D41A), _run(0x1D400)),
    "bold script": _alphabet(_run(0x1D4EA), _run(0x1D4D0)),
    "bold fraktur": _alphabet(_run(0x1D586), _run(0x1D56C)),
    "sans": _alphabet(_run(0x1D5BA), _run(0x1D5A0)),
    "monospace": _alphabet(_run(0x1D68A), _run(0x1D670)),
    "circled": _alphabet(_run(0x24D0), _run(0x24B6)),
    "parenthesised": _alphabet(_run(0x249C)),
    "negative circled": _alphabet(_run(0x1F150)),
    "squared": _alphabet(_run(0x1F130)),
    "negative squared": _alphabet(_run(0x1F170)),
    "regional": _alphabet(_run(0x1F1E6)),
    "tags": _alphabet(_run(0xE0061)),
    "small capitals": _alphabet("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ"),
    "superscript": _alphabet("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ"),
    "cyrillic": _alphabet("аbсԁеfgһіјкlмnорqгѕтuvԝхуz", "АВСDЕFGНІЈКLМNОРQRЅТUVԜХУZ"),
    "greek": _alphabet("αbcdεfghιjκlmηορqrsτυνwχyz", "ΑΒCDΕFGΗΙJΚLΜΝΟΡQRSΤUVWΧΥΖ"),
    "armenian": _alphabet("abcdefցhijklmոօpզrstսvաxyz"),
    "cherokee": _alphabet("abcdefghijklmnopqrstuvwxyz", "ᎪᏴᏟᎠᎬFᏀᎻᏆᎫᏦᏞᎷNOᏢQᎡᏚᎢUᏙᎳXYᏃ"),
    "lisu": _alphabet("ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑqꓣꓢꓔꓴꓦꓪꓫꓬꓜ"),
    "accented": _alphabet("àɓçđéƒğħïĵķłmñøƥqřšţüvŵxÿž", "ÀƁÇĐÉƑĞĦÏĴĶŁMÑØƤQŘŠŢÜVŴXŸŽ"),
    "double accents": _alphabet("ǻbḉdếfgḥḯjkḷṃṇộpqṝṩtǘṿwẍyẓ"),
}
_READ = {
    written: letter.lower()
    for table in ALPHABETS.values()
    for letter, written in table.items()
    if written not in LOWER + LOWER.upper()
}
_LEET = {"a": "4@", "e": "3€", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1", "b": "8"}
_UNLEET = str.maketrans("4@3€1!05$78|", "aaeeiiosstbi")


def squashed(text: str) -> str:
    """The letters that a patient reader sees, in a row, with no letter twice."""
    seen = "".join(_READ.get(c, c) for c in text)
    flat = _flat(unicodedata.normalize("NFKC", seen)).lower().translate(_UNLEET)
    flat = flat.replace("œ", "oe").replace("æ", "ae").replace("l", "i")
    return re.sub(r"(.)\1+", r"\1", "".join(c for c in flat if c.isalnum() and c.isascii()))


def _between(*inserted: str) -> Rewrite:
    """One of ``inserted`` between all letters."""

    def rewrite(word: str, random: Random) -> str:
        return random.choice(inserted).join(word)

    return rewrite


def _between_each(inserted: Iterable[str]) -> Rewrite:
    """Another one between each two letters."""
    choices = tuple(inserted)

    def rewrite(word: str, random: Random) -> str:
        return "".join(c + random.choice(choices) for c in word[:-1]) + word[-1:]

    return rewrite


def _once(*inserted: str) -> Rewrite:
    """One of ``inserted`` at one place, two letters from both ends where there is room."""

    def rewrite(word: str, random: Random) -> str:
        if len(word) < 4:
            return word
        at = random.randint(2, len(word) - 2)
        return word[:at] + random.choice(inserted) + word[at:]

    return rewrite


def _around(*pairs: tuple[str, str]) -> Rewrite:
    """Marks around a part of the word."""

    def rewrite(word: str, random: Random) -> str:
        before, after = random.choice(pairs)
        if len(word) < 3:
            return word
        at = random.randint(1, len(word) - 1)
        if random.random() < 0.5:
            return before + word[:at] + after + word[at:]
        return word[:at] + before + word[at:] + after

    return rewrite


def _in(table: dict[str, str]) -> Rewrite:
    return lambda word, _: "".join(table.get(c, c) for c in _flat(word))


def _mixed(word: str, random: Random) -> str:
    tables = [ALPHABETS[name] for name in ("cyrillic", "greek", "bold", "fullwidth", "cherokee")]
    return "".join(random.choice(tables).get(c, c) for c in _flat(word))


def _homoglyph(word: str, random: Random) -> str:
    """One letter only."""
    tables = [ALPHABETS["cyrillic"], ALPHABETS["greek"]]
    at = [i for i, c in enumerate(word) if any(t.get(c, c) != c for t in tables)]
    if not at:
        return word
    i = random.choice(at)
    alike = [t[word[i]] for t in tables if t.get(word[i], word[i]) != word[i]]
    return word[:i] + random.choice(alike) + word[i + 1 :]


def _leet(sign: int, share: float) -> Rewrite:
    """Digits (``sign`` 0) or signs (1) for some of the letters, and for one at least."""

    def rewrite(word: str, random: Random) -> str:
        flat = list(_flat(word))
        at = [i for i, c in enumerate(flat) if c.lower() in _LEET]
        chosen = [i for i in at if random.random() < share] or at[:1]
        for i in chosen:
            signs = _LEET[flat[i].lower()]
            flat[i] = signs[min(sign, len(signs) - 1)]
        return "".join(flat)

    return rewrite


def _elongated(word: str, random: Random) -> str:
    at = random.randrange(len(word))
    return word[:at] + word[at] * random.randint(3, 6) + word[at + 1 :]


def _all_elongated(word: str, random: Random) -> str:
    return "".join(c * random.randint(3, 5) for c in word)


def _doubled(word: str, random: Random) -> str:
    at = random.randrange(len(word))
    return word[:at] + word[at] * 2 + word[at + 1 :]


def _flipped(word: str, random: Random) -> str:
    return "".join(c.upper() if random.random() < 0.5 else c.lower() for c in word)


def _alternating(word: str, _: Random) -> str:
    return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(word))


def _marked(word: str, random: Random) -> str:
    marks = "\u0301\u0308\u0323\u0331\u0336\u0338\u20dd\u034f"
    return "".join(c + random.choice(marks) for c in word)


_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u2061\ufe0f"
_BLANK = "\u00a0\u2009\u200a\u202f\u2003\u3000\u2800\u3164"

ATTACKS: tuple[Attack, ...] = (
    Attack("zero-width", _between_each(_INVISIBLE)),
    Attack("soft hyphens", _between("\u00ad")),
    Attack("marks", _marked),
    *(Attack(name, _in(table)) for name, table in ALPHABETS.items() if name != "tags"),
    Attack("mixed alphabets", _mixed),
    Attack("one homoglyph", _homoglyph),
    Attack("leet digits", _leet(0, 0.6)),
    Attack("leet signs", _leet(1, 0.6)),
    Attack("all leet", _leet(0, 1.0)),
    Attack("elongated", _elongated),
    Attack("all elongated", _all_elongated),
    Attack("doubled", _doubled),
    Attack("flipped", _flipped),
    Attack("alternating", _alternating),
    Attack("spaced", _between(" ")),
    Attack("wide spaced", _between("  ", " \u2009", *_BLANK)),
    Attack("dotted", _between(".")),
    Attack("hyphened", _between("-")),
    Attack("underscored", _between("_")),
    Attack("starred", _between("*")),
    Attack("slashed", _between("/")),
    Attack("middle dots", _between("·", "•", "‧")),
    Attack("other marks", _between(",", ";", "+", "|", "~", "=", "#", "' ", ". ", " - ", "…")),
    Attack("emoji", _between_each("🔥🚗😡👍🏽❤")),
    Attack("emoji joined", _between("👨\u200d👩\u200d👧", "❤\ufe0f", "👍🏽")),
    Attack("broken by a space", _once(" ")),
    Attack("broken by a mark", _once("-", ".", "*", "_", "/", "~", "|", "·", "'", "…")),
    Attack("broken by an emoji", _once("🔥", "❤\ufe0f", "😡 ")),
    Attack("broken by a blank", _once(*_BLANK)),
    Attack("markdown", _around(("**", "**"), ("~~", "~~"), ("*", "*"), ("_", "_"), ("`", "`"))),
    Attack("spoiler", _around(("||", "||"))),
    Attack("quoted", _around(('"', '"'), ("«", "»"), ("'", "'"), ("“", "”"))),
    Attack("bracketed", _around(("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"))),
)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _by_pairs(joint: str) -> Rewrite:
    def rewrite(number: str, _: Random) -> str:
        return joint.join(re.findall("..", _digits(number)))

    return rewrite


_NUMBER_WORDS = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize",
)  # fmt: skip
_TENS_WORDS = ("", "dix", "vingt", "trente", "quarante", "cinquante", "soixante")


def in_words(value: int) -> str:
    """A number below a hundred in French words."""
    if value < 17:
        return _NUMBER_WORDS[value]
    if value < 20:
        return f"dix-{_NUMBER_WORDS[value - 10]}"
    if value < 70:
        tens, unit = divmod(value, 10)
        joint = " et " if unit == 1 else "-"
        return _TENS_WORDS[tens] + (joint + _NUMBER_WORDS[unit] if unit else "")
    if value < 80:
        return f"soixante{' et ' if value == 71 else '-'}{in_words(value - 60)}"
    return "quatre-vingts" if value == 80 else f"quatre-vingt-{in_words(value - 80)}"


def _pair_in_words(pair: str) -> str:
    return f"zéro {in_words(int(pair))}" if pair[0] == "0" else in_words(int(pair))


def _said(joint: str, *, digit_by_digit: bool = False) -> Rewrite:
    def rewrite(number: str, _: Random) -> str:
        digits = _digits(number)
        if digit_by_digit:
            return joint.join(_NUMBER_WORDS[int(d)] for d in digits)
        return joint.join(map(_pair_in_words, re.findall("..", digits)))

    return rewrite


def _half_said(number: str, random: Random) -> str:
    pairs = re.findall("..", _digits(number))
    said = [_pair_in_words(p) if random.random() < 0.5 else p for p in pairs[1:-1]]
    return " ".join([_pair_in_words(pairs[0]), *said, pairs[-1]])


PHONE_ATTACKS: tuple[Attack, ...] = (
    *(Attack(f"pairs {joint!r}", _by_pairs(joint)) for joint in (".", "-", "_", "/", "*", " · ")),
    Attack("pairs 🔥", _by_pairs("🔥")),
    Attack("pairs comma", _by_pairs(", ")),
    Attack("digits apart", lambda number, _: " ".join(_digits(number))),
    Attack("abroad", lambda number, _: f"+33(0){_digits(number)[1:]}"),
    Attack("abroad spaced", lambda number, _: f"0033 {' '.join(_digits(number)[1:])}"),
    Attack("letter O", lambda number, _: _digits(number).replace("0", "O")),
    Attack("letters", lambda number, _: _digits(number).translate(str.maketrans("01", "ol"))),
    Attack("fullwidth", lambda number, _: "".join(chr(0xFF10 + int(d)) for d in _digits(number))),
    Attack("bold", lambda number, _: "".join(chr(0x1D7CE + int(d)) for d in _digits(number))),
    Attack("keycaps", lambda number, _: "".join(d + "\ufe0f\u20e3" for d in _digits(number))),
    Attack("zero-width", lambda number, _: "\u200b".join(_digits(number))),
    Attack("said", _said(" ")),
    Attack("said with commas", _said(", ")),
    Attack("said with dashes", _said("-")),
    Attack("said digit by digit", _said(" ", digit_by_digit=True)),
    Attack("half said", _half_said),
)
MAIL_ATTACKS: tuple[Attack, ...] = (
    Attack("said", lambda mail, _: mail.replace("@", " arobase ").replace(".", " point ")),
    Attack("at", lambda mail, _: mail.replace("@", " (at) ")),
    Attack("at and dot", lambda mail, _: mail.replace("@", "[at]").replace(".", "[dot]")),
    Attack("spaces", lambda mail, _: mail.replace("@", " @ ").replace(".", " . ")),
    Attack("chez", lambda mail, _: mail.replace("@", " chez ").replace(".", " point ")),
    Attack("fullwidth", lambda mail, _: "".join(chr(ord(c) + 0xFEE0) for c in mail)),
    Attack("zero-width", lambda mail, _: "\u200d".join(mail)),
)
