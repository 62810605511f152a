"""What a verb group says of its subject: harmless, blamed, offending, undergone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from policies.denunciation.analysis import Analysis, Token
from policies.denunciation.reading import ADVERBS, CLITICS, form
from policies.denunciation.wordlist import words


class Act(Enum):
    """The class of a predicate, seen from its subject."""

    UNDERGOES = auto()
    """Something was done to the person or her things."""
    HELPS = auto()
    """Sees, hears, tells, helps, loses, falls."""
    NEUTRAL = auto()
    """Lives, goes, is: the rest of the sentence decides."""
    OTHER = auto()
    """An action that is neither known as harmless nor as harmful."""
    OFFENDS = auto()
    IS_BLAMED = auto()
    """Was caught, arrested, condemned."""


@dataclass(frozen=True, slots=True)
class Predicate:
    act: Act
    first: int
    last: int


_BLAMED = words(
    """
    arreter interpeller condamner surprendre attraper choper pincer voir filmer reconnaitre
    verbaliser prendre virer licencier juger inculper mettre
    """
)
_MODAL = words(
    """
    pouvoir vouloir devoir aller sembler paraitre oser savoir laisser continuer commencer finir
    passer essayer tenter venir arreter amuser permettre mettre avoir etre
    """
)
_MAY_FAIL = words(
    """
    voir entendre repondre savoir connaitre comprendre trouver retrouver donner rentrer
    reconnaitre revenir croire penser souvenir perdre tomber souffrir recevoir sentir
    """
)
_TAKES = words(
    """
    photo photos video numero plaque nouvelles soin contact peur immatriculation froid
    """
)
_CAUGHT = words("arreter prendre choper attraper pincer gauler remarquer passer")
_GENTLE = frozenset({"vwit", "vvic", "vhelp"})


def classify(analysis: Analysis, i: int) -> Predicate:
    """The act of the verb group that starts at ``i``: the first reading that fits."""
    for reading in (_undergone, _made, _with_avoir, _with_etre, _modal, _makes_do):
        found = reading(analysis, i)
        if found is not None:
            return found
    return Predicate(_watching(analysis, i), i, i + 1)


def _undergone(analysis: Analysis, i: int) -> Predicate | None:
    """A participle without auxiliary: ``volé par…``."""
    tokens = analysis.tokens
    by_other = "K" in tokens[i].flags and form(tokens, i + 1) == "par"
    if by_other or not set(tokens[i].flags) & set("vw"):
        return Predicate(Act.UNDERGOES, i, i + 1)
    return None


def _with_avoir(analysis: Analysis, i: int) -> Predicate | None:
    """``a été volée``, ``a eu un accident``, ``a cassé``."""
    tokens, j = analysis.tokens, _skip(analysis, i + 1)
    if not _is(tokens[i], "avoir"):
        return None
    if form(tokens, j) == "ete":
        return _passive(analysis, _skip(analysis, j + 1), i)
    if j >= len(tokens) or not set(tokens[j].flags) & set("KI"):
        return None
    harmed = any(t.tags & {"vharm", "harm"} for t in tokens[j + 1 : j + 8])
    if tokens[j].form == "eu" and harmed:
        return Predicate(Act.UNDERGOES, i, j + 1)
    return Predicate(_watching(analysis, j), i, j + 1)


def _with_etre(analysis: Analysis, i: int) -> Predicate | None:
    if not _is(analysis.tokens[i], "etre"):
        return None
    return _being(analysis, i, _skip(analysis, i + 1))


def _modal(analysis: Analysis, i: int) -> Predicate | None:
    """``veut cambrioler``: the infinitive decides."""
    tokens, k = analysis.tokens, _skip(analysis, i + 1)
    if not tokens[i].lemmas or tokens[i].lemmas[0] not in _MODAL:
        return None
    while form(tokens, k) in ("de", "a", "d") or form(tokens, k) in CLITICS:
        k += 1
    if k < len(tokens) and "I" in tokens[k].flags:
        act = _act(tokens[k])
        if _is(tokens[i], "laisser") and act is not Act.NEUTRAL:
            act = Act.OFFENDS
        return Predicate(act, i, k + 1)
    return None


def _makes_do(analysis: Analysis, i: int) -> Predicate | None:
    """``fait brûler``: done through something else."""
    tokens, j = analysis.tokens, _skip(analysis, i + 1)
    if _is(tokens[i], "faire") and j < len(tokens) and "I" in tokens[j].flags:
        return Predicate(Act.OTHER, i, j + 1)
    return None


def _skip(analysis: Analysis, i: int) -> int:
    tokens = analysis.tokens
    while i < len(tokens) and (tokens[i].form in ADVERBS or tokens[i].form.endswith("ement")):
        i += 1
    return i


def _is(token: Token, infinitive: str) -> bool:
    return infinitive in token.lemmas


def _se_est_fait(analysis: Analysis, i: int) -> bool:
    """``s'est fait voler``, also written ``c'est fait``."""
    tokens = analysis.tokens
    return (
        _is(tokens[i], "etre")
        and form(tokens, i - 1) in ("se", "ce")
        and form(tokens, _skip(analysis, i + 1)) == "fait"
    )


def _made(analysis: Analysis, i: int) -> Predicate | None:
    """``se fait voler`` is undergone; ``se fait arrêter`` is a blame."""
    tokens = analysis.tokens
    reflexive = _is(tokens[i], "faire") and form(tokens, i - 1) == "se"
    if not reflexive and not _se_est_fait(analysis, i):
        return None
    j = i + 1
    while form(tokens, j) == "fait" or (
        j < len(tokens) and j < i + 4 and not set(tokens[j].flags) & set("IK")
    ):
        j += 1
    caught = j < len(tokens) and bool(set(tokens[j].lemmas) & _CAUGHT)
    return Predicate(Act.IS_BLAMED if caught else Act.UNDERGOES, i, j + 1)


def _passive(analysis: Analysis, j: int, i: int) -> Predicate:
    """``a été volée`` is undergone; ``a été arrêté`` is a blame, unless by somebody unknown."""
    tokens = analysis.tokens
    if j >= len(tokens):
        return Predicate(Act.NEUTRAL, i, j)
    by_someone = any(t.form == "par" for t in tokens[j : j + 4])
    missing = any(
        t.form in ("derniere", "seule", "perdue", "perdu", "seul") for t in tokens[j + 1 : j + 6]
    )
    missing = missing or "ne" in (form(tokens, i - 1), form(tokens, i - 2))
    blamed = set(tokens[j].lemmas) & _BLAMED and not by_someone and not missing
    return Predicate(Act.IS_BLAMED if blamed else Act.UNDERGOES, i, j + 1)


def _being(analysis: Analysis, i: int, j: int) -> Predicate:
    tokens = analysis.tokens
    found = _under_way(analysis, i, j) or _been(analysis, i, j)
    if found is not None:
        return found
    if any("victim" in t.tags for t in tokens[j : j + 3]):
        return Predicate(Act.HELPS, i, j + 1)
    return Predicate(Act.NEUTRAL, i, j)


def _under_way(analysis: Analysis, i: int, j: int) -> Predicate | None:
    """``est en train de forcer``: the infinitive decides."""
    tokens = analysis.tokens
    if (form(tokens, j), form(tokens, j + 1)) != ("en", "train"):
        return None
    verbs = (k for k in range(j + 2, len(tokens)) if "I" in tokens[k].flags)
    k = next(verbs, None)
    return Predicate(_act(tokens[k]), i, k + 1) if k is not None else None


def _been(analysis: Analysis, i: int, j: int) -> Predicate | None:
    """``est tombée``, ``est garé``, ``est cambriolée``, ``s'est enfui``."""
    tokens = analysis.tokens
    if j >= len(tokens) or "K" not in tokens[j].flags or "shady" in tokens[j].tags:
        return None
    tags, reflexive = tokens[j].tags, form(tokens, i - 1) == "se"
    act: Act | None = None
    if tags & {"victim", "vvic"}:
        act = Act.HELPS
    elif "vneutral" in tags:
        act = Act.NEUTRAL
    elif set(tokens[j].lemmas) & {"garer", "stationner"}:
        act = Act.OTHER
    elif reflexive:
        act = _act(tokens[j])
    elif "vharm" in tags:
        act = Act.UNDERGOES
    return Predicate(act, i, j + 1) if act is not None else None


def _watching(analysis: Analysis, i: int) -> Act:
    """Watching people who have a right to be let alone offends; watching a stranger helps."""
    tokens = analysis.tokens
    if "vwatch" in tokens[i].tags:
        for j in range(i + 1, min(i + 4, len(tokens))):
            private = form(tokens, j - 1) in ("les", "nos", "mes", "ses", "ma", "mon")
            if private and tokens[j].tags & {"kin", "human", "neighbour"}:
                return Act.OFFENDS
        if form(tokens, i - 1) in ("me", "nous") or form(tokens, i + 1) == "tout":
            return Act.OFFENDS
    if "prendre" in tokens[i].lemmas and any(t.form in _TAKES for t in tokens[i + 1 : i + 5]):
        return Act.HELPS
    act = _act(tokens[i])
    if (
        act is Act.HELPS
        and tokens[i].tags & _GENTLE
        and not set(tokens[i].lemmas) & _MAY_FAIL
        and "ne" in (form(tokens, i - 1), form(tokens, i - 2), form(tokens, i - 3))
    ):
        return Act.OTHER
    return act


def _act(token: Token) -> Act:
    """What a verb by itself says of its subject."""
    tags = token.tags
    if "vstrong" in tags:
        return Act.OFFENDS
    if tags & _GENTLE:
        return Act.HELPS if "vneg" not in tags else Act.OTHER
    if "vneg" in tags and "vneutral" in tags:
        return Act.OTHER
    if "vneg" in tags:
        return Act.OFFENDS
    if "vneutral" in tags:
        return Act.NEUTRAL
    return Act.OTHER
