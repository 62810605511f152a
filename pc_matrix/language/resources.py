"""Loading what the package knows of French: word lists, names, the filter's own lexicon."""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from pc_matrix.language.lexicon import table

EDGE = 4
_COMMON = 30
Phrases = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


@dataclass(frozen=True, slots=True)
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


def _text(name: str) -> list[str]:
    source = files("pc_matrix.language").joinpath("data", name)
    with source.open("rb") as raw:
        return lzma.decompress(raw.read()).decode().splitlines()


def _numbers(name: str) -> dict[str, int]:
    return {key: int(number) for key, _, number in (r.rpartition(" ") for r in _text(name))}


def _words() -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = (line.split(" ") for line in _text("words.txt.xz"))
    return {form: (flags, tuple(lemmas)) for form, flags, *lemmas in rows}


def tag_tables(
    rows: Iterator[tuple[str, list[str]]],
) -> tuple[dict[str, frozenset[str]], Phrases]:
    """Single words with their tags, and phrases by their first word, longest first."""
    single: dict[str, set[str]] = defaultdict(set)
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for tag, entries in rows:
        for entry in entries:
            parts = tuple(re.findall(r"[a-z0-9]+", _spelt_out(entry)))
            if len(parts) == 1:
                single[parts[0]].add(tag)
            elif parts:
                phrases[parts[0]].append((parts, tag))
    ordered = {k: tuple(sorted(set(v), key=lambda p: -len(p[0]))) for k, v in phrases.items()}
    return {k: frozenset(v) for k, v in single.items()}, ordered


_ELIDED = {"l": "le", "d": "de", "j": "je", "c": "ce", "s": "se", "n": "ne", "m": "me", "t": "te",
           "qu": "que"}  # fmt: skip


def _spelt_out(entry: str) -> str:
    """``c'est`` as the words of a text are: ``ce est``."""
    return re.sub(r"\b(qu|[ldjcsnmt])(?:'| (?=[aeiouhy]\w))", lambda m: _ELIDED[m[1]] + " ", entry)


_READ_AS = {"vit": ("vivre",), "vis": ("vivre",)}
"""Forms whose other verb (*voir*, in the simple past) nobody writes in a message."""


@lru_cache(maxsize=1)
def load_resources() -> Resources:
    """Read every resource that the package ships (about half a second)."""
    words = _words()
    words |= {form: (words[form][0], lemmas) for form, lemmas in _READ_AS.items()}
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
    common = frozenset(w for w, often in frequency.items() if often >= _COMMON and w in words)
    sms = {key: tuple(entries[0].split()) for key, entries in table(lexicon.joinpath("sms.tsv"))}
    return Resources(
        words=words,
        frequency=frequency,
        surnames=_numbers("surnames.txt.xz"),
        first_names=_numbers("first_names.txt.xz"),
        communes=frozenset(_text("communes.txt.xz")),
        tags=tags,
        phrases=phrases,
        verbs={k: frozenset(v) for k, v in verbs.items()},
        sms=sms,
        common=common,
        beginnings=frozenset(word[:EDGE] for word in common),
        endings=frozenset(word[-EDGE:] for word in common),
        sounds=dict(line.split(" ") for line in _text("sounds.txt.xz")),
    )
