"""Do two reports tell of the same event? Only where their facts plainly say so.

A double costs an officer a glance, a lost alert may cost more: in doubt they are two. Two rules. A
plate that both name, whole; or words of which one says nothing that the other does not say. What is
compared is what leaves, and what is kept of it in memory are digests of single words, in no order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from policies.denunciation.wordlist import words
from policies.need_to_know import Leaving
from policies.plates import without_plates
from policies.reports import Report, ReportState
from policies.steps import Standing, Step, standing
from policies.terms import Category, SectorCode

SAME_PLATE_FOR, SAME_WORDS_FOR = timedelta(hours=2), timedelta(hours=1)
_ENOUGH = 4
"""Telling words that a message needs before words alone say that it is the same."""
_SHARE = 0.6
"""Of the telling words of both, how many both have to have."""

_PLATE = re.compile(r"([A-Z]{2})([0-9OQ]{3})([A-Z]{2})|[0-9]{1,4}[A-Z]{2,3}(?:[0-9]{2,3}|2[AB])")
_ZEROS = str.maketrans("OQ", "00")
_UNTELLING = words(
    "le la les l un une des du de d au aux a et ou mais donc car ni que qui quoi dont ce cet cette"
    " ces c s se sa son ses mon ma mes m notre nos n votre vos leur leurs je j tu t il elle on nous"
    " vous ils elles me y en ne pas est es sont etait etaient ete suis ai as ont avons avez avait"
    " avaient fait font faire depuis pendant vers chez par pour sur sous dans avec sans entre tres"
    " bien aussi encore deja la-bas ici cela ca voici voila bonjour bonsoir salut merci svp stp"
    " info attention message signaler signale vu vue vus vois voit voient voir apercu"
    " apercue remarque remarquee croise semble semblent parait viens vient viennent"
    " suspect suspecte bizarre louche"
    " etrange inquietant inquietante inconnu inconnue lentement doucement actuellement maintenant"
    " moment instant tourne tournent tournait tournaient tourner tournant rode rodent rodait"
    " rodaient roder circule circulent circulait circuler passe passent passait passer repasse"
    " repassent repasser roule roulent rouler stationne stationnent stationnait stationnee arrete"
    " arretee fois toujours peu tout toute"
)
"""What says nothing of what happened, and verbs by which everybody says the same otherwise."""
_ALIKE = {
    alike: named
    for named, others in {
        "fourgon": "fourgons fourgonnette fourgonnettes camionnette camionnettes utilitaire"
        " utilitaires van vans",
        "voiture": "voitures auto autos automobile bagnole caisse",
        "moto": "motos motocyclette",
        "homme": "hommes type types individu individus gars monsieur messieurs mec mecs",
        "femme": "femmes dame dames",
        "blanc": "blanche blancs blanches",
        "gris": "grise grises",
        "noir": "noire noirs noires",
        "vert": "verte verts vertes",
        "bleu": "bleue bleus bleues",
        "rouge": "rouges",
        "jaune": "jaunes",
        "2": "deux",
        "3": "trois",
        "4": "quatre",
        "5": "cinq",
    }.items()
    for alike in others.split()
}
_KNOWN = frozenset(_ALIKE.values())


class Likeness(StrEnum):
    """What two reports have in common."""

    SAME_PLATE = "same-plate"
    SAME_WORDS = "same-words"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What of a report may be compared: of its plates and its telling words a digest each."""

    sector: SectorCode
    category: Category
    plates: frozenset[str]
    words: frozenset[str]

    def __repr__(self) -> str:
        return f"Sighting({len(self.plates)} plates, {len(self.words)} words)"


def sighting(
    leaving: Leaving, sector: SectorCode, category: Category, digest: Callable[[str], str]
) -> Sighting:
    """What may be compared of what leaves; ``digest`` makes of a word what nobody reads."""
    whole = [_plate(leaving.text[start:end]) for start, end in leaving.plates]
    plates = {plate for plate in whole if _PLATE.fullmatch(plate)}
    said = [
        *_telling(without_plates(leaving.text, leaving.plates, " ")),
        *(part for part in whole if part not in plates),
    ]
    return Sighting(sector, category, frozenset(map(digest, plates)), frozenset(map(digest, said)))


def likeness(new: Sighting, known: Sighting, apart: timedelta) -> Likeness:
    """What a new report has in common with one that left ``apart`` ago.

    A vehicle moves from sector to sector, and which sectors are neighbours nobody says: a plate is
    compared in the whole commune, words in one sector. One more plate is one more fact.
    """
    if new.category is not known.category or apart > SAME_PLATE_FOR:
        return Likeness.DIFFERENT
    if new.plates:
        return Likeness.SAME_PLATE if new.plates <= known.plates else Likeness.DIFFERENT
    is_near = new.sector == known.sector and apart <= SAME_WORDS_FOR
    is_same = is_near and _are_alike(new.words, known.words)
    return Likeness.SAME_WORDS if is_same else Likeness.DIFFERENT


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one says nothing that the other does not: « blanc » and « gris » are two vans."""
    fewer, more = sorted((one, other), key=len)
    return fewer <= more and len(fewer) >= max(_ENOUGH, _SHARE * len(more))


def may_join(new: Report, first: Report, steps: Iterable[Step]) -> bool:
    """Whether ``first`` is a report of its own that stands, and that no authority closed.

    What an authority is done with is news to it when it is told again.
    """
    is_open = standing(steps) in (Standing.NONE, Standing.TAKEN_UP)
    stands = first.state is ReportState.SENT and first.merged_into is None
    return stands and is_open and first.id != new.id


def since(now: datetime) -> datetime:
    """From when on reports may be told of again."""
    return now - SAME_PLATE_FOR


def _plate(said: str) -> str:
    """Its signs alone, as capitals; « O » and « Q » between letters are zeros."""
    bare = re.sub(r"[^A-Z0-9]", "", _folded(said).upper())
    found = _PLATE.fullmatch(bare)
    if found is None or found[1] is None:
        return bare
    return found[1] + found[2].translate(_ZEROS) + found[3]


def _telling(text: str) -> Iterable[str]:
    for word in re.findall(r"[a-z0-9]+", _folded(text)):
        if word not in _UNTELLING:
            yield _ALIKE.get(word) or _singular(word)


def _singular(word: str) -> str:
    """Without a plural's sign, which people forget."""
    is_plural = len(word) > 3 and word not in _KNOWN and word[-1] in "sx"
    return word[:-1] if is_plural else word


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
