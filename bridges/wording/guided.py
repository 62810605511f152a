"""What a guided report asks and says, in simple words, one question at a time: never who."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bridges.wording.advice import Reason, sentences
from bridges.wording.catalogue import text
from bridges.wording.dates import moment
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Title, notice
from policies.guided import NEEDED, Form, Reply, Step, steps
from policies.guided_words import AN_HOUR, CATEGORIES, TIMES
from policies.refusal import Refusal
from policies.terms import Person, Sector

_REASONS = 2  # sentences of who, and of what is said


def question(
    person: Person,
    form: Form,
    sectors: Sequence[Sector],
    lead: str = "",
    reasons: Sequence[Reason] = (),
) -> Notice:
    """The question that ``form`` is at. ``lead`` is what is said before it, a text's key."""
    language, step = person.language, form.step
    blocks: list[Block] = []
    if lead:
        blocks.append(Paragraph(text(language, f"guided.{lead}", count=len(form.photos))))
    if reasons:
        blocks.append(Bullets(sentences(language, reasons, most=_REASONS)))
    is_more = step is Step.PHOTO and form.photos
    asked = "guided.ask.photo.more" if is_more else f"guided.ask.{step.value}"
    blocks.append(Title(text(language, asked)))
    offered = choices(language, step, sectors)
    if offered:
        numbered = (f"{i} · {choice}" for i, choice in enumerate(offered, 1))
        blocks.append(Bullets(tuple(numbered)))
    how = "guided.how" if step in NEEDED else "guided.how.skip"
    how = "guided.how.photo" if is_more else how
    blocks.append(Paragraph(text(language, how)))
    return notice(*blocks, mentions=(person.user_id,))


def choices(language: str, step: Step, sectors: Sequence[Sector]) -> tuple[str, ...]:
    """What may be answered by a number, in the order of the numbers; empty for free words."""
    match step:
        case Step.CATEGORY:
            return tuple(text(language, f"category.{c.value}") for c in CATEGORIES)
        case Step.SECTOR:
            return tuple(sector.name for sector in sectors)
        case Step.TIME:
            return tuple(text(language, f"guided.time.{time}") for time in TIMES)
        case _:
            return ()


def changes(person: Person, form: Form, lead: str) -> Notice:
    """Under a preview: yes, no, or which answer to change. ``lead`` is a text's key."""
    language = person.language
    names = (text(language, f"guided.name.{s.value}") for s in steps(form))
    numbered = tuple(f"{i} · {name}" for i, name in enumerate(names, 1))
    return notice(
        Title(text(language, f"guided.{lead}", count=len(form.photos))),
        Paragraph(text(language, "guided.changes")),
        Bullets(numbered),
    )


def line(language: str, step: Step, said: str) -> str:
    """One answer in the report: « Où : place Carnot »."""
    return text(language, f"guided.line.{step.value}", said=said)


def time_said(language: str, choice: str, at: datetime, time_zone: str) -> str:
    """The hour that was chosen, told so that it still holds tomorrow."""
    seen = at - timedelta(hours=1) if choice == AN_HOUR else at
    return text(language, f"guided.time.{choice}.said", moment=moment(language, seen, time_zone))


def plain_word(person: Person, key: str) -> Notice:
    """One sentence to him: ``cancelled``, ``lapsed``, ``not-a-referent``, ``not-sent``…"""
    return notice(Paragraph(text(person.language, f"guided.{key}")), mentions=(person.user_id,))


def lead_of(reply: Reply, step: Step, unfit: Refusal | None) -> str:
    """What is said before a question that is asked again; ``unfit``: why a photo was not kept."""
    if unfit is not None:
        return f"unfit.{_UNFIT.get(unfit, 'other')}"
    is_photo = reply is Reply.UNCLEAR and step is Step.PHOTO
    return "unclear.photo" if is_photo else reply.value


_UNFIT = {
    Refusal.ATTACHMENT_OPEN: "again",
    Refusal.ATTACHMENT_GONE: "again",
    Refusal.ATTACHMENT_CHANGED: "again",
    Refusal.BROKEN_PICTURE: "again",
    Refusal.TOO_BIG: "size",
    Refusal.HUGE_PICTURE: "size",
    Refusal.ODD_PICTURE: "format",
    Refusal.NOT_A_PICTURE: "file",
    Refusal.VOICE: "voice",
    Refusal.VIDEO: "video",
    Refusal.BAD_PLACE: "place",
}
