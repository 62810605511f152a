"""Violence against somebody who cannot well defend himself: who does not matter, whom does."""

from __future__ import annotations

from collections.abc import Sequence

from policies.danger.context import has, is_denied, near, starts
from policies.danger.victim import Victim, around, named
from policies.denunciation.analysis import Token
from policies.denunciation.reading import ADVERBS, form
from policies.denunciation.wordlist import words

_CLITICS = words("la le les lui leur me nous te")
_ELSEWHERE = words("a au aux dans contre avec de du des par")
_SUBJECTS = words("il elle on qui ils elles je")
_PERSONS = words(
    "kin human job neighbour nickslot danger_child danger_partner danger_frail danger_parent"
)
_FINITE = set("vwKI")
_WISHED = words("faut faudrait devrait devraient fallait faire")
_AFTER = words(", . ! ? ; et encore tous toutes quand fort dur on souvent")
_BODY = words("partout bras visage cou jambes dos corps figure joue ventre tete cuisses")
_OBJECT = 5  # words after the verb


def whom(tokens: Sequence[Token]) -> Victim | None:
    """Who is beaten, locked in, starved or left alone; the first that is told."""
    found = (
        _victim(tokens, i)
        for i in range(len(tokens))
        if not is_denied(tokens, i) and not _of_a_beast(tokens, i)
    )
    return next((victim for victim in found if victim is not None), None)


def _victim(tokens: Sequence[Token], i: int) -> Victim | None:
    token = tokens[i]
    if token.tags & {"vhurt", "vlock"} and set(token.flags) & _FINITE:
        return None if _is_asked(tokens, i) else _of_verb(tokens, i)
    if starts(tokens, i, "danger_hurt"):
        return around(tokens, i) or Victim.SOMEBODY
    if "danger_bruise" in token.tags:
        return _bruised(tokens, i)
    return _left_alone(tokens, i) if starts(tokens, i, "danger_alone") else None


def _is_asked(tokens: Sequence[Token], i: int) -> bool:
    """``il faut l'enfermer``: a wish, and no fact."""
    asked = any(form(tokens, k) in _WISHED for k in range(i - 4, i))
    return asked and "I" in tokens[i].flags


def heard(tokens: Sequence[Token]) -> Victim | None:
    """Blows and cries that are heard, without a word of who is hurt."""
    for i in range(len(tokens)):
        if starts(tokens, i, "danger_blows") and not (
            is_denied(tokens, i) or _of_a_beast(tokens, i)
        ):
            return Victim.CHILD if around(tokens, i) is Victim.CHILD else Victim.PARTNER
    return None


def _of_verb(tokens: Sequence[Token], i: int) -> Victim | None:
    """The object of ``frappe``: behind it, before it as a pronoun, or its passive subject."""
    k = i + 1
    while form(tokens, k) in ADVERBS or form(tokens, k) in ("encore", "sur"):
        k += 1
    behind = tokens[k : k + _OBJECT]
    if form(tokens, k) not in _ELSEWHERE and not has(behind[:2], "danger_thing"):
        found = named(behind)
        if found is not None:
            return found
    return _of_pronoun(tokens, i) or _of_passive(tokens, i) or _by_kin(tokens, i)


def _by_kin(tokens: Sequence[Token], i: int) -> Victim | None:
    """``le père cogne``: whom is plain, and need not be said."""
    reach = 7 if form(tokens, i - 1) in ("il", "elle") else 2
    by_kin = has(tokens[max(0, i - reach) : i], "danger_parent", "danger_partner")
    ends = i + 1 >= len(tokens) or tokens[i + 1].form in _AFTER
    return around(tokens, i) if by_kin and ends else None


def _of_pronoun(tokens: Sequence[Token], i: int) -> Victim | None:
    """``sa mère le tape``, ``il l'a frappée``."""
    k = i - 1
    while form(tokens, k) in ADVERBS or (k >= 0 and "avoir" in tokens[k].lemmas):
        k -= 1
    reach = 5 if form(tokens, i + 1) in _ELSEWHERE else 3
    things = (*tokens[max(0, i - 9) : k], *tokens[i + 1 : i + reach])
    if form(tokens, k) not in _CLITICS or has(things, "danger_thing"):
        return None
    is_article = set(tokens[i].flags) & {"N"} and form(tokens, k - 1) not in _subjects(tokens, k)
    return None if is_article else around(tokens, i) or Victim.SOMEBODY


def _subjects(tokens: Sequence[Token], k: int) -> frozenset[str]:
    """What may stand before ``la frappe`` where it is no noun: a pronoun, or a person."""
    before = tokens[k - 1] if k else None
    person = before is not None and before.tags & _PERSONS
    return _SUBJECTS | ({before.form} if before is not None and person else frozenset())


def _of_passive(tokens: Sequence[Token], i: int) -> Victim | None:
    """``la petite est enfermée``, ``une femme se fait frapper``."""
    if "K" not in tokens[i].flags and form(tokens, i - 1) != "fait":
        return None
    before = tokens[max(0, i - 7) : i]
    if has(before, "danger_thing") or not any(set(t.lemmas) & {"etre", "faire"} for t in before):
        return None
    return named(before)


def _bruised(tokens: Sequence[Token], i: int) -> Victim | None:
    """``elle a des bleus partout``; not a blue car."""
    counted = form(tokens, i - 1) in ("des", "de", "un", "les", "ses", "deux", "trois")
    coloured = near(tokens, i, 4, "vehicle", "brand") and tokens[i].form == "bleu"
    clothed = form(tokens, i - 2) in ("blouson", "manteau", "pull", "jean")
    on_body = any(form(tokens, k) in _BODY for k in range(i + 1, i + 5))
    on_body = on_body or near(tokens, i, 8, "danger_hurt", "vhurt", "danger_parent")
    if not counted or coloured or clothed or not (on_body or _has_them(tokens, i)):
        return None
    return around(tokens, i)


def _has_them(tokens: Sequence[Token], i: int) -> bool:
    before = tokens[max(0, i - 7) : i]
    plural = tokens[i].form != "bleu"
    return plural and any(set(t.lemmas) & {"avoir", "arriver", "voir"} for t in before)


def _left_alone(tokens: Sequence[Token], i: int) -> Victim | None:
    """Only of those who cannot be: a child, somebody old or ill."""
    victim = around(tokens, i)
    return victim if victim in (Victim.CHILD, Victim.FRAIL) else None


def _of_a_beast(tokens: Sequence[Token], i: int) -> bool:
    """Done to an animal, or by a vehicle that hit something."""
    driven = near(tokens, i, 6, "vehicle") and "taper" in tokens[i].lemmas
    return driven or near(tokens, i, 4, "danger_beast")
