"""What an authority is told when an author lets his name be told later."""

from __future__ import annotations

from bridges.wording.catalogue import text
from bridges.wording.notice import Notice, Paragraph, notice


def named(language: str, number: str, name: str, *, added_by: str = "") -> Notice:
    """To an authority that has the report: who wrote its message, or the one that was added to it
    by the référent ``added_by``."""
    if added_by:
        key = "name.told.part"
        return notice(Paragraph(text(language, key, number=number, name=name, referent=added_by)))
    return notice(Paragraph(text(language, "name.told", number=number, name=name)))
