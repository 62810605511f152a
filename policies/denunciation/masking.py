"""Masks names, numbers and addresses, wherever they stand in a text."""

from __future__ import annotations

from collections.abc import Sequence

from policies.denunciation.analysis import Analysis, EntityKind
from policies.denunciation.identity import Named

_LABELS = {
    EntityKind.PERSON: "[personne]",
    EntityKind.PHONE: "[téléphone]",
    EntityKind.EMAIL: "[courriel]",
    EntityKind.ADDRESS: "[adresse]",
    EntityKind.ACCOUNT: "[compte]",
}


def masked(analysis: Analysis, names: Sequence[Named]) -> str:
    """The text with ``names``, and every repetition of one, replaced by a label."""
    spans = {(n.start, n.end): _LABELS[n.kind] for n in names}
    covered = [False] * len(analysis.text)
    for start, end in spans:
        covered[start:end] = [True] * (end - start)
    repeated = _forms(analysis, names)
    for token in analysis.tokens:
        if {token.form, token.written} & repeated and not any(covered[token.start : token.end]):
            spans[token.start, token.end] = _LABELS[EntityKind.PERSON]
    parts, at = [], 0
    for (start, end), label in sorted(spans.items()):
        if start >= at:
            parts += [analysis.text[at:start], label]
            at = end
    return "".join(parts) + analysis.text[at:]


def _forms(analysis: Analysis, names: Sequence[Named]) -> frozenset[str]:
    """The forms that give a masked person away, wherever they stand."""
    words = {
        form
        for n in names
        if n.kind is EntityKind.PERSON
        for token in analysis.tokens[n.first : n.last]
        for form in (token.form, token.written)
    }
    return frozenset(words & analysis.names)
