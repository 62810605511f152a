"""Words that mean something only after what was said before: *il*, *son vélo*, *ce type*, *là-bas*.

Once a sentence is taken out, those that lean on it would still point at the same person, or mean
nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from policies.denunciation.analysis import Token
from policies.denunciation.fragments import Fragment
from policies.denunciation.plain_fact import is_vehicle
from policies.denunciation.reading import form
from policies.denunciation.wordlist import words


class Before(Enum):
    """What stands before a sentence, as far as it is kept."""

    NOTHING = auto()
    """It opens the text, or follows what is no fact."""
    KEPT = auto()
    """It follows a kept sentence, and nobody was accused yet."""
    ACCUSED = auto()
    """Somebody was accused earlier: whatever points back may point at him."""


_BACK = words(
    """
    elle elles ils lui eux leur leurs son sa ses celui celle ceux celles ca cela ceci sien
    sienne siens siennes aussi egalement ancien ancienne premier premiere second seconde autre
    autres meme memes tel tels telle telles dernier derniere derniers ladite ledit lesdits
    concerne concernee interesse interessee
    """
)
_IMPERSONAL = words("y faut pleut manque reste fait semble etait neige vente gele est n ne")
_TIMES = words(
    """
    matin soir nuit midi jour jours semaine weekend week apres aprem mois annee ete hiver printemps
    automne lundi mardi mercredi jeudi vendredi samedi dimanche heure moment
    """
)
_OPENERS = words("et mais donc alors puis ensuite car parce sinon bref ni ou que qui dont ainsi")
_SUBJECTS = words("je tu on nous vous il elle ils elles qui ne me te")
_DEFINITE = words("le la les du au aux")
_PEOPLE = frozenset({"human", "kin", "neighbour", "job", "nickslot"})
_LAIRS = words(
    """
    maison maisons appartement appart logement garage cave grange hangar jardin terrain cour chambre
    pavillon studio villa caravane ferme atelier propriete bungalow mobilhome immeuble palier etage
    """
)


def leans(tokens: Sequence[Token], fragment: Fragment, before: Before) -> bool:
    """Whether the fragment needs what stood before it, and cannot have it."""
    inside = range(fragment.first, fragment.last)
    if before is Before.KEPT:
        return any(_is_family(tokens, i) for i in inside)
    if _begins_open(tokens, fragment, before) or any(_points_back(tokens, i) for i in inside):
        return True
    return before is Before.ACCUSED and any(_is_known_thing(tokens, i, fragment) for i in inside)


def _begins_open(tokens: Sequence[Token], fragment: Fragment, before: Before) -> bool:
    """``Et…``, and what has its subject elsewhere: ``Vu à 12 h``, ``Appartient à…``."""
    opening = tokens[fragment.first]
    is_only_verb = bool(set(opening.flags) & set("vwf")) and not set(opening.flags) & set("NA")
    # ``Vu un fourgon…`` opens a message; after an accusation it goes on about the accused.
    says_what = "indef" in tokens[min(fragment.first + 1, fragment.last - 1)].tags
    is_participle = "K" in opening.flags and (before is Before.ACCUSED or not says_what)
    return opening.form in _OPENERS or is_only_verb or is_participle


def _points_back(tokens: Sequence[Token], i: int) -> bool:
    what = tokens[i].form
    return (
        what in _BACK
        or (what == "il" and not _is_impersonal(tokens, i))
        or (what in ("ce", "cet", "cette", "ces") and not _is_a_time(tokens, i))
        or (what in ("le", "la", "les") and _stands_for_somebody(tokens, i))
        or (what in ("y", "en") and _stands_for_a_place(tokens, i))
        or (what == "bas" and form(tokens, i - 1) == "la")
        or (bool(tokens[i].tags & _PEOPLE) and "official" not in tokens[i].tags
            and _is_definite(tokens, i))
    )  # fmt: skip


def _is_family(tokens: Sequence[Token], i: int) -> bool:
    """``sa mère``, ``leurs enfants``: whoever it is, his family is recognised by him."""
    return "kin" in tokens[i].tags and form(tokens, i - 1) in ("son", "sa", "ses", "leur", "leurs")


def _is_impersonal(tokens: Sequence[Token], i: int) -> bool:
    """``il y a``, ``il faut``, ``il est 22 h``."""
    following, then = form(tokens, i + 1), form(tokens, i + 2)
    if following not in _IMPERSONAL:
        return False
    if following in ("est", "etait"):
        return then in ("time", "num", "environ", "tard", "minuit", "midi", "presque")
    if following == "fait":
        return then in ("nuit", "noir", "jour", "froid", "sombre", "chaud")
    return following not in ("n", "ne") or then in ("y", "faut", "pleut", "reste", "fait", "manque")


def _is_a_time(tokens: Sequence[Token], i: int) -> bool:
    """``ce matin``, ``cette nuit``, ``cet après-midi``."""
    return form(tokens, i + 1) in _TIMES


def _stands_for_somebody(tokens: Sequence[Token], i: int) -> bool:
    """``on l'a vu``, ``je le vois``: a pronoun, not an article."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if following is None:
        return False
    is_only_verb = not set(following.flags) & set("NA") and bool(
        set(following.flags) & set("vwfyI")
    )
    has = bool(set(following.lemmas) & {"avoir", "etre"}) and following.form != "est"
    return is_only_verb or has or form(tokens, i - 1) in _SUBJECTS


def _stands_for_a_place(tokens: Sequence[Token], i: int) -> bool:
    """``j'y suis allé``, ``il en a``; not ``il y a``, not ``en voiture``."""
    if i + 1 >= len(tokens):
        return True
    following = tokens[i + 1]
    if tokens[i].form == "y":
        return following.form not in ("a", "avait", "aurait", "ait", "eu", "aura")
    return bool(set(following.flags) & set("vwfy")) and not set(following.flags) & set("NA")


def _is_definite(tokens: Sequence[Token], i: int) -> bool:
    """``le type``, ``la jeune fille``: known already; ``un type``, ``deux jeunes`` are not."""
    before = i - 1
    while (
        before >= 0 and "A" in tokens[before].flags and not tokens[before].tags & {"def", "indef"}
    ):
        before -= 1
    return form(tokens, before) in _DEFINITE


def _is_known_thing(tokens: Sequence[Token], i: int, fragment: Fragment) -> bool:
    """A vehicle, a dwelling or a shop that was spoken of, or a plate of nothing new."""
    token = tokens[i]
    if token.form == "plate" or "plate" in token.tags:
        return not _new_vehicle(tokens, fragment.first, i)
    if is_vehicle(token):
        return i == fragment.first or form(tokens, i - 1) in _DEFINITE
    has_name = i + 1 < len(tokens) and tokens[i + 1].neutral
    is_lair = token.form in _LAIRS or ("shop" in token.tags and not token.neutral)
    return is_lair and not has_name and form(tokens, i - 1) in (*_DEFINITE, "dans", "chez")


def _new_vehicle(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Whether ``un fourgon blanc`` is introduced before ``end``."""
    return any(
        "indef" in tokens[k].tags and any(is_vehicle(t) for t in tokens[k + 1 : k + 4])
        for k in range(first, end)
    )
