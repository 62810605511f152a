"""Prevention bulletins: their preview, themselves, and the account of where they went."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.wording.catalogue import how, text
from bridges.wording.notice import Notice, Paragraph, Quote, Title, notice
from policies.terms import Person


def preview(
    officer: Person, words: str, rooms: int, people: int, *, by_reaction: bool = True
) -> Notice:
    """To the officer, before it leaves: the bulletin, and how many will read it."""
    language = officer.language
    return notice(
        Title(text(language, "bulletin.preview.title")),
        Paragraph(text(language, "bulletin.preview.body", rooms=rooms, people=people)),
        Quote(words),
        Paragraph(how(language, "bulletin.preview.how", by_reaction=by_reaction)),
        mentions=(officer.user_id,),
    )


def bulletin(language: str, authority: str, words: str) -> Notice:
    """To a sector room: an authority's prevention advice."""
    return notice(
        Title(text(language, "bulletin.title", authority=authority)),
        Quote(words),
        Paragraph(text(language, "bulletin.footer")),
    )


def account(officer: Person, rooms: int, missing: Sequence[str]) -> Notice:
    """To the officer: in how many rooms the bulletin is, and the sectors where that is not sure."""
    language = officer.language
    blocks = [Paragraph(text(language, "bulletin.account", rooms=rooms))]
    if missing:
        said = text(language, "bulletin.uncertain", sectors=", ".join(missing))
        blocks.append(Paragraph(said))
    return notice(*blocks, mentions=(officer.user_id,))
