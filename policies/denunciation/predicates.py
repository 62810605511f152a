"""What a mentioned person is said to do or to undergo: which verbs are his."""

from __future__ import annotations

from collections.abc import Iterator

from policies.denunciation.acts import Predicate, classify
from policies.denunciation.analysis import Analysis, Entity, EntityKind
from policies.denunciation.reading import (
    ADVERBS,
    CLITICS,
    SUBJECTS,
    ends_sentence,
    form,
    is_verb,
    sentence,
)


def predicates(analysis: Analysis, entity: Entity) -> Iterator[Predicate]:
    """What ``entity`` does, in order: in its own clause, and where a pronoun takes it up."""
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
        predicate = classify(analysis, first)
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
            if joined or taken_up:
                predicate = classify(analysis, i)
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
    stranger = any("human" in t.tags and t.form != "personne" for t in before)
    return single if not stranger else frozenset()


def _subject_before(analysis: Analysis, i: int) -> str:
    j = i - 1
    tokens = analysis.tokens
    while j >= 0 and (tokens[j].form in CLITICS or tokens[j].form in ADVERBS):
        j -= 1
    return form(tokens, j)
