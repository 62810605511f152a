"""The judgement: identification first, accusation second, doubt to a human."""

from __future__ import annotations

from policies.denunciation.analysis import Analysis, Entity, EntityKind
from policies.denunciation.cues import Reason
from policies.denunciation.groups import blamed
from policies.denunciation.masking import masked
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.denunciation.weighing import reasons

ACCUSED, CLEAR = 1.0, -1.0


def judge(analysis: Analysis) -> Verdict:
    """Relay what names nobody, mask who is not accused, hold doubts, give denunciations back."""
    if not analysis.readable:
        whole = Finding(Rule.UNREADABLE, 0, len(analysis.text))
        return Verdict(Decision.HOLD, "", (whole,))  # unmasked, it must not leave by a tap either
    accusing: list[Finding] = []
    doubtful: list[Finding] = []
    naming: list[Finding] = []
    accusing += _generalities(analysis)
    for entity in analysis.entities:
        identified = Finding(Rule(entity.kind.value), entity.start, entity.end)
        if entity.kind is EntityKind.GROUP:
            weight = blamed(analysis, entity)
            (accusing if weight >= 2 else doubtful if weight >= 1 else []).append(identified)
            continue
        found = reasons(analysis, entity)
        weight = sum(r.weight for r in found)
        if entity.kind.names:
            naming.append(identified)
        if weight >= _threshold(entity):
            accusing += [identified, *_spoken(analysis, found)]
        elif (weight > CLEAR and entity.kind.names) or (
            weight >= ACCUSED and entity.kind.recognisable
        ):
            doubtful += [identified, Finding(Rule.DOUBT, entity.start, entity.end)]
    return _verdict(analysis, accusing, doubtful, naming)


def _generalities(analysis: Analysis) -> list[Finding]:
    """Words that blame a community even where it is not named."""
    return [
        Finding(Rule.GROUP, t.start, t.end) for t in analysis.tokens if "generality_hard" in t.tags
    ][:1]


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


def _verdict(
    analysis: Analysis,
    accusing: list[Finding],
    doubtful: list[Finding],
    naming: list[Finding],
) -> Verdict:
    if accusing:
        return Verdict(Decision.RETURN, "", _once(accusing))
    if doubtful:
        return Verdict(Decision.HOLD, masked(analysis), _once(doubtful + naming))
    if naming:
        return Verdict(Decision.REDACT, masked(analysis), _once(naming))
    return Verdict(Decision.RELAY, analysis.text)


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
