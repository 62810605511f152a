"""Origins, religions, communities: a fact may mention them, and none may be blamed."""

from __future__ import annotations

from policies.denunciation.acts import Act
from policies.denunciation.analysis import Analysis, Entity
from policies.denunciation.predicates import predicates
from policies.denunciation.reading import form, sentence
from policies.denunciation.wordlist import words

_DETERMINED = words("les des ces un une deux trois quelques plusieurs sales aux le la")


def blamed(analysis: Analysis, entity: Entity) -> float:
    """How surely a group is blamed: 2 and more surely, 1 perhaps, 0 not."""
    if "grouphard" in analysis.tokens[entity.first].tags:
        return 3.0
    if _generalised(analysis, entity):
        return 2.0
    first, end = sentence(analysis, entity.first)
    determined = form(analysis.tokens, entity.first - 1) in _DETERMINED
    acts = [p.act for p in predicates(analysis, entity)]
    if any(a in (Act.OFFENDS, Act.IS_BLAMED) for a in acts):
        return 2.0
    around = analysis.tokens[first:end]
    if determined and any(t.tags & {"cue_suspect", "shady", "crime", "vsuspect"} for t in around):
        return 2.0
    return 1.0 if acts[:1] == [Act.OTHER] and determined else 0.0


def _generalised(analysis: Analysis, entity: Entity) -> bool:
    """``tous les mêmes``, ``depuis qu'ils sont là``, ``avec eux, c'est…``."""
    tokens = analysis.tokens
    first, end = sentence(analysis, entity.first)
    if any("generality" in t.tags for t in tokens[first:end]):
        return True
    since = any("cue_when" in t.tags for t in tokens[first : entity.first])
    if since and any(
        t.tags & {"harm", "crime", "vneg"} or "disparaitre" in t.lemmas
        for t in tokens[entity.last : end]
    ):
        return True
    leading = {form(tokens, k) for k in range(max(first, entity.first - 3), entity.first)}
    if "avec" in leading and leading & {"ces", "ce", "tous", "tout"}:
        return True
    with_them = form(tokens, entity.first - 2) == "avec"
    return with_them and form(tokens, entity.last) in (",", "ce", "il", "faut")
