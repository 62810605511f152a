"""A life that is threatened: by oneself, by others, by illness."""

from __future__ import annotations

from collections.abc import Sequence

from policies.danger.context import has, is_denied, near, starts
from policies.denunciation.analysis import Token
from policies.denunciation.reading import form
from policies.denunciation.wordlist import words

_FIGURES = words("commercial politique sportif economique ecologique professionnel collectif")
_MEANS_TO = words(
    "va vais vas vont veut veux voulait menace menacent jure dit dire parle doit allait"
)
_SOMEBODY = words("toi moi lui elle eux quelqu vous tout")
_HELD, _DRAWS = words("avec arme armee armes"), words("sortir brandir pointer")
_PEOPLE = ("kin", "human", "neighbour", "job", "official", "danger_child", "danger_partner")


def is_suicide(tokens: Sequence[Token]) -> bool:
    """Somebody wants to die, or is about to; not ``c'est du suicide de rouler ainsi``."""
    return any(
        (_wants_to_die(tokens, i) or _leaps(tokens, i) or _hangs(tokens, i))
        and not near(tokens, i, 8, "danger_beast", "danger_speed")
        for i in range(len(tokens))
    )


def _wants_to_die(tokens: Sequence[Token], i: int) -> bool:
    if not starts(tokens, i, "danger_suicide"):
        return False
    figure = form(tokens, i) == "suicide" and (
        form(tokens, i + 1) in _FIGURES or form(tokens, i - 1) in ("du", "un", "attentat")
    )
    is_want_of_life = form(tokens, i) == "envie" and form(tokens, i + 2) == "vivre"
    if is_want_of_life:
        return form(tokens, i - 1) in ("plus", "pas")
    return not figure and not _is_refused(tokens, i)


def _is_refused(tokens: Sequence[Token], i: int) -> bool:
    """``il ne veut pas se suicider``: denied, unless it is life that is refused."""
    lives = any(form(tokens, k) == "vivre" for k in range(i, i + 4))
    return is_denied(tokens, i) and not lives


def _leaps(tokens: Sequence[Token], i: int) -> bool:
    """``se jette sous le train``, ``veut sauter du pont``; not boys who bathe."""
    if not set(tokens[i].lemmas) & {"jeter", "sauter"} or is_denied(tokens, i):
        return False
    where = has(tokens[i + 1 : i + 5], "danger_leap")
    himself = any(form(tokens, k) in ("se", "me") for k in range(i - 4, i))
    meant = any(form(tokens, k) in _MEANS_TO for k in range(i - 4, i))
    return where and (himself or (meant and "sauter" in tokens[i].lemmas))


def _hangs(tokens: Sequence[Token], i: int) -> bool:
    """``s'est pendu``, ``va se pendre``."""
    hung = tokens[i].form in ("pendu", "pendue", "pendre")
    return hung and any(form(tokens, k) in ("se", "me") for k in range(i - 4, i))


def is_threat(tokens: Sequence[Token]) -> bool:
    """Weapons against people, threats to kill, somebody attacked now, a call for help."""
    return any(
        not is_denied(tokens, i)
        and not near(tokens, i, 5, "danger_beast")
        and (
            _told(tokens, i) or _kills(tokens, i) or _armed(tokens, i) or _calls_for_help(tokens, i)
        )
        for i in range(len(tokens))
    )


def _told(tokens: Sequence[Token], i: int) -> bool:
    """A whole phrase, such as ``prise d'otage``; shots are no hunters' and no squibs."""
    if not starts(tokens, i, "danger_threat"):
        return False
    shots = any(form(tokens, k) == "feu" for k in range(i, i + 4))
    blade = any(form(tokens, k) == "couteau" for k in range(i, i + 4))
    return not (
        (shots and has(tokens, "danger_hunt") and not _shut(tokens))
        or (blade and near(tokens, i, 8, "danger_thing"))
        or (form(tokens, i) == "se" and has(tokens[i + 3 : i + 6], "danger_thing"))
    )


def _shut(tokens: Sequence[Token]) -> bool:
    """``alors que la chasse est fermée``, ``ou des pétards``: nobody knows."""
    return any(t.form in ("fermee", "interdite", "ou") for t in tokens)


def _kills(tokens: Sequence[Token], i: int) -> bool:
    """``il va la tuer``, ``je vais te planter``; not a driver who *va tuer quelqu'un*."""
    token = tokens[i]
    if "vkill" not in token.tags or "I" not in token.flags:
        return False
    meant = any(form(tokens, k) in _MEANS_TO for k in range(i - 5, i))
    pronoun = form(tokens, i - 1) in ("la", "le", "les", "te", "me", "nous", "se", "vous")
    person = has(tokens[i + 1 : i + 4], *_PEOPLE) or form(tokens, i + 1) in _SOMEBODY
    driven = has(tokens, "danger_speed") and not has(tokens, "danger_weapon")
    thing = has(tokens[i + 1 : i + 4], "danger_thing")
    plainly = "tuer" in token.lemmas or person or has(tokens, "danger_weapon")
    at_home = form(tokens, i - 1) == "me" and has(tokens[max(0, i - 4) : i], "danger_scold")
    return meant and (pronoun or person) and plainly and not (driven or thing or at_home)


def _armed(tokens: Sequence[Token], i: int) -> bool:
    """``avec un couteau``, ``sort une arme``, ``a menacé … d'un fusil``."""
    if "danger_weapon" not in tokens[i].tags or near(tokens, i, 6, "danger_thing"):
        return False
    before = tokens[max(0, i - 4) : i]
    held = any(t.form in _HELD or set(t.lemmas) & _DRAWS for t in before)
    threatened = any("menacer" in t.lemmas for t in tokens[max(0, i - 10) : i + 6])
    by_people = has(tokens, *_PEOPLE) or has(tokens, "pron")
    hunted = has(tokens, "danger_hunt") and not threatened
    beast = near(tokens, i, 9, "danger_beast")
    return (held or threatened) and by_people and not hunted and not beast


def _calls_for_help(tokens: Sequence[Token], i: int) -> bool:
    """``crie au secours``; not ``à l'aide d'un pied de biche``, nor a first-aid post."""
    if not starts(tokens, i, "danger_cry"):
        return False
    tool = form(tokens, i + 3) in ("de", "du", "des")
    return not tool and near(tokens, i, 6, "vscream")


def is_medical(tokens: Sequence[Token]) -> bool:
    """Somebody may die of illness or accident now."""
    return any(
        starts(tokens, i, "danger_medical")
        and not near(tokens, i, 5, "danger_beast")
        and not _is_denied_illness(tokens, i)
        for i in range(len(tokens))
    )


def _is_denied_illness(tokens: Sequence[Token], i: int) -> bool:
    return any(form(tokens, k) in ("pas", "aucun", "aucune") for k in range(i - 2, i))
