"""Weighs what a recognisable person is said to do and to undergo."""

from __future__ import annotations

from collections.abc import Iterator

from policies.denunciation.acts import Act, Predicate
from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.denunciation.cues import Reason, by_cue
from policies.denunciation.predicates import predicates
from policies.denunciation.reading import form, owned_thing, sentence
from policies.denunciation.verdict import Rule
from policies.denunciation.wordlist import words

WAYS = words("way_work way_papers way_benefits way_health way_morals way_religion way_politics")
_WEIGHTS = {
    Act.UNDERGOES: -3.0,
    Act.HELPS: -2.0,
    Act.NEUTRAL: 0.0,
    Act.OTHER: 1.5,
    Act.OFFENDS: 3.0,
    Act.IS_BLAMED: 3.0,
}


def reasons(analysis: Analysis, entity: Entity) -> list[Reason]:
    """Everything that speaks against (positive) or for (negative) ``entity``."""
    found = list(_by_predicate(analysis, entity))
    undergone = any(r.weight <= -2 for r in found)
    found += by_cue(analysis, entity, undergone=undergone, acts=any(r.weight > 0 for r in found))
    if not any(r.weight for r in found):
        found += _about(analysis, entity.last)
    if sum(r.weight for r in found) > -1:
        found += _hinted(analysis, entity)
    return found


def _hinted(analysis: Analysis, entity: Entity) -> Iterator[Reason]:
    """A hint is enough where nothing speaks for the person."""
    first, end = sentence(analysis, entity.first)
    for i in range(first, end):
        if "cue_weak" in analysis.tokens[i].tags:
            yield Reason(1.5, Rule.SUSPICION, i, i + 1)
            return


def _by_predicate(analysis: Analysis, entity: Entity) -> Iterator[Reason]:
    for number, predicate in enumerate(predicates(analysis, entity)):
        weight = _WEIGHTS[predicate.act]
        if number and weight <= 0:
            if predicate.act is Act.NEUTRAL:
                yield from (r for r in _about(analysis, predicate.last) if r.weight > 2)
            continue
        if _happens_to(analysis, entity, predicate):
            weight = -3.0
        if predicate.act is Act.OTHER and (number or entity.kind is EntityKind.ADDRESS):
            weight = 0.5
        if entity.kind is EntityKind.OFFICIAL and predicate.act is Act.OTHER:
            weight = 0.0
        if entity.kind is EntityKind.ACCOUNT and weight < 3:
            weight = 1.5
        yield Reason(weight, Rule.DEED, predicate.first, predicate.last)
        yield from _completed(analysis, predicate)


_HAPPENS = words(
    """
    bruler voler casser tomber ceder exploser sonner flamber disparaitre partir prendre ouvrir
    rester etre finir fumer crever couler deborder
    """
)


def _happens_to(analysis: Analysis, entity: Entity, predicate: Predicate) -> bool:
    """``la voiture de X a brûlé``: said of a thing, the verb blames nobody."""
    tokens = analysis.tokens
    verbs = {lemma for t in tokens[predicate.first : predicate.last] for lemma in t.lemmas}
    if not verbs & _HAPPENS or not owned_thing(analysis, entity):
        return False
    following = tokens[predicate.last : predicate.last + 1]
    harmed = any(t.tags & {"harm", "noise", "cue_vulnerable"} or t.form == "feu" for t in following)
    transitive = any(t.form in ("le", "la", "les", "des", "du") for t in following)
    return harmed or not transitive


def _completed(analysis: Analysis, predicate: Predicate) -> Iterator[Reason]:
    """After a verb that says little, the rest of the sentence decides."""
    if predicate.act in (Act.NEUTRAL, Act.OTHER):
        yield from _about(analysis, predicate.last)
    elif predicate.act is Act.HELPS:
        yield from _way_after_help(analysis, predicate)


def _way_after_help(analysis: Analysis, predicate: Predicate) -> Iterator[Reason]:
    _, end = sentence(analysis, predicate.first)
    for i in range(predicate.last, end):
        if "way_work" in analysis.tokens[i].tags:
            yield Reason(4.0, Rule.WAY_OF_LIFE, i, i + 1)
            return


_SAID = (
    (frozenset({"victim", "cue_vulnerable"}), -1.5, Rule.DOUBT),
    (frozenset({"shady"}), 3.0, Rule.CHARACTER),
    (WAYS, 2.5, Rule.WAY_OF_LIFE),
    (frozenset({"crime", "noise"}), 2.0, Rule.DEED),
)
"""What a word says of the person by itself: the first row that fits."""


def _about(analysis: Analysis, start: int) -> Iterator[Reason]:
    """What the words after ``start`` say of the person: character, way of life, offences."""
    _, end = sentence(analysis, max(0, start - 1))
    seen: set[Rule] = set()
    for i in range(start, end):
        said = _said(analysis, i)
        if said and said.rule not in seen:
            seen.add(said.rule)
            yield said


def _said(analysis: Analysis, i: int) -> Reason | None:
    token = analysis.tokens[i]
    if token.neutral:
        return None
    for tags, weight, rule in _SAID:
        if token.tags & tags:
            return Reason(weight, rule, i, i + 1)
    if _against_me(analysis, i):
        return Reason(1.5, Rule.DEED, i, i + 1)
    if _bad_infinitive(analysis, token, i):
        return Reason(2.0, Rule.DEED, i, i + 1)
    return None


def _against_me(analysis: Analysis, i: int) -> bool:
    """``sur mon jardin``, ``contre ma haie``: what is done touches the writer's own things."""
    tokens = analysis.tokens
    own = form(tokens, i - 1) in ("mon", "ma", "mes", "notre", "nos")
    return own and "N" in tokens[i].flags and not tokens[i].tags & {"kin", "neighbour", "human"}


def _bad_infinitive(analysis: Analysis, token: Token, i: int) -> bool:
    unknown_agent = form(analysis.tokens, i - 1) in ("se", "fait", "faire")
    return "vneg" in token.tags and "I" in token.flags and not unknown_agent
