"""What is said when the message of a report was changed or taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bridges.wording import advice
from bridges.wording.catalogue import how, text
from bridges.wording.dates import moment
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Title, notice
from policies.changes import Wish
from policies.terms import Person


class Newest(StrEnum):
    """Whose the new words are; also their text's key."""

    AUTHORS = "preview"
    OWN = "own"
    """The référent's, who reads this."""
    LEFT = "left"
    """His own, and fewer: he took some of them away."""


def corrected(report: Notice, language: str, at: datetime, time_zone: str) -> Notice:
    """A report in its new words, with when they came."""
    when = moment(language, at, time_zone)
    return _joined(report, notice(Paragraph(text(language, "change.corrected.mark", moment=when))))


def corrected_news(language: str, number: str, at: datetime, time_zone: str) -> Notice:
    """In the report's thread: it has other words now. A message that changes rings nowhere."""
    when = moment(language, at, time_zone)
    return notice(Paragraph(text(language, "change.corrected.news", number=number, moment=when)))


def marked(language: str, number: str) -> Notice:
    """In the thread: the words above are not the author's newest; others may follow."""
    return notice(Paragraph(text(language, "change.marked", number=number)))


def withheld(language: str, number: str) -> Notice:
    """Instead of a report, and in its thread: part of its words was taken away by their author."""
    return notice(Paragraph(text(language, "change.withheld", number=number)))


def doubtful(language: str, number: str) -> Notice:
    """In the thread: the words above are not the author's newest, and no others will follow."""
    return notice(Paragraph(text(language, "change.doubtful", number=number)))


def kept(language: str, number: str) -> Notice:
    """In the thread: the newest words are not passed on."""
    return notice(Paragraph(text(language, "change.kept", number=number)))


def resumed(language: str, number: str) -> Notice:
    """In the thread: the author went back to the words above."""
    return notice(Paragraph(text(language, "change.resumed", number=number)))


def enclosure_gone(language: str, number: str) -> Notice:
    """In the thread: a photo or a place that stood there was taken back by who had sent it."""
    return notice(Paragraph(text(language, "change.enclosure.gone", number=number)))


def enclosure_gone_told(referent: Person, number: str) -> Notice:
    """To the référent: the same, and that another one waits for him."""
    return _to(referent, text(referent.language, "change.enclosure.referent", number=number))


def withdrawn(language: str, number: str, wish: Wish) -> Notice:
    """To an authority: the report does not stand any more, and at whose wish; nothing of it."""
    why = text(language, f"change.withdrawn.{wish.value}")
    return notice(Title(text(language, "change.withdrawn.title", number=number)), Paragraph(why))


def corrected_told(
    referent: Person, number: str, masked: Sequence[str] = (), *, own: bool = False
) -> Notice:
    """To the référent: the authorities have the new words; those ``masked`` see no plate.

    ``own``: they are his own, no resident's.
    """
    language, whose = referent.language, "own" if own else "referent"
    blocks: list[Block] = [Paragraph(text(language, f"change.corrected.{whose}", number=number))]
    if masked:
        blocks.append(Paragraph(text(language, "relayed.masked", authorities=", ".join(masked))))
    return notice(*blocks, mentions=(referent.user_id,))


def preview(
    referent: Person,
    number: str,
    words: str,
    reasons: Sequence[advice.Reason],
    *,
    enclosed: Sequence[str] = (),
    by_reaction: bool,
    masked: Sequence[str] = (),
    what: Newest = Newest.AUTHORS,
) -> Notice:
    """To the référent: the new words exactly as they would replace those of his report."""
    language, body = referent.language, "left" if what is Newest.LEFT else "preview"
    head = notice(
        Title(text(language, f"change.{what.value}.title", number=number)),
        Paragraph(text(language, f"change.{body}.body")),
    )
    shown = advice.preview(
        referent, words, reasons, enclosed, by_reaction=by_reaction, masked=masked
    )
    return _joined(head, shown)


def doubt_told(referent: Person, number: str, refusal: str) -> Notice:
    """To the référent: the new words are not passed on, and why; ``refusal`` may be empty."""
    language = referent.language
    blocks: list[Block] = [Title(text(language, "change.doubt.title", number=number))]
    if refusal:
        blocks.append(Paragraph(text(language, f"refusal.{refusal}")))
    blocks.append(Paragraph(text(language, "change.doubt.body")))
    return notice(*blocks, mentions=(referent.user_id,))


def resumed_told(referent: Person, number: str) -> Notice:
    """To the référent: there is nothing to confirm any more."""
    return _to(referent, text(referent.language, "change.resumed.referent", number=number))


def kept_told(referent: Person, number: str) -> Notice:
    """To the référent, who said no: what stands with the authorities."""
    return _to(referent, text(referent.language, "change.kept.referent", number=number))


def removal_question(referent: Person, number: str, *, by_reaction: bool) -> Notice:
    """To the référent, who took his flag away: is the report to be withdrawn?"""
    language = referent.language
    return notice(
        Title(text(language, "change.removal.title", number=number)),
        Paragraph(text(language, "change.removal.body")),
        Paragraph(how(language, "change.removal.how", by_reaction=by_reaction)),
        mentions=(referent.user_id,),
    )


def stays_told(referent: Person, number: str) -> Notice:
    """To the référent, who said no: his report stands."""
    return _to(referent, text(referent.language, "change.removal.no", number=number))


def withdrawn_told(
    referent: Person, number: str, wish: Wish, reasons: Sequence[advice.Reason] = ()
) -> Notice:
    """To the référent: his report was taken away, why, and what he can do."""
    language = referent.language
    blocks: list[Block] = [
        Title(text(language, "change.withdrawn.title", number=number)),
        Paragraph(text(language, f"change.withdrawn.{wish.value}")),
    ]
    if wish is Wish.FILTER:
        said = advice.sentences(language, reasons, most=2)
        blocks += [Bullets(said)] if said else []
        blocks.append(Paragraph(text(language, "change.withdrawn.advice")))
        blocks.append(Paragraph(text(language, "returned.call")))
    return notice(*blocks, mentions=(referent.user_id,))


def never_left(referent: Person, wish: Wish) -> Notice:
    """To the référent: what waited for his tap was taken away, and nothing leaves."""
    language = referent.language
    return notice(
        Title(text(language, "change.never-left.title")),
        Paragraph(text(language, f"change.never-left.{wish.value}")),
        mentions=(referent.user_id,),
    )


def author_told(author: Person, number: str) -> Notice:
    """To the author, whose changed message accuses somebody: what became of it."""
    language = author.language
    return notice(
        Title(text(language, "change.author.title", number=number)),
        Paragraph(text(language, "change.author.body")),
        Paragraph(text(language, "returned.call")),
        mentions=(author.user_id,),
    )


def _to(person: Person, words: str) -> Notice:
    return notice(Paragraph(words), mentions=(person.user_id,))


def _joined(first: Notice, second: Notice) -> Notice:
    mentions = (*first.mentions, *second.mentions)
    return Notice(f"{first.body}\n{second.body}", first.html + second.html, mentions)
