"""Loading what the package knows of French: word lists, names, the filter's own lexicon."""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pc_matrix.errors import SettingsError

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


def _lines(name: str) -> Iterator[list[str]]:
    source = files("pc_matrix.language").joinpath("data", name)
    with source.open("rb") as raw:
        text = lzma.decompress(raw.read()).decode()
    return (line.split() for line in text.splitlines())


def _numbers(name: str) -> dict[str, int]:
    return {" ".join(parts[:-1]): int(parts[-1]) for parts in _lines(name)}


def table(source: Traversable) -> Iterator[tuple[str, list[str]]]:
    """Rows ``(key, entries)`` of a lexicon file; a faulty line is named in a SettingsError."""
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, tab, entries = line.partition("\t")
        if not tab or not key.strip() or not entries.strip():
            raise SettingsError(
                f"Le lexique {source.name} est illisible à la ligne {number}.",
                "Chaque ligne porte une classe, une tabulation, puis des mots entre virgules.",
                "Corrigez cette ligne.",
            )
        yield key.strip(), [e.strip() for e in entries.split(",") if e.strip()]


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


def sound(word: str) -> str:
    """A key that words written by ear share with their ordinary spelling."""
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word


_SOUNDS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(.)\1+", r"\1"),
        (r"^h", ""),
        (r"ph", "f"),
        (r"eau|au", "o"),
        (r"qu?|c(?=[aourltk]|$)|ck", "k"),
        (r"c(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"ge(?=[ao])", "j"),
        (r"je(?=[ao])", "j"),
        (r"tion", "sion"),
        (r"z|x", "s"),
        (r"y", "i"),
        (r"ai|ei|est$", "e"),
        (r"en|an|am|em", "a~"),
        (r"in|im|ain", "e~"),
        (r"(?<=[^aeiou])er$|(?<=[^aeiou])ez$", "e"),
        (r"(?:ent|es|e|s|t|d|p)$", ""),
        (r"(?:e|s)$", ""),
    )
)


@lru_cache(maxsize=1)
def load_resources() -> Resources:
    """Read every resource that the package ships (about half a second)."""
    words = {parts[0]: (parts[1], tuple(parts[2:])) for parts in _lines("words.txt.xz")}
    frequency = _numbers("frequency.txt.xz")
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
        )
        for row in table(lexicon.joinpath(name))
    )
    verbs: dict[str, set[str]] = defaultdict(set)
    for tag, infinitives in table(lexicon.joinpath("verbs.tsv")):
        for infinitive in infinitives:
            verbs[infinitive].add(tag)
    sms = {key: tuple(entries[0].split()) for key, entries in table(lexicon.joinpath("sms.tsv"))}
    return Resources(
        words=words,
        frequency=frequency,
        surnames=_numbers("surnames.txt.xz"),
        first_names=_numbers("first_names.txt.xz"),
        communes=frozenset(parts[0] for parts in _lines("communes.txt.xz")),
        tags=tags,
        phrases=phrases,
        verbs={k: frozenset(v) for k, v in verbs.items()},
        sms=sms,
        sounds=_by_sound(frequency, words),
    )


def _by_sound(
    frequency: Mapping[str, int], words: Mapping[str, tuple[str, tuple[str, ...]]]
) -> dict[str, str]:
    """The most frequent word of each sound, among words that are common enough."""
    best: dict[str, str] = {}
    for word, value in frequency.items():
        if value >= 30 and len(word) > 3 and word in words:
            key = sound(word)
            if key not in best or frequency[best[key]] < value:
                best[key] = word
    return best
