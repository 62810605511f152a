"""Villages and quarters that no list has: *la piscine de Bréquigny*, *descendez à Cleunay*."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pc_matrix.language.resources import Resources
from pc_matrix.language.standing import at_a_place, harmed
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_ROAD = re.compile(r"(?:d|rd|n|rn|a|m|rm|cd)\d{1,4}[a-z]?")
_DOORS = listed(
    """
    appartement appart appt apt logement porte batiment bat bloc hall escalier numero lot box cage
    """
)
_TOWARDS = listed("vers direction depuis entre jusque cote sortie")
_NEAR = listed("pres hauteur niveau bourg sortie entree direction commune lisiere hauteurs")
_ARTICLES = listed("le la les l")


def road_number(words: Sequence[Word], i: int) -> None:
    """Neutralise ``D137``, ``N7``, ``A6``; not the flat ``A6``."""
    if _ROAD.fullmatch(words[i].raw) and not (i and words[i - 1].form in _DOORS):
        words[i].neutral = True


def locality(words: Sequence[Word], i: int, known: Resources) -> None:
    """Neutralise the unknown name at ``i`` where only a place can stand."""
    word = words[i]
    if word.flags or word.tags or not i or len(word.raw) < 4:
        return
    given, family = known.first_names.get(word.raw, 0), known.surnames.get(word.raw, 0)
    j = i - 1
    article = words[j].form in _ARTICLES and j > 0
    j -= article
    if _of_a_service(words, j) and given < 4 and not (words[j].form == "des" and family > 1):
        word.neutral = True
    elif given < 2 and family < 3 and word.form == word.raw and _stands_where(words, i, j):
        word.neutral = word.raw not in known.frequency and not _of_two(words, i)


def _of_two(words: Sequence[Word], i: int) -> bool:
    """Whether another unknown word follows: a first name and a family name from afar."""
    return any(w.kind == "word" and not w.flags and not w.neutral for w in words[i + 1 : i + 2])


def _of_a_service(words: Sequence[Word], j: int) -> bool:
    """Whether *de* at ``j`` follows a public service or tells near what: ``la mairie de``."""
    if j < 1 or words[j].form not in ("de", "des", "du", "d"):
        return False
    return bool(words[j - 1].tags & {"civic", "civic+2", "civic+3"})


def _stands_where(words: Sequence[Word], i: int, j: int) -> bool:
    if words[i + 1 : i + 2] and words[i + 1].form == "qui":
        return False
    if words[j].form in _TOWARDS or _near(words, j):
        return not harmed(words, j)
    return words[j].form in ("a", "au") and at_a_place(words, j + 1)


def _near(words: Sequence[Word], j: int) -> bool:
    """``près de``, ``du côté de``; not ``à côté de``, where somebody may live."""
    if j < 2 or words[j].form not in ("de", "des", "du"):
        return False
    beside = words[j - 1].form == "cote" and words[j - 2].form == "du"
    return beside or words[j - 1].form in _NEAR
