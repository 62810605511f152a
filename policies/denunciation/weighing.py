"""Weighs what speaks for and against each recognisable person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.denunciation.predicates import Act, Predicate, predicates
from policies.denunciation.reading import form, sentence
from policies.denunciation.verdict import Rule


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: its weight (accusing if positive), its rule, its tokens."""

    weight: float
    rule: Rule
    first: int
    last: int


_WAYS = frozenset("way_work way_papers way_benefits way_health way_morals way_religion way_politics".split())
_HELPFUL = frozenset({"vhelp", "vwit"})


def reasons(analysis: Analysis, entity: Entity) -> list[Reason]:
    """Everything that weighs on ``entity``."""
    found = list(_by_predicate(analysis, entity))
    undergone = any(r.weight <= -2 for r in found)
    found += _by_cue(analysis, entity, undergone=undergone)
    return found


_WEIGHTS = {
    Act.UNDERGOES: -3.0,
    Act.HELPS: -2.0,
    Act.NEUTRAL: 0.0,
    Act.OTHER: 1.5,
    Act.OFFENDS: 3.0,
    Act.IS_BLAMED: 3.0,
}


def _by_predicate(analysis: Analysis, entity: Entity) -> Iterator[Reason]:
    for number, predicate in enumerate(predicates(analysis, entity)):
        weight = _WEIGHTS[predicate.act]
        if number and weight <= 0:
            continue
        if number and predicate.act is Act.OTHER:
            weight = 0.5
        yield Reason(weight, Rule.DEED, predicate.first, predicate.last)
        if predicate.act in (Act.NEUTRAL, Act.OTHER):
            yield from _of_sentence(analysis, entity, predicate)


def _of_sentence(analysis: Analysis, entity: Entity, predicate: Predicate) -> Iterator[Reason]:
    """After a neutral verb the rest of the sentence decides: what he is, has, or does."""
    _, end = sentence(analysis, predicate.first)
    for i in range(predicate.last, end):
        token = analysis.tokens[i]
        if "shady" in token.tags:
            yield Reason(3.0, Rule.CHARACTER, i, i + 1)
        elif token.tags & _WAYS:
            yield Reason(2.5, Rule.WAY_OF_LIFE, i, i + 1)
        elif "crime" in token.tags:
            yield Reason(2.0, Rule.DEED, i, i + 1)
        elif "vneg" in token.tags and "I" in token.flags:
            yield Reason(2.0, Rule.DEED, i, i + 1)
        elif "victim" in token.tags or "cue_vulnerable" in token.tags:
            yield Reason(-1.5, Rule.DOUBT, i, i + 1)


def _by_cue(analysis: Analysis, entity: Entity, *, undergone: bool) -> Iterator[Reason]:
    tokens = analysis.tokens
    first, end = sentence(analysis, entity.first)
    before, after = tokens[first : entity.first], tokens[entity.last : end]
    yield from _strong(tokens, first, end, entity)
    if entity.kind in (EntityKind.PHONE, EntityKind.EMAIL):
        yield Reason(-2.0, Rule.DOUBT, entity.first, entity.last)
    if _any(before, "thanks"):
        ironic = _ironic(after)
        yield Reason(3.0 if ironic else -3.0, Rule.IRONY, first, end)
    if _any(tokens, "cue_retract"):
        yield Reason(-3.0, Rule.DOUBT, entity.first, entity.last)
    if _any(before, "cue_vulnerable") or _any(after, "cue_vulnerable"):
        yield Reason(-1.5, Rule.DOUBT, entity.first, entity.last)
    if not undergone and (_any(before, "harm") or _any(before, "vharm") or _any(after[:6], "harm")):
        yield Reason(-2.0, Rule.DOUBT, entity.first, entity.last)
    if _cleft(analysis, entity):
        yield Reason(2.0, Rule.SUSPICION, max(0, entity.first - 2), entity.last)


def _strong(tokens: Sequence[Token], first: int, end: int, entity: Entity) -> Iterator[Reason]:
    for i in range(first, end):
        tags = tokens[i].tags
        if "cue_suspect" in tags or (tags & {"vsuspect"} and not "vharm" in tags):
            yield Reason(3.0, Rule.SUSPICION, i, i + 1)
            break
    for i in range(first, entity.first):
        if "cue_check" in tokens[i].tags:
            yield Reason(4.0, Rule.CHECK_ON, i, i + 1)
            break


def _ironic(after: Sequence[Token]) -> bool:
    if any(t.tags & _HELPFUL and "vneg" not in t.tags for t in after):
        return False
    return any(t.tags & {"vneg", "crime", "shady", "noise"} for t in after) or any(t.form in ("concert", "minuit", "bruit", "musique", "cadeau", "cadeaux", "perceuse", "tondeuse", "poubelles") for t in after)


def _cleft(analysis: Analysis, entity: Entity) -> bool:
    tokens = analysis.tokens
    i = entity.first - 1
    while i >= 0 and (tokens[i].form in (".", "le", "la", "les") or "title" in tokens[i].tags or "nickslot" in tokens[i].tags):
        i -= 1
    return form(tokens, i) in ("est", "etait") and form(tokens, i - 1) == "ce"


def _any(tokens: Sequence[Token], tag: str) -> bool:
    return any(tag in t.tags for t in tokens)
