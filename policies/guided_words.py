"""What people answer to a guided report's questions: « oui », « 1 », « passer », any words."""

from __future__ import annotations

from policies.categories import plain
from policies.commands import category
from policies.guided import Form, Given, Kind, Step, steps
from policies.terms import Category, Sector

NOW, AN_HOUR = "now", "hour"
TIMES = (NOW, AN_HOUR)
"""The choices of when; everything else is said in words."""
CATEGORIES = tuple(Category)
SKIP_SIGN, NEW_SIGN = "skip", "new"

_WORDS = {
    Kind.CANCEL: "annuler annule annulez abandonner abandonne stop cancel",
    Kind.BACK: "retour precedent precedente back",
    Kind.SKIP: "passer passe passez suivant suivante rien aucun aucune skip ⏭",
    Kind.YES: "oui ouais ok envoyer envoyez envoie accord yes send",
    Kind.NO: "non no",
}
_SAID = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_SAID |= {"d'accord": Kind.YES, "je ne sais pas": Kind.SKIP, "rien vu": Kind.SKIP}
_NOW = ("maintenant", "la maintenant", "en ce moment", "tout de suite", "a l'instant", "now")
_AN_HOUR = ("il y a une heure", "il y a 1 heure", "il y a 1h", "an hour ago")
_CHANGE = ("modifier", "modifie", "changer", "change", "corriger", "edit")
_ALL_PHOTOS = ("suite", "continuer", "fini", "termine", "c'est tout", "done")
_NO_PHOTO = ("retirer", "enlever", "supprimer", "effacer", "sans photo", "remove")
_STEPS = {
    "sujet": Step.CATEGORY,
    "quoi": Step.CATEGORY,
    "secteur": Step.SECTOR,
    "faits": Step.FACTS,
    "lieu": Step.PLACE,
    "ou": Step.PLACE,
    "quand": Step.TIME,
    "heure": Step.TIME,
    "vehicule": Step.VEHICLE,
    "voiture": Step.VEHICLE,
    "personnes": Step.PEOPLE,
    "photo": Step.PHOTO,
    "photos": Step.PHOTO,
}
_OPENS = ("nouveau", "nouveau signalement", "nouvelle", "signaler", "signalement", "new", "📝")
_HELPS = ("aide", "aidez-moi", "help", "?")


def opens(text: str) -> bool:
    """Whether somebody who writes this alone wants to begin a report."""
    said = _bare(text)
    return said in _OPENS or said.startswith(("je veux signaler", "je voudrais signaler"))


def asks_for_help(text: str) -> bool:
    """Whether somebody who writes this alone asks how it works."""
    return text.strip() == "?" or _bare(text) in _HELPS


def understood(form: Form, text: str, sectors: tuple[Sector, ...]) -> Given:
    """What ``text`` answers to the question that ``form`` is at; ``sectors`` are its choices."""
    said = _bare(text)
    if not said:
        return Given(Kind.NOTHING)
    if said in _SAID:
        return Given(_SAID[said])
    return _chosen(form.step, said, sectors, steps(form))


def hour(text: str) -> Given:
    """What ``text`` answers to the question when it happened."""
    said = _bare(text)
    return Given(_SAID[said]) if said in _SAID else _time(said)


def _chosen(step: Step, said: str, sectors: tuple[Sector, ...], asked: tuple[Step, ...]) -> Given:
    match step:
        case Step.CATEGORY:
            return _category(said)
        case Step.SECTOR:
            return _sector(said, sectors)
        case Step.TIME:
            return _time(said)
        case Step.PHOTO:
            return _photo(said)
        case Step.PREVIEW:
            return _change(said, asked)
        case _:
            return Given(Kind.WORDS)


def _bare(text: str) -> str:
    """Without accents, capitals, and what phones and fingers add: ``!Oui.``, ``1)``, ``1️⃣``."""
    said = plain(text).replace("\ufe0f", "").replace("\u20e3", "").replace("’", "'")
    return " ".join(said.removeprefix("!").split())


def _number(said: str, most: int) -> int | None:
    return int(said) - 1 if said.isascii() and said.isdecimal() and 0 < int(said) <= most else None


def _category(said: str) -> Given:
    number = _number(said, len(CATEGORIES))
    found = CATEGORIES[number] if number is not None else category(said)
    return Given(Kind.CHOICE, found.value) if found is not None else Given(Kind.WORDS)


def _sector(said: str, sectors: tuple[Sector, ...]) -> Given:
    number = _number(said, len(sectors))
    if number is not None:
        return Given(Kind.CHOICE, sectors[number].code)
    named = (s for s in sectors if said in (plain(s.code), plain(s.name)))
    found = next(named, None)
    return Given(Kind.CHOICE, found.code) if found is not None else Given(Kind.WORDS)


def _time(said: str) -> Given:
    if said == "1" or said in _NOW:
        return Given(Kind.CHOICE, NOW)
    return Given(Kind.CHOICE, AN_HOUR) if said == "2" or said in _AN_HOUR else Given(Kind.WORDS)


def _photo(said: str) -> Given:
    if said in _NO_PHOTO:
        return Given(Kind.CLEAR)
    return Given(Kind.SKIP) if said in _ALL_PHOTOS else Given(Kind.WORDS)


def _change(said: str, asked: tuple[Step, ...]) -> Given:
    word = said.rsplit(maxsplit=1)[-1] if said.split(maxsplit=1)[0] in _CHANGE else said
    number = _number(word, len(asked))
    step = asked[number] if number is not None else _STEPS.get(word)
    if step is None or step not in asked:
        return Given(Kind.WORDS)
    return Given(Kind.CHANGE, step.value)
