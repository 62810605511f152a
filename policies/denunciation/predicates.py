"""What a mentioned person is said to do or to undergo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.denunciation.reading import (
    ADVERBS,
    CLITICS,
    SUBJECTS,
    ends_sentence,
    form,
    is_verb,
    sentence,
)


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


_BLAMED = frozenset(
    [
        "arreter",
        "interpeller",
        "condamner",
        "surprendre",
        "attraper",
        "choper",
        "pincer",
        "voir",
        "filmer",
        "reconnaitre",
        "verbaliser",
        "prendre",
        "virer",
        "licencier",
        "juger",
        "inculper",
        "mettre",
    ]
)
_MODAL = frozenset(
    [
        "pouvoir",
        "vouloir",
        "devoir",
        "aller",
        "sembler",
        "paraitre",
        "oser",
        "savoir",
        "laisser",
        "continuer",
        "commencer",
        "finir",
        "passer",
        "essayer",
        "tenter",
        "venir",
        "arreter",
        "amuser",
        "permettre",
        "mettre",
        "avoir",
        "etre",
    ]
)
_MAY_FAIL = frozenset(
    [
        "voir",
        "entendre",
        "repondre",
        "savoir",
        "connaitre",
        "comprendre",
        "trouver",
        "retrouver",
        "donner",
        "rentrer",
        "reconnaitre",
        "revenir",
        "croire",
        "penser",
        "souvenir",
        "perdre",
        "tomber",
        "souffrir",
        "recevoir",
        "sentir",
    ]
)
_TAKES = frozenset(
    [
        "photo",
        "photos",
        "video",
        "numero",
        "plaque",
        "nouvelles",
        "soin",
        "contact",
        "peur",
        "immatriculation",
        "froid",
    ]
)
_GENTLE = frozenset({"vwit", "vvic", "vhelp"})


def predicates(analysis: Analysis, entity: Entity) -> Iterator[Predicate]:
    """What ``entity`` does, in order: in its own clause, and where a pronoun takes it up."""
    tokens = analysis.tokens
    first = _first_verb(analysis, entity)
    if first is None:
        first = _first_verb(analysis, entity, strict=False)
        if first is not None and _closes(analysis, first):
            first = None
    at = entity.last
    clitic = _after_clitic(analysis, entity)
    if first is None and clitic is None:
        first = _dislocated(analysis, entity)
    if clitic is not None and (first is None or clitic < first):
        first = clitic
    if first is not None:
        predicate = classify(analysis, first, entity)
        yield predicate
        at = predicate.last
    yield from _further(analysis, entity, at, began=first is not None)


def _new_person(analysis: Analysis, i: int) -> bool:
    """Whether somebody else is introduced at ``i``."""
    token = analysis.tokens[i]
    if token.form == "on":
        return form(analysis.tokens, i - 1) not in (",", "\n")
    if (
        "human" in token.tags
        and "v" not in token.flags
        and form(analysis.tokens, i - 1) not in ("de", "d", "a", "aux", "des")
    ):
        return True
    return token.form in ("quelquun", "je", "tu") or any(
        e.first == i and e.kind is EntityKind.PERSON for e in analysis.entities
    )


def _first_verb(analysis: Analysis, entity: Entity, *, strict: bool = True) -> int | None:
    """The verb whose subject the entity, or the noun phrase that it closes, is."""
    tokens = analysis.tokens
    i, steps = entity.last, 0
    named = named_tokens(analysis)
    while i < len(tokens) and steps < 14 and not ends_sentence(tokens, i):
        if tokens[i].form in SUBJECTS and tokens[i].form not in _pronouns(analysis, entity):
            return None
        if i in named:
            i += 1
            continue
        if is_verb(analysis, i) and not (strict and _noun_here(analysis, i, entity)):
            return i
        if _bare_participle(analysis, i):
            return i
        if form(tokens, i) in ("que", "parce", "car", "quand", "si", "pendant", "comme") or (
            _new_person(analysis, i) and i >= entity.last + 1 and form(tokens, i - 1) not in ("et",)
        ):
            return None
        i, steps = i + 1, steps + 1
    return None


def named_tokens(analysis: Analysis) -> frozenset[int]:
    """The tokens that are somebody's name."""
    people = (e for e in analysis.entities if e.kind is EntityKind.PERSON)
    return frozenset(i for e in people for i in range(e.first, e.last))


def _closes(analysis: Analysis, i: int) -> bool:
    """Whether nothing follows the word in its clause: a verb seldom closes one."""
    following = form(analysis.tokens, i + 1)
    return following in ("", ",", ".", "!", "?", ";", "\n", ")", "-", "et", "de")


def _dislocated(analysis: Analysis, entity: Entity) -> int | None:
    """``elle crie toute la nuit, la voisine du 3``: the subject comes after its verb."""
    tokens = analysis.tokens
    start, end = sentence(analysis, entity.first)
    if entity.last < end - 1 or form(tokens, entity.first - 1) in (
        "de",
        "du",
        "des",
        "a",
        "chez",
        "par",
        "avec",
    ):
        return None
    head = [i for i in range(start, entity.first) if tokens[i].form in SUBJECTS]
    if not head or any("human" in t.tags for t in tokens[start : entity.first]):
        return None
    return next((i for i in range(head[0], entity.first) if is_verb(analysis, i)), None)


def _noun_here(analysis: Analysis, i: int, entity: Entity) -> bool:
    """Whether a word that can be a noun stands as one: ``manteau bleu marine``, ``, zone gare``."""
    tokens = analysis.tokens
    if not set(tokens[i].flags) & set("NA") or tokens[i].form in ("a", "est"):
        return False
    before = tokens[i - 1]
    if form(tokens, i + 1) in (
        "le",
        "la",
        "les",
        "des",
        "un",
        "une",
        "ses",
        "son",
        "sa",
        "mes",
        "nos",
    ):
        return False
    return i - 1 >= entity.last and (
        before.form == "," or (bool(set(before.flags) & set("NA")) and before.form not in CLITICS)
    )


def _after_clitic(analysis: Analysis, entity: Entity) -> int | None:
    """``X la frappe``: a verb that looks like a noun after an article."""
    tokens = analysis.tokens
    for i in range(entity.last, min(entity.last + 4, len(tokens))):
        if ends_sentence(tokens, i) or tokens[i].form == ",":
            return None
        clitic = i > entity.last and form(tokens, i - 1) in ("le", "la", "les", "l", "leur")
        if clitic and set(tokens[i].flags) & set("vw") and not tokens[i].neutral:
            return i
    return None


def _bare_participle(analysis: Analysis, i: int) -> bool:
    """``M. X percuté par…``: a participle right after the name, without auxiliary."""
    token = analysis.tokens[i]
    return (
        "K" in token.flags
        and "vharm" in token.tags
        and not set(token.flags) & set("N")
        and form(analysis.tokens, i - 1) not in CLITICS
    )


def _further(analysis: Analysis, entity: Entity, at: int, *, began: bool) -> Iterator[Predicate]:
    tokens = analysis.tokens
    other = False
    i = at
    while i < len(tokens):
        if i > at and _new_person(analysis, i):
            other = True
        if is_verb(analysis, i):
            subject = _subject_before(analysis, i)
            joined = subject in ("et", ",", "puis", "mais", "ni", "donc") and began and not other
            taken_up = subject in _pronouns(analysis, entity) and not other
            again = subject in ("qui",) and began and not other and False
            if joined or taken_up or again:
                predicate = classify(analysis, i, entity)
                yield predicate
                i = max(i, predicate.last - 1)
        i += 1


def _pronouns(analysis: Analysis, entity: Entity) -> frozenset[str]:
    """The pronouns that take the entity up; at a place, also *on* and *ça*."""
    tokens = analysis.tokens
    single = frozenset({"il", "elle"}) if not entity.plural else frozenset({"ils", "elles"})
    placed = form(analysis.tokens, entity.first - 1) in ("chez", "dans", "au")
    if placed or entity.kind in (EntityKind.ADDRESS, EntityKind.DWELLING):
        return SUBJECTS | {"on", "ca"}
    if entity.kind is EntityKind.GROUP:
        return SUBJECTS
    before = tokens[max(0, entity.first - 12) : entity.first]
    stranger = any("human" in t.tags for t in before)
    return single if not stranger else frozenset()


def _subject_before(analysis: Analysis, i: int) -> str:
    j = i - 1
    tokens = analysis.tokens
    while j >= 0 and (tokens[j].form in CLITICS or tokens[j].form in ADVERBS):
        j -= 1
    return form(tokens, j)


def classify(analysis: Analysis, i: int, entity: Entity) -> Predicate:
    """The act of the verb group that starts at ``i``."""
    tokens = analysis.tokens
    by_other = "K" in tokens[i].flags and form(tokens, i + 1) == "par"
    if by_other or not set(tokens[i].flags) & set("vw"):
        return Predicate(Act.UNDERGOES, i, i + 1)
    j = _skip(analysis, i + 1)
    verb = tokens[i]
    if (_is(verb, "faire") and form(tokens, i - 1) == "se") or _se_est_fait(analysis, i):
        return _made(analysis, i)
    if _is(verb, "avoir") and form(tokens, j) == "ete":
        return _passive(analysis, _skip(analysis, j + 1), i)
    if _is(verb, "avoir") and j < len(tokens) and set(tokens[j].flags) & set("KI"):
        if tokens[j].form == "eu" and any(
            t.tags & {"vharm", "harm"} for t in tokens[j + 1 : j + 8]
        ):
            return Predicate(Act.UNDERGOES, i, j + 1)
        return Predicate(_watching(analysis, j), i, j + 1)
    if _is(verb, "etre"):
        return _being(analysis, i, j)
    if verb.lemmas and verb.lemmas[0] in _MODAL:
        k = j
        while form(tokens, k) in ("de", "a", "d") or form(tokens, k) in CLITICS:
            k += 1
        if k < len(tokens) and "I" in tokens[k].flags:
            return Predicate(_act(tokens[k]), i, k + 1)
    if _is(verb, "faire") and j < len(tokens) and "I" in tokens[j].flags:
        return Predicate(Act.OTHER, i, j + 1)
    return Predicate(_watching(analysis, i), i, i + 1)


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


def _made(analysis: Analysis, i: int) -> Predicate:
    tokens = analysis.tokens
    j = i + 1
    while (j < len(tokens) and j < i + 4 and not set(tokens[j].flags) & set("IK")) or form(
        tokens, j
    ) == "fait":
        j += 1
    if j < len(tokens) and set(tokens[j].lemmas) & {
        "arreter",
        "prendre",
        "choper",
        "attraper",
        "pincer",
        "gauler",
        "remarquer",
        "passer",
    }:
        return Predicate(Act.IS_BLAMED, i, j + 1)
    return Predicate(Act.UNDERGOES, i, j + 1)


def _passive(analysis: Analysis, j: int, i: int) -> Predicate:
    """``a été volée`` is undergone; ``a été arrêté`` is a blame, unless by somebody unknown."""
    tokens = analysis.tokens
    if j >= len(tokens):
        return Predicate(Act.NEUTRAL, i, j)
    by_someone = any(t.form == "par" for t in tokens[j : j + 4])
    missing = any(
        t.form in ("derniere", "seule", "perdue", "perdu", "seul") for t in tokens[j + 1 : j + 6]
    )
    blamed = set(tokens[j].lemmas) & _BLAMED and not by_someone and not missing
    return Predicate(Act.IS_BLAMED if blamed else Act.UNDERGOES, i, j + 1)


def _being(analysis: Analysis, i: int, j: int) -> Predicate:
    tokens = analysis.tokens
    if form(tokens, j) == "en" and form(tokens, j + 1) == "train":
        k = j + 2
        while k < len(tokens) and "I" not in tokens[k].flags:
            k += 1
        if k < len(tokens):
            return Predicate(_act(tokens[k]), i, k + 1)
    if j < len(tokens) and "K" in tokens[j].flags and "shady" not in tokens[j].tags:
        if tokens[j].tags & {"vneutral", "vvic"} or "victim" in tokens[j].tags:
            act = Act.HELPS if tokens[j].tags & {"victim", "vvic"} else Act.NEUTRAL
            return Predicate(act, i, j + 1)
        if set(tokens[j].lemmas) & {"garer", "stationner"}:
            return Predicate(Act.OTHER, i, j + 1)
        if tokens[j].tags & {"vharm"} and form(tokens, i - 1) != "se":
            return Predicate(Act.UNDERGOES, i, j + 1)
        if form(tokens, i - 1) == "se":
            return Predicate(_act(tokens[j]), i, j + 1)
    if any("victim" in t.tags for t in tokens[j : j + 3]):
        return Predicate(Act.HELPS, i, j + 1)
    return Predicate(Act.NEUTRAL, i, j)


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
