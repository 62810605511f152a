"""What only looks like danger: a false alarm, a film, a drill, help that is there already."""

from __future__ import annotations

from collections.abc import Sequence

from policies.denunciation.analysis import Token
from policies.denunciation.reading import form

_NOT = frozenset({"pas", "jamais", "aucun", "aucune", "sans", "ni"})


def has(tokens: Sequence[Token], *tags: str) -> bool:
    """Whether a word of one of these classes is among them."""
    wanted = frozenset(tags)
    return any(token.tags & wanted for token in tokens)


def starts(tokens: Sequence[Token], i: int, tag: str) -> bool:
    """Whether a word or a phrase of this class begins at ``i``."""
    tags = tokens[i].tags
    goes_on = bool(i) and tag in tokens[i - 1].tags
    return tag in tags and (not goes_on or any(t.startswith(f"{tag}+") for t in tags))


def near(tokens: Sequence[Token], i: int, reach: int, *tags: str) -> bool:
    """Whether a word of one of these classes stands within ``reach`` words of the one at ``i``."""
    return has(tokens[max(0, i - reach) : i + reach + 1], *tags)


def is_over(tokens: Sequence[Token]) -> bool:
    """``fausse alerte``, ``plus de peur que de mal``."""
    return has(tokens, "danger_over")


def is_told(tokens: Sequence[Token]) -> bool:
    """A story, a drill, advice, laughter, or long ago: ``mort de rire``, ``dans le film``."""
    return has(tokens, "danger_story", "danger_past")


def is_helped(tokens: Sequence[Token]) -> bool:
    """``j'ai fait le 17``, ``les pompiers sont là``."""
    return has(tokens, "danger_helped")


def is_denied(tokens: Sequence[Token], i: int) -> bool:
    """``aucun coup de feu``, ``il ne frappe pas``, ``il la tape jamais``."""
    if any(form(tokens, k) in _NOT for k in range(i - 3, i)):
        return True
    return form(tokens, i + 1) in ("pas", "jamais") or form(tokens, i + 2) in ("pas", "jamais")
