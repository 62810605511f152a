"""Prevention bulletins: their preview, themselves, and the account of where they went."""

from __future__ import annotations

from bridges.wording.catalogue import text
from bridges.wording.notice import Notice, Paragraph, Quote, Title, notice
from policies.terms import Person


def preview(officer: Person, words: str, rooms: int, people: int) -> Notice:
    """To the officer, before it leaves: the bulletin, and how many will read it."""
    language = officer.language
    return notice(
        Title(text(language, "bulletin.preview.title")),
        Paragraph(text(language, "bulletin.preview.body", rooms=rooms, people=people)),
        Quote(words),
        Paragraph(text(language, "bulletin.preview.how")),
        mentions=(officer.user_id,),
    )


def bulletin(language: str, authority: str, words: str) -> Notice:
    """To a sector room: an authority's prevention advice."""
    return notice(
        Title(text(language, "bulletin.title", authority=authority)),
        Quote(words),
        Paragraph(text(language, "bulletin.footer")),
    )


def account(officer: Person, rooms: int) -> Notice:
    """To the officer: where the bulletin went."""
    body = text(officer.language, "bulletin.account", rooms=rooms)
    return notice(Paragraph(body), mentions=(officer.user_id,))
