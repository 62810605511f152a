"""Entries that would blind the filter, or make it mask half of every message: why not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pc_matrix.language.own_lists.classes import ListClass
from pc_matrix.language.own_lists.entries import ARTICLES, name_of
from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_PLACE_TAGS = frozenset({"road", "site", "shop", "event", "brand", "monument", "placename"})
_HARMLESS_TAGS = _PLACE_TAGS | {"wordname", "particle", "notname"}
_EVERYBODY_TAGS = frozenset(
    {"title", "rank", "road", "site", "shop", "kin", "job", "human", "neighbour", "greet",
     "pron", "official", "group", "vehicle", "pettype"}
)  # fmt: skip
_LINKS = listed("chez de d a sur sous en et ou aux dans par pour avec sans entre vers mon ma")

ONLY_LINKS = "ces mots sont partout dans les messages ; écrivez le nom entier"
NUMBERED = "un numéro d'habitation ne s'inscrit pas ; gardez la rue seule"
ONLY_NUMBER = "un nombre seul n'est pas un nom"
A_PERSON = (
    "c'est aussi le nom de personnes, qui passeraient sans être masquées ; écrivez aussi le mot "
    "du lieu : restaurant, salle, école…"
)
AN_ORDINARY_WORD = (
    "c'est un mot courant, que le filtre doit pouvoir lire ; écrivez aussi le mot du lieu"
)
MASKS_ORDINARY_WORD = "ce mot courant serait masqué dans tous les messages ; précisez ce surnom"
LONE_NAME = (
    "un prénom ou un nom seul laisserait passer toutes les personnes qui le portent ; écrivez le "
    "prénom et le nom, ou le grade et le nom"
)
NOT_A_NAME = "ce n'est pas le nom d'une personne ; écrivez le prénom et le nom"


def blinding(kind: ListClass, found: Sequence[Word], known: Resources) -> str:
    """Why the entry ``found`` of class ``kind`` is refused; empty when it is not."""
    core = [w for w in found if not _links(w, known)]
    if not core:
        return ONLY_LINKS
    if all(w.kind == "num" for w in core):
        return ONLY_NUMBER
    if kind is ListClass.NICKNAME:
        return _of_nickname(core, known)
    if kind is ListClass.AGENT:
        return _of_agent(found, known)
    return _of_place(found, core, known)


def _links(w: Word, known: Resources) -> bool:
    if w.form in ARTICLES or w.form in _LINKS or w.tags & {"def", "indef", "own", "pron"}:
        return True
    grammar = bool(set(w.flags) & set("GPR")) and "N" not in w.flags
    return grammar and known.frequency.get(w.form, 0) >= 52


def _of_place(found: Sequence[Word], core: Sequence[Word], known: Resources) -> str:
    pairs = pairwise(found)
    if any(a.kind == "num" and "road" in b.tags for a, b in pairs):
        return NUMBERED
    whole = " ".join(w.raw for w in found)
    if max(known.surnames.get(whole, 0), known.first_names.get(whole, 0)) >= 3:
        return A_PERSON
    article = found[0].form in ARTICLES
    persons = [
        _names(w, before, known, article=article)
        for before, w in zip((None, *core), core, strict=False)
    ]
    if any(_anchors(w) and not p for w, p in zip(core, persons, strict=True)):
        common = len(core) == 1 and _too_common(core[0], known, article=article)
        return AN_ORDINARY_WORD if common else ""
    return A_PERSON if any(persons) else AN_ORDINARY_WORD


def _anchors(w: Word) -> bool:
    """Whether the word can make a place of the entry: no verb, and none of the filter's own."""
    if w.tags & _PLACE_TAGS:
        return True
    verb = bool(set(w.flags) & set("vwKIfy")) and "N" not in w.flags
    return not verb and not _own_tags(w) - _HARMLESS_TAGS and w.kind != "num"


def _own_tags(w: Word) -> set[str]:
    return {tag.partition("+")[0] for tag in w.tags}


def _names(w: Word, before: Word | None, known: Resources, *, article: bool) -> bool:
    """Whether many persons bear it; *le moulin*, *les lilas* are things, *jean moulin* is not."""
    given, family = known.first_names.get(w.raw, 0), known.surnames.get(w.raw, 0)
    if w.tags & {"road", "site", "shop"}:
        called = before is not None and known.first_names.get(before.raw, 0) >= 3
        return family >= 4 and (called or (before is None and not article))
    if not w.flags:
        return max(given, family) >= 3
    thing = article and "N" in w.flags and (given < 4 or "wordname" in w.tags)
    return max(given, family) >= 4 and not thing


def _too_common(w: Word, known: Resources, *, article: bool) -> bool:
    common = known.frequency.get(w.form, 0) >= (55 if article else 40)
    return bool(w.flags) and common and not w.tags & _PLACE_TAGS


def _of_nickname(core: Sequence[Word], known: Resources) -> str:
    everybody = all(_own_tags(w) & _EVERYBODY_TAGS for w in core)
    (only,) = core if len(core) == 1 else (None,)
    common = only and only.flags and known.frequency.get(only.form, 0) >= 50
    short = only and len(only.raw) <= 3 and only.raw in known.sms
    return MASKS_ORDINARY_WORD if everybody or common or short else ""


def _of_agent(found: Sequence[Word], known: Resources) -> str:
    named = name_of(found)
    ranked = any("rank" in w.tags for w in found)
    if not named or any(w.kind != "word" or _not_in_a_name(w, known) for w in named):
        return NOT_A_NAME
    if not any(_could_name(w, known) for w in named):
        return NOT_A_NAME
    lone = len(named) == 1 or " ".join(w.raw for w in named) in known.surnames
    return LONE_NAME if lone and not ranked else ""


def _not_in_a_name(w: Word, known: Resources) -> bool:
    """One of the filter's own words, unless many are called so, or a capital says that one is."""
    borne = w.capital or known.surnames.get(w.raw, 0) >= 3
    return bool(_own_tags(w) - _HARMLESS_TAGS) and not borne


def _could_name(w: Word, known: Resources) -> bool:
    listed_as = max(known.first_names.get(w.raw, 0), known.surnames.get(w.raw, 0))
    return listed_as >= 2 or not w.flags
