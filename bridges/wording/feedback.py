"""What the sector side hears of a report: that it was taken up, closed, or answered."""

from __future__ import annotations

from bridges.wording.catalogue import text
from bridges.wording.notice import Block, Notice, Paragraph, Quote, Title, notice
from policies.steps import News, Standing, Step, StepKind
from policies.terms import Person


def told(
    referent: Person, number: str, authority: str, step: Step, news: News, words: str = ""
) -> Notice:
    """To the référent: what an authority made of his report, with its words if there are any."""
    key = f"ack.{_word(step, news)}.referent"
    body = text(referent.language, key, number=number, authority=authority)
    blocks: list[Block] = [Paragraph(body)]
    if words:
        blocks += [Paragraph(text(referent.language, "ack.words")), Quote(words)]
    return notice(*blocks, mentions=(referent.user_id,))


def sector_news(language: str, number: str, authority: str, step: Step, news: News) -> Notice:
    """To the sector: the same, without a word of what it was about."""
    key = f"ack.{_word(step, news)}.sector"
    return notice(Paragraph(text(language, key, number=number, authority=authority)))


def _word(step: Step, news: News) -> str:
    if step.kind is not StepKind.TAKEN_BACK:
        return step.kind.value
    return "taken-back" if news.before is Standing.TAKEN_UP else "reopened"


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


def drop_sent(officer: Person, number: str, *, with_words: bool) -> Notice:
    """To the officer: the report is closed without follow-up, and who hears what of it."""
    key = "drop.sent.words" if with_words else "drop.sent"
    return notice(
        Paragraph(text(officer.language, key, number=number)), mentions=(officer.user_id,)
    )
