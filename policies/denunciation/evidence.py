"""What the rules find in a text: who is identified, what is said of him, what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.denunciation.analysis import Analysis, Entity, EntityKind
from policies.denunciation.cues import Reason
from policies.denunciation.groups import blamed
from policies.denunciation.verdict import Finding, Rule
from policies.denunciation.weighing import reasons

ACCUSED, CLEAR = 1.0, -1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Findings by what they speak for; one may speak for nothing but a mask (``naming``)."""

    accusing: list[Finding] = field(default_factory=list)
    doubtful: list[Finding] = field(default_factory=list)
    naming: list[Finding] = field(default_factory=list)


def evidence(analysis: Analysis) -> Evidence:
    """Every finding of the rules, in the order of the text's entities."""
    found = Evidence(accusing=_generalities(analysis))
    for entity in analysis.entities:
        if entity.kind is EntityKind.GROUP:
            _of_group(analysis, entity, found)
        else:
            _of_person(analysis, entity, found)
    return found


def _generalities(analysis: Analysis) -> list[Finding]:
    """Words that blame a community even where it is not named."""
    return [
        Finding(Rule.GROUP, t.start, t.end) for t in analysis.tokens if "generality_hard" in t.tags
    ][:1]


def _of_group(analysis: Analysis, entity: Entity, found: Evidence) -> None:
    weight = blamed(analysis, entity)
    identified = Finding(Rule.GROUP, entity.start, entity.end)
    if weight >= 2:
        found.accusing.append(identified)
    elif weight >= 1:
        found.doubtful.append(identified)


def _of_person(analysis: Analysis, entity: Entity, found: Evidence) -> None:
    identified = Finding(Rule(entity.kind.value), entity.start, entity.end)
    weighed = reasons(analysis, entity)
    weight = sum(r.weight for r in weighed)
    if entity.kind.names:
        found.naming.append(identified)
    if weight >= _threshold(entity):
        found.accusing.extend([identified, *_spoken(analysis, weighed)])
    elif (weight > CLEAR and entity.kind.names) or (weight >= ACCUSED and entity.kind.recognisable):
        found.doubtful.extend([identified, Finding(Rule.DOUBT, entity.start, entity.end)])


def _threshold(entity: Entity) -> float:
    if entity.kind.names:
        return ACCUSED
    return 2.0 if entity.kind in (EntityKind.OWN_RELATION, EntityKind.OFFICIAL) else 1.5


def _spoken(analysis: Analysis, found: list[Reason]) -> list[Finding]:
    tokens = analysis.tokens
    return [
        Finding(r.rule, tokens[r.first].start, tokens[r.last - 1].end)
        for r in found
        if r.weight >= ACCUSED
    ]
