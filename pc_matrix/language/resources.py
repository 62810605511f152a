"""Loading what the package knows of French: word lists, names, the filter's own lexicon."""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from pc_matrix.language.gazetteer import Gazetteer
from pc_matrix.language.lexicon import table

EDGE = 4
_COMMON = 30
Phrases = Mapping[tuple[str, str], tuple[tuple[tuple[str, ...], str], ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Resources:
    """Everything loaded once.

    ``words``: form → flags of its readings (N noun, s singular, p plural, h human noun, A
    adjective, R adverb, P preposition, G other, I infinitive, K participle, v/w finite verb in the
    third person singular/plural, f first person, y second) and verb lemmas. ``frequency``: form →
    Zipf × 10. Names: name → number of digits of how many persons bear it.
    """

    words: Mapping[str, tuple[str, tuple[str, ...]]]
    frequency: Mapping[str, int]
    surnames: Mapping[str, int]
    first_names: Mapping[str, int]
    communes: frozenset[str]
    tags: Mapping[str, frozenset[str]]
    phrases: Phrases
    verbs: Mapping[str, frozenset[str]]
    sms: Mapping[str, tuple[str, ...]]
    sounds: Mapping[str, str]
    common: frozenset[str]
    """Words that one mistake may be made in; ``beginnings`` and ``endings`` are their first and
    last ``EDGE`` letters."""
    beginnings: frozenset[str]
    endings: frozenset[str]


def _lines(name: str) -> bytes:
    with files("pc_matrix.language").joinpath("data", name).open("rb") as raw:
        return lzma.decompress(raw.read())


def _numbers(name: str) -> Gazetteer[int]:
    return Gazetteer(_lines(name), lambda _, number: int(number))


_READ_AS = {"vit": ("vivre",), "vis": ("vivre",)}
"""Forms whose other verb (*voir*, in the simple past) nobody writes in a message."""


def _reading(form: str, told: str) -> tuple[str, tuple[str, ...]]:
    flags, *lemmas = told.split(" ")
    return flags, _READ_AS.get(form, tuple(lemmas))


def tag_tables(
    rows: Iterator[tuple[str, list[str]]],
) -> tuple[dict[str, frozenset[str]], Phrases]:
    """Single words with their tags, and phrases by their first two, longest first."""
    single: dict[str, set[str]] = defaultdict(set)
    phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for tag, entries in rows:
        for entry in entries:
            parts = tuple(re.findall(r"[a-z0-9]+", _spelt_out(entry)))
            if len(parts) == 1:
                single[parts[0]].add(tag)
            elif parts:
                phrases[parts[:2]].append((parts, tag))
    ordered = {k: tuple(sorted(set(v), key=lambda p: -len(p[0]))) for k, v in phrases.items()}
    return {k: frozenset(v) for k, v in single.items()}, ordered


_ELIDED = {"l": "le", "d": "de", "j": "je", "c": "ce", "s": "se", "n": "ne", "m": "me", "t": "te",
           "qu": "que"}  # fmt: skip


def _spelt_out(entry: str) -> str:
    """``c'est`` as the words of a text are: ``ce est``."""
    return re.sub(r"\b(qu|[ldjcsnmt])(?:'| (?=[aeiouhy]\w))", lambda m: _ELIDED[m[1]] + " ", entry)


@lru_cache(maxsize=1)
def load_resources() -> Resources:
    """Read every resource that the package ships (about a quarter of a second)."""
    words = Gazetteer(_lines("words.txt.xz"), _reading)
    lexicon = files("policies.denunciation").joinpath("lexicon")
    tags, phrases = tag_tables(
        row
        for name in (
            "places.tsv",
            "people.tsv",
            "groups.tsv",
            "cues.tsv",
            "names.tsv",
            "danger.tsv",
            "figures.tsv",
        )
        for row in table(lexicon.joinpath(name))
    )
    verbs: dict[str, set[str]] = defaultdict(set)
    for tag, infinitives in table(lexicon.joinpath("verbs.tsv")):
        for infinitive in infinitives:
            verbs[infinitive].add(tag)
    frequency = _numbers("frequency.txt.xz")
    often = {word for word, number in frequency.rows() if number >= _COMMON}
    common = frozenset(often.intersection(words))
    sms = {key: tuple(entries[0].split()) for key, entries in table(lexicon.joinpath("sms.tsv"))}
    return Resources(
        words=words,
        frequency=frequency,
        surnames=_numbers("surnames.txt.xz"),
        first_names=_numbers("first_names.txt.xz"),
        communes=frozenset(_lines("communes.txt.xz").decode().split()),
        tags=tags,
        phrases=phrases,
        verbs={k: frozenset(v) for k, v in verbs.items()},
        sms=sms,
        common=common,
        beginnings=frozenset({word[:EDGE] for word in common}),
        endings=frozenset({word[-EDGE:] for word in common}),
        sounds=Gazetteer(_lines("sounds.txt.xz"), lambda _, word: word),
    )
