"""Origins, religions, communities: a fact may mention them, and none may be blamed."""

from __future__ import annotations

from policies.denunciation.analysis import Analysis, Entity, EntityKind
from policies.denunciation.predicates import Act, predicates
from policies.denunciation.reading import form, sentence

_DETERMINED = frozenset(
    [
        "les",
        "des",
        "ces",
        "un",
        "une",
        "deux",
        "trois",
        "quelques",
        "plusieurs",
        "sales",
        "aux",
        "le",
        "la",
    ]
)


def blamed(analysis: Analysis, entity: Entity) -> float:
    """How surely a group is blamed: 2 and more surely, 1 perhaps, 0 not."""
    tokens = analysis.tokens
    token = tokens[entity.first]
    if "grouphard" in token.tags:
        return 3.0
    first, end = sentence(analysis, entity.first)
    around = tokens[first:end]
    if any("generality" in t.tags for t in around):
        return 2.0
    after = tokens[entity.last : end]
    since = any("cue_when" in t.tags for t in tokens[first : entity.first])
    if since and any(
        t.tags & {"harm", "crime", "vneg"} or "disparaitre" in t.lemmas for t in after
    ):
        return 2.0
    if form(tokens, entity.first - 2) == "avec" and form(tokens, entity.last) in (
        ",",
        "ce",
        "il",
        "faut",
    ):
        return 2.0
    determined = form(tokens, entity.first - 1) in _DETERMINED
    acts = [p.act for p in predicates(analysis, entity)]
    if any(a in (Act.OFFENDS, Act.IS_BLAMED) for a in acts):
        return 2.0
    if determined and any(t.tags & {"cue_suspect", "shady", "crime", "vsuspect"} for t in around):
        return 2.0
    if acts[:1] == [Act.OTHER] and determined:
        return 1.0
    return 0.0


def is_group(entity: Entity) -> bool:
    return entity.kind is EntityKind.GROUP
