"""What only looks like a person: streets, schools, shops, brands, feasts, pets, the writer."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word

_LINKS = ("chez", "de", "du", "des", "le", "la", "les", "a", "aux", "l", "d", "sur", "et")
_NAME_PARTS = frozenset(
    [
        "general",
        "marechal",
        "docteur",
        "professeur",
        "president",
        "abbe",
        "saint",
        "sainte",
        "st",
        "ste",
        "commandant",
        "capitaine",
        "colonel",
        "lieutenant",
        "de",
        "d",
        "la",
        "le",
        "les",
        "du",
        "des",
        "freres",
        "soeurs",
        "pere",
        "mere",
        "notre",
        "dame",
        "jean",
    ]
)
_LOCATING = frozenset(
    [
        "a",
        "vers",
        "direction",
        "depuis",
        "sur",
        "entre",
        "jusque",
        "jusqu",
        "route",
        "axe",
        "ville",
        "commune",
        "village",
    ]
)


def phrase_tags(words: Sequence[Word], known: Resources) -> None:
    """Put the tags of phrases of several words on each of their words."""
    for i, word in enumerate(words):
        for parts, tag in known.phrases.get(word.form, ()):
            chunk = words[i : i + len(parts)]
            if len(chunk) == len(parts) and all(
                w.form == p for w, p in zip(chunk, parts, strict=True)
            ):
                for w in chunk:
                    w.tags.add(tag)
                chunk[0].tags.add(f"{tag}+{len(parts)}")


def neutralise(words: Sequence[Word], known: Resources) -> None:
    """Mark the words that belong to a place, a shop, a brand or a feast."""
    for i, word in enumerate(words):
        if word.neutral or word.kind != "word":
            continue
        if word.tags & {"road", "site", "shop", "event", "monument"}:
            _place(words, i, known)
        elif "own-word" in word.tags:
            _length(words, i, "own-word")
        elif "brand" in word.tags and _is_brand(words, i, known):
            _length(words, i, "brand")
        elif word.form in known.communes and _locates(words, i, known):
            word.neutral = True


def _length(words: Sequence[Word], i: int, tag: str) -> None:
    length = max(
        (int(t.split("+")[1]) for t in words[i].tags if t.startswith(f"{tag}+")), default=1
    )
    for word in words[i : i + length]:
        word.neutral = True


def _place(words: Sequence[Word], i: int, known: Resources) -> None:
    """Neutralise the name after a place's word: ``rue du général de Gaulle``."""
    j, taken = i + 1, 0
    is_road = "road" in words[i].tags
    if words[i].form in ("saint", "sainte", "st", "ste") and "event" in words[i].tags:
        words[i].neutral = True
    while (
        j < len(words)
        and words[j].form in (".", "-")
        and words[j].kind == "punct"
        and len(words[i].raw) < 5
    ):
        j += 1
    linked = False
    owned = not is_road and not words[i].tags & {"event", "monument"}
    while j < len(words) and words[j].form in _LINKS and taken == 0 and j - i < 4:
        if words[j].form == "chez" and "shop" not in words[i].tags:
            return
        if (
            owned
            and words[j].form != "chez"
            and ("shop" in words[i].tags or words[j].form in ("de", "d", "a", "et"))
        ):
            return
        linked, j = True, j + 1
    while j < len(words) and taken < 4 and words[j].kind in ("word", "num"):
        word = words[j]
        if word.form == "a" or "+" in word.form:
            break
        if not _part_of_place(words, j, known, first=taken == 0, linked=linked, road=is_road):
            break
        word.neutral, taken, j = True, taken + 1, j + 1
        if j < len(words) and words[j].form == "-":
            j += 1


def _part_of_place(
    words: Sequence[Word], j: int, known: Resources, *, first: bool, linked: bool, road: bool
) -> bool:
    word = words[j]
    named = word.raw in known.first_names or word.raw in known.surnames or not word.flags
    if word.form in ("de", "d", "la", "le", "du"):
        following = words[j + 1] if j + 1 < len(words) else None
        return bool(
            following
            and following.kind == "word"
            and not first
            and (following.capital or (not following.flags and following.raw in known.surnames))
        )
    if word.form in _NAME_PARTS:
        return True
    if first and linked:
        if words[j - 1].form == "chez":
            return named
        if word.tags & {"title", "job", "kin"}:
            return False
        if road:
            return True
        if word.kind == "num":
            return False
        ordinary = bool(word.flags) and not word.capital
        return not ordinary and words[j - 1].form != "des"
    if word.kind == "num":
        return first
    if set(word.flags) & set("vwP") and not word.capital and not first:
        return False
    if first:
        surname = known.surnames.get(word.raw, 0) >= 4 and known.frequency.get(word.form, 0) < 47
        plain_word = bool(word.flags) and not surname and known.first_names.get(word.raw, 0) < 4
        return word.capital or (named and not plain_word and not set(word.flags) & set("GPRvw"))
    return word.capital or (named and not (set(word.flags) & set("vwPGR")))


_BEFORE_BRAND = frozenset(
    [
        "renault",
        "peugeot",
        "citroen",
        "opel",
        "fiat",
        "ford",
        "seat",
        "mini",
        "super",
        "hyper",
        "chez",
    ]
)


def _is_brand(words: Sequence[Word], i: int, known: Resources) -> bool:
    before = words[i - 1] if i else None
    if before is None:
        near = words[i + 1 : i + 3]
        return known.first_names.get(words[i].raw, 0) < 4 or any("vehicle" in w.tags for w in near)
    if "title" in before.tags or before.form == ".":
        return False
    if "nickslot" in before.tags and known.first_names.get(words[i].raw, 0) >= 3:
        return False
    if before.kind == "word" and known.first_names.get(before.raw, 0) >= 4 and not before.flags:
        return False
    if any(t.startswith("brand+") for t in words[i].tags):
        return True
    if known.first_names.get(words[i].raw, 0) >= 4:
        near = [*words[max(0, i - 3) : i], *words[i + 1 : i + 3]]
        vehicle = any(w.tags & {"vehicle", "plate"} for w in near) or "brand" in before.tags
        return vehicle or before.form in (
            "une",
            "la",
            "sa",
            "ma",
            "leur",
            "cette",
            "en",
            *_BEFORE_BRAND,
        )
    return before.form != "les"


def _locates(words: Sequence[Word], i: int, known: Resources) -> bool:
    before = words[i - 1] if i else None
    if before is None or before.form not in _LOCATING:
        return False
    return known.first_names.get(words[i].raw, 0) < 4 and not words[i].flags
