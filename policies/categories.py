"""Which category people name: by its word, by a synonym, mistyped, or by its number in the list."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from policies.denunciation.wordlist import words
from policies.mistakes import mistakes
from policies.terms import Category

NUMBERS: Mapping[str, Category] = {str(n): c for n, c in enumerate(Category, 1)}
"""The numbers that stand before them where a référent is asked; they never change."""

_NAMES: Mapping[Category, frozenset[str]] = {
    Category.BURGLARY: words(
        "cambriolage cambrioleur cambriole effraction vol voleur intrusion burglary theft"
    ),
    Category.SUSPICIOUS_VEHICLE: words(
        "vehicule voiture auto fourgon fourgonnette camionnette camion utilitaire scooter moto"
        " plaque vehicle car van"
    ),
    Category.SUSPICIOUS_BEHAVIOUR: words(
        "comportement rodeur rode reperage individu inconnu behaviour behavior prowler"
    ),
    Category.ABUSIVE_CANVASSING: words(
        "demarchage demarcheur demarcheuse demarche arnaque arnaqueur escroquerie escroc canvassing"
        " scam"
    ),
    Category.INCIVILITY: words(
        "incivilite degradation depot dechet ordure tapage bruit nuisance tag graffiti vandalisme"
        " incivility"
    ),
    Category.VULNERABLE_PERSON: words(
        "vulnerable disparition disparu disparue fragile agee desoriente desorientee fugue missing"
    ),
}
_WEAK: Mapping[Category, frozenset[str]] = {
    Category.SUSPICIOUS_BEHAVIOUR: words("suspect suspecte suspicious louche"),
    Category.OTHER: words("autre divers other"),
}
"""Words that other categories have beside their own: « véhicule suspect », « autre véhicule »."""
_WEAKEST: Mapping[Category, frozenset[str]] = {
    Category.VULNERABLE_PERSON: words("personne person"),
}
"""« personne suspecte » is suspicious, « une personne » is to be looked after."""
_ALL: Mapping[Category, frozenset[str]] = {
    category: _NAMES.get(category, frozenset()) | _WEAK.get(category, frozenset())
    for category in Category
}
_PREFIX, _MISTYPED, _TWICE = 4, 5, 9
"""From how many letters on a beginning counts, one mistake, and two."""
_ANSWER = 5
"""A whole message of more words than this is no answer to the question."""


def named(said: str) -> Category | None:
    """The category that ``said`` names, ``None`` when it names none.

    A word spelt well goes before one that is not, and what only one category has before the rest.
    """
    bare = list(_bare(said))
    for names in (_NAMES, _WEAK, _WEAKEST):
        for word in bare:
            for category, known in names.items():
                if _is(word, known):
                    return category
    return next((found for word in bare if (found := _mistyped(word))), None)


def answered(said: str) -> Category | None:
    """The category that a whole message names: a number of the list, or a few words."""
    digits = said.replace("\ufe0f", "").replace("\u20e3", "").strip(" .)°")
    if digits in NUMBERS:
        return NUMBERS[digits]
    return named(said) if len(said.split()) <= _ANSWER else None


def plain(word: str) -> str:
    """``word`` in lower case, without accents or punctuation around it."""
    decomposed = unicodedata.normalize("NFD", word.casefold())
    bare = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return bare.strip(" \t\n:;,.!?«»\"'()[]")


def _bare(said: str) -> Iterator[str]:
    for word in said.replace("’", "'").replace("'", " ").split():
        bare = plain(word).removesuffix("s")
        if bare:
            yield bare


def _is(word: str, known: frozenset[str]) -> bool:
    return word in known or (len(word) >= _PREFIX and any(name.startswith(word) for name in known))


def _mistyped(word: str) -> Category | None:
    """The one category that has a name nearest to ``word``, within the mistakes allowed."""
    if len(word) < _MISTYPED or word.isdigit():
        return None
    allowed = 2 if len(word) >= _TWICE else 1
    near = {c: min(mistakes(word, name) for name in known) for c, known in _ALL.items()}
    least = min(near.values())
    found = [category for category, count in near.items() if count == least]
    return found[0] if least <= allowed and len(found) == 1 else None
