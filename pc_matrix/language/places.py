"""What only looks like a person: streets, schools, shops, brands, feasts, pets, the writer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

from pc_matrix.language.figures import figures, storms
from pc_matrix.language.localities import locality, road_number
from pc_matrix.language.makers import makers, trades
from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_AS_WRITTEN = frozenset({"figure", "famous", "brand", "maker"})
"""Names that the respelling of words may have touched."""
_PLACES = frozenset({"road", "site", "shop", "event", "monument"})
_FIGURES = frozenset({"figure", "famous"})
_LINKS = ("chez", "de", "du", "des", "le", "la", "les", "a", "aux", "l", "d", "sur", "et")
_NAME_PARTS = listed(
    """
    general marechal docteur professeur president abbe saint sainte st ste commandant capitaine
    colonel lieutenant de d la le les du des freres soeurs pere mere notre dame jean
    """
)
_SHORTENED = listed("av ave bd bld bvd imp pl rte ch st ste ets res sq")
_LOCATING = listed(
    """
    a vers direction depuis sur entre jusque jusqu route axe ville commune village
    """
)


def phrase_tags(words: Sequence[Word], known: Resources) -> None:
    """Put the tags of phrases of several words on each of their words."""
    for i, (word, second) in enumerate(pairwise(words)):
        for begun in product(_spellings(word), _spellings(second)):
            for parts, tag in known.phrases.get(begun, ()):
                chunk = words[i : i + len(parts)]
                if _reads(chunk, parts, as_written=tag in _AS_WRITTEN):
                    for part in chunk:
                        part.tags.add(tag)
                    word.tags.add(f"{tag}+{len(parts)}")


def _spellings(word: Word) -> tuple[str, ...]:
    """What a phrase may have in the place of ``word``."""
    if word.raw == "&":
        return word.form, "et"
    return (word.form,) if word.form == word.raw else (word.form, word.raw)


def _reads(chunk: Sequence[Word], parts: Sequence[str], *, as_written: bool) -> bool:
    if len(chunk) != len(parts):
        return False
    for w, part in zip(chunk, parts, strict=True):
        if part != w.form and not (as_written and _is_written(w, part)):
            return False
    return True


def _is_written(w: Word, part: str) -> bool:
    return part == w.raw or (part == "et" and w.raw == "&")


def neutralise(words: Sequence[Word], known: Resources) -> None:
    """Mark the words that belong to a place, a shop, a brand or a feast."""
    for i, word in enumerate(words):
        if word.kind != "word":
            continue
        _only_looks(words, i, known)
        if word.neutral:
            continue
        if not word.tags.isdisjoint(_PLACES):
            _place(words, i, known)
        elif "brand" in word.tags and _is_brand(words, i, known):
            _length(words, i, "brand")
        elif word.form in known.communes and _locates(words, i, known):
            word.neutral = True


def _only_looks(words: Sequence[Word], i: int, known: Resources) -> None:
    """Historic names, storms, makers, road numbers, villages."""
    if not words[i].tags.isdisjoint(_FIGURES):
        figures(words, i, known)
    if not words[i].neutral:
        storms(words, i)
        makers(words, i, known)
        trades(words, i, known)
        road_number(words, i)
    if not words[i].neutral:
        locality(words, i, known)


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
        and (words[j].form == "-" or words[i].raw in _SHORTENED)
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
    if word.form in ("de", "d", "la", "le", "du"):
        return not first and _name_follows(words[j + 1 : j + 2], known)
    if word.form in _NAME_PARTS:
        return True
    if first and "title" in word.tags:
        return False
    if first and linked:
        return _linked_part(words, j, known, road=road)
    if word.kind == "num":
        return first
    return word.capital or (_first_part(word, known) if first else _later_part(word, known))


def _name_follows(following: Sequence[Word], known: Resources) -> bool:
    return any(
        w.kind == "word" and (w.capital or (not w.flags and w.raw in known.surnames))
        for w in following
    )


def _linked_part(words: Sequence[Word], j: int, known: Resources, *, road: bool) -> bool:
    """The first word after *de*, *du*, *des*, *chez*."""
    word = words[j]
    if words[j - 1].form == "chez":
        return _named(word, known)
    if word.tags & {"title", "job", "kin"}:
        return False
    if road or word.kind == "num":
        return road
    return (not word.flags or word.capital) and words[j - 1].form != "des"


def _named(word: Word, known: Resources) -> bool:
    return word.raw in known.first_names or word.raw in known.surnames or not word.flags


def _first_part(word: Word, known: Resources) -> bool:
    surname = known.surnames.get(word.raw, 0) >= 4 and known.frequency.get(word.form, 0) < 47
    ordinary = bool(word.flags) and not surname and known.first_names.get(word.raw, 0) < 4
    return _named(word, known) and not ordinary and not set(word.flags) & set("GPRvw")


def _later_part(word: Word, known: Resources) -> bool:
    return _named(word, known) and not set(word.flags) & set("vwPGR")


_FEMININE = listed("une la sa ma leur cette en")
_BEFORE_BRAND = listed("renault peugeot citroen opel fiat ford seat mini super hyper chez")


def _is_brand(words: Sequence[Word], i: int, known: Resources) -> bool:
    """Whether the brand's word is the brand: not after a title, a first name, *les*."""
    before = words[i - 1] if i else None
    given = known.first_names.get(words[i].raw, 0)
    if before is None:
        return given < 4 or any("vehicle" in w.tags for w in words[i + 1 : i + 3])
    if _introduces_person(before, given, known):
        return False
    if any(t.startswith("brand+") for t in words[i].tags):
        return True
    return _of_a_vehicle(words, i, before) if given >= 4 else before.form != "les"


def _introduces_person(before: Word, given: int, known: Resources) -> bool:
    first_name = known.first_names.get(before.raw, 0) >= 4 and not before.flags
    slot = "nickslot" in before.tags and given >= 3
    return "title" in before.tags or before.form == "." or slot or first_name


def _of_a_vehicle(words: Sequence[Word], i: int, before: Word) -> bool:
    """A model that is also a first name (Zoé, Mercedes): beside a vehicle or a feminine article."""
    near = [*words[max(0, i - 3) : i], *words[i + 1 : i + 3]]
    vehicle = any(w.tags & {"vehicle", "plate"} for w in near) or "brand" in before.tags
    return vehicle or before.form in _BEFORE_BRAND | _FEMININE


def _locates(words: Sequence[Word], i: int, known: Resources) -> bool:
    before = words[i - 1] if i else None
    if before is None or before.form not in _LOCATING:
        return False
    return known.first_names.get(words[i].raw, 0) < 4 and not words[i].flags
