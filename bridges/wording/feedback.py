"""What the sector side hears of a report: that it was taken up, closed, or answered."""

from __future__ import annotations

from bridges.wording.catalogue import text
from bridges.wording.notice import Notice, Paragraph, Quote, Title, notice
from policies.terms import Person


def taken_up(referent: Person, number: str, authority: str, *, closes: bool) -> Notice:
    """To the référent: an authority took his report up, or closed it."""
    key = "ack.closed" if closes else "ack.taken-up"
    body = text(referent.language, f"{key}.referent", number=number, authority=authority)
    return notice(Paragraph(body), mentions=(referent.user_id,))


def sector_news(language: str, number: str, authority: str, *, closes: bool) -> Notice:
    """To the sector: the same, without a word of what it was about."""
    key = "ack.closed" if closes else "ack.taken-up"
    return notice(Paragraph(text(language, f"{key}.sector", number=number, authority=authority)))


def answered(referent: Person, number: str, authority: str, words: str) -> Notice:
    """To the référent: an authority's explicit answer."""
    title = text(referent.language, "answer.title", number=number, authority=authority)
    return notice(Title(title), Quote(words), mentions=(referent.user_id,))


def answer_sent(officer: Person, number: str) -> Notice:
    """To the officer: his answer has left, and who reads it."""
    return notice(
        Paragraph(text(officer.language, "answer.sent", number=number)),
        mentions=(officer.user_id,),
    )
