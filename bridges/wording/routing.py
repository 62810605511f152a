"""What the town hall is told of reports, or photos, that would reach nobody."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.wording.catalogue import text
from bridges.wording.relay import category_name
from policies.terms import Category, CommuneCode


def nobody_receives(
    language: str, categories: Sequence[Category], code: CommuneCode
) -> tuple[str, str]:
    """That reports of these categories would not leave, and what to do."""
    return _told(language, "routing.nobody", categories, code)


def photos_nowhere(
    language: str, categories: Sequence[Category], code: CommuneCode
) -> tuple[str, str]:
    """That reports of these categories leave without their photos, and what to do."""
    return _told(language, "routing.photos", categories, code)


def _told(
    language: str, key: str, categories: Sequence[Category], code: CommuneCode
) -> tuple[str, str]:
    names = ", ".join(
        text(language, "routing.name", category=category_name(language, category))
        for category in categories
    )
    return (
        text(language, key, categories=names),
        text(language, f"{key}.advice", code=code),
    )
