"""Makers' names that are also family names: nobody beside what they make (*un sac Lancel*)."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.resources import Resources
from pc_matrix.language.standing import acts
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_COLOURS = listed("noir noire rouge bleu bleue blanc blanche gris grise vert verte rose jaune")
_OF_MAKE = listed("marque type modele enseigne")
_TRADES = listed(
    """
    optique optic opticien primeurs primeur coiffure materiaux motoculture pizza pizzeria burger
    burgers kebab tacos snack boulangerie boucherie traiteur automobiles auto autos automobile
    energie energies cycles motos transports transport peinture couverture fleurs chaussures
    bijoux bijouterie immobilier immo assurances voyages fils informatique services piscines
    """
)


def makers(words: Sequence[Word], i: int, known: Resources) -> None:
    """Neutralise the maker at ``i``, listed or only capital, where a thing it makes stands near."""
    end = i + max(
        (int(t.split("+")[1]) for t in words[i].tags if t.startswith("maker+")), default=1
    )
    listed_one = end > i + 1 or "maker" in known.tags.get(words[i].raw, ())
    if not (listed_one or _unlisted(words[i], known)) or acts(words, end):
        return
    if _after_ware(words, i, known) or (listed_one and _joined(words, i, end)):
        for word in words[i:end]:
            word.neutral = True


def _unlisted(word: Word, known: Resources) -> bool:
    """A capital on what is no word and no first name: ``une montre Zorba``."""
    given = known.first_names.get(word.raw, 0)
    return word.capital and not word.flags and given < 3 and not word.tags & {"title", "kin"}


def _after_ware(words: Sequence[Word], i: int, known: Resources) -> bool:
    j = i - 1
    while j >= 0 and words[j].form in _COLOURS:
        j -= 1
    if j >= 0 and words[j].form == "de" and j > 0 and words[j - 1].form in _OF_MAKE:
        return True
    if j < 0 or not words[j].tags & {"ware", "vehicle"} or words[j].form in _COLOURS:
        return False
    return known.first_names.get(words[i].raw, 0) < 5 or "maker+2" in words[i].tags


def _joined(words: Sequence[Word], i: int, end: int) -> bool:
    """``Makita et Bosch``, ``un Texier``: beside another make, or counted as a thing."""
    before, after = words[i - 1] if i else None, words[end] if end < len(words) else None
    if before and before.form in ("et", "ou", "/") and i > 1 and _is_make(words[i - 2]):
        return True
    ahead = words[end + 1] if end + 1 < len(words) else None
    return bool(
        after and ahead and after.form in ("et", "ou", "/") and "brand" in ahead.tags
        and not (before and before.tags & {"title", "kin", "nickslot"})
    )  # fmt: skip


def _is_make(word: Word) -> bool:
    return word.neutral and "brand" in word.tags


def trades(words: Sequence[Word], i: int, known: Resources) -> None:
    """Neutralise a shop's name before its trade: ``Rapaud Optique``, ``Kevin's Burger``."""
    word = words[i]
    if not word.capital or word.kind != "word" or i + 1 >= len(words):
        return
    named = known.first_names.get(word.raw, 0) or known.surnames.get(word.raw, 0) or not word.flags
    j = i + 1
    if words[j].raw == "s" and words[j].start <= word.end + 1:
        j += 1
    trade = j < len(words) and words[j].form in _TRADES and (words[j].capital or j > i + 1)
    if named and trade and (j > i + 1 or not acts(words, j + 1)) and not acts(words, i + 1):
        for part in words[i : j + 1]:
            part.neutral = True
