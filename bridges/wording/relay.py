"""What is said around a flagged message: to its référent in private, and to the authorities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bridges.wording.catalogue import how, text
from bridges.wording.dates import moment
from bridges.wording.enclosures import for_authorities
from bridges.wording.notice import Block, Notice, Paragraph, Quote, Title, notice
from policies.emergency import Emergency
from policies.enclosures import Enclosures
from policies.refusal import Refusal
from policies.terms import Category, Person


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What an authority is told of a report besides its text."""

    number: str
    category: Category
    sector: str
    referent: str
    sent_at: datetime
    time_zone: str
    by_reaction: bool = True
    """Whether the commune heeds reactions."""
    urgent: bool = False
    resident: str = ""
    """The author's name, where he lets it be told."""
    known_to: tuple[str, ...] | None = None
    """Where a plate is masked: who of the authorities sees it."""
    photos_withheld: int = 0
    """How many photos this authority is not sent; ``photos_at`` are those that are."""
    photos_at: tuple[str, ...] = ()
    is_part: bool = False
    """Whether it is one more message on the event of the report of that number."""
    people: int = 0
    """How many told of it, where that is known."""


def report(language: str, facts: ReportFacts, words: str, enclosures: Enclosures = ()) -> Notice:
    """A report, for an authority room; its words may be none where something is enclosed."""
    title = text(
        language, "report.title", number=facts.number, category=category_of(language, facts)
    )
    next_step = how(language, "report.how", by_reaction=facts.by_reaction, number=facts.number)
    blocks: list[Block] = [Title(title), Paragraph(context(language, facts))]
    if words.strip():
        blocks.append(Quote(words))
    blocks += [Paragraph(line) for line in for_authorities(language, enclosures)]
    blocks += [Paragraph(line) for line in beside(language, facts)]
    return notice(*blocks, Paragraph(next_step))


def context(language: str, facts: ReportFacts) -> str:
    """Where it is from, and who reports it."""
    return text(
        language,
        "report.context",
        sector=facts.sector,
        referent=facts.referent,
        moment=moment(language, facts.sent_at, facts.time_zone),
    )


def beside(language: str, facts: ReportFacts) -> tuple[str, ...]:
    """What is added to a report's words: its author, and who knows what is masked in it."""
    said: list[str] = []
    if facts.is_part:
        said.append(text(language, "merged.part", number=facts.number))
    if facts.resident:
        said.append(text(language, "report.resident", name=facts.resident))
    if facts.known_to:
        said.append(text(language, "report.masked", authorities=", ".join(facts.known_to)))
    elif facts.known_to is not None:
        said.append(text(language, "report.masked.all"))
    if facts.photos_withheld:
        key = "report.photos" if facts.photos_withheld > 1 else "report.photo"
        said.append(_where(language, key, facts.photos_at))
    return tuple(said)


def _where(language: str, key: str, authorities: tuple[str, ...]) -> str:
    if not authorities:
        return text(language, f"{key}.nowhere")
    return text(language, key, authorities=", ".join(authorities))


def relayed(
    referent: Person,
    number: str,
    authorities: Sequence[str],
    mailed: Sequence[str] = (),
    minutes: int = 0,
    *,
    urgent: bool = False,
    masked: Sequence[str] = (),
) -> Notice:
    """To the référent: his message has left, and to whom; ``mailed`` are written to by e-mail.

    An ``urgent`` one is telephoned as well to who is written to; where nobody takes it up in so
    many ``minutes``, it is brought up again. Those ``masked`` see no plate.
    """
    language = referent.language
    blocks: list[Block] = []
    if authorities:
        blocks.append(Title(text(language, "relayed.title", number=number)))
        blocks.append(Paragraph(text(language, "relayed.body", authorities=", ".join(authorities))))
    else:
        blocks.append(Title(text(language, "relayed.mail.title", number=number)))
    if mailed:
        blocks.append(Paragraph(text(language, "relayed.mail", authorities=", ".join(mailed))))
    if mailed and urgent:
        key = "relayed.mail.urgent"
        blocks.append(Paragraph(text(language, key, authorities=", ".join(mailed))))
    if masked:
        blocks.append(Paragraph(text(language, "relayed.masked", authorities=", ".join(masked))))
    if authorities and minutes:
        blocks.append(Paragraph(text(language, "relayed.urgent", minutes=minutes)))
    return notice(*blocks, mentions=(referent.user_id,))


def refused(person: Person, refusal: Refusal, number: str = "") -> Notice:
    """To the person who asked: why it was not done, and what he can do.

    ``number`` is of the report that is there already, where there is one.
    """
    language = person.language
    key = f"refusal.{refusal.value}"
    body = text(language, f"{key}.number", number=number) if number else text(language, key)
    return notice(
        Title(text(language, "refused.title")), Paragraph(body), mentions=(person.user_id,)
    )


def broken(person: Person) -> Notice:
    """To the person who asked: the bot failed, and nothing says how far it had come."""
    language = person.language
    return notice(
        Title(text(language, "broken.title")),
        Paragraph(text(language, "broken.body")),
        mentions=(person.user_id,),
    )


def uncertain(referent: Person, number: str, authorities: Sequence[str]) -> Notice:
    """To the référent: nobody knows whether his report arrived; a human has to make sure."""
    language = referent.language
    title = text(language, "uncertain.title", number=number)
    body = text(language, "uncertain.body", authorities=", ".join(authorities))
    return notice(Title(title), Paragraph(body), mentions=(referent.user_id,))


def emergency(person: Person, which: Emergency) -> Notice:
    """The number to call, before everything else."""
    language = person.language
    return notice(
        Title(text(language, f"emergency.{which.value}")),
        Paragraph(text(language, "emergency.body")),
        mentions=(person.user_id,),
    )


def category_of(language: str, facts: ReportFacts) -> str:
    """What a report is about, and that it is urgent where it is."""
    category = category_name(language, facts.category)
    return text(language, "report.urgent", category=category) if facts.urgent else category


def category_name(language: str, category: Category) -> str:
    """A category's name in words."""
    return text(language, f"category.{category.value}")
