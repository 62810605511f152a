"""Masks names, numbers and addresses, wherever they stand in a text."""

from __future__ import annotations

from policies.denunciation.analysis import Analysis, EntityKind

_LABELS = {
    EntityKind.PERSON: "[personne]",
    EntityKind.PHONE: "[téléphone]",
    EntityKind.EMAIL: "[courriel]",
    EntityKind.ADDRESS: "[adresse]",
    EntityKind.ACCOUNT: "[compte]",
}


def masked(analysis: Analysis) -> str:
    """The text with every naming entity, and every repetition of a name, replaced by a label."""
    spans = {(e.start, e.end): _LABELS[e.kind] for e in analysis.entities if e.kind.names}
    covered = [False] * len(analysis.text)
    for start, end in spans:
        covered[start:end] = [True] * (end - start)
    for token in analysis.tokens:
        if {token.form, token.written} & analysis.names and not any(
            covered[token.start : token.end]
        ):
            spans[token.start, token.end] = _LABELS[EntityKind.PERSON]
    parts, at = [], 0
    for (start, end), label in sorted(spans.items()):
        if start >= at:
            parts += [analysis.text[at:start], label]
            at = end
    return "".join(parts) + analysis.text[at:]
