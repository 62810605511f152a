"""What is said of reports that nobody acknowledged; never a word of their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bridges.wording.catalogue import how, text
from bridges.wording.dates import moment
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Title, notice
from bridges.wording.relay import category_name
from policies.terms import Category, Commune, Person, UserId


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that waits: its number, what it is about, its sector's name or "", when it left."""

    number: str
    category: Category
    sector: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What administrators hear of an urgent report that nobody took up."""

    number: str
    authorities: Sequence[str]
    minutes: int
    urgent: int
    """Urgent reports of this year."""
    unreached: int
    """Those of them that nobody took up in time, with this one."""


def reminder(
    commune: Commune, waiting: Waiting, minutes: int, officers: tuple[UserId, ...]
) -> Notice:
    """To an authority: an urgent report that nobody took up, brought up again; it rings."""
    language = commune.language
    number = waiting.number
    return notice(
        Title(text(language, "reminder.title", number=number, minutes=minutes)),
        Paragraph(_line(commune, waiting)),
        Paragraph(
            how(language, "reminder.how", by_reaction=commune.flag_by_reaction, number=number)
        ),
        mentions=officers,
    )


def morning(commune: Commune, waiting: Sequence[Waiting]) -> Notice:
    """To an authority, in the morning: what waits for its sign, quietly."""
    language = commune.language
    return notice(
        Title(text(language, "morning.title")),
        Bullets(tuple(_line(commune, one) for one in waiting)),
        Paragraph(how(language, "morning.how", by_reaction=commune.flag_by_reaction)),
    )


def unreached(
    referent: Person, number: str, authorities: Sequence[str], mailed: Sequence[str]
) -> Notice:
    """To the référent: nobody took his urgent report up, and he has to call."""
    language = referent.language
    silent = text(language, "unreached.silent", authorities=", ".join(authorities))
    blocks: list[Block] = [
        Title(text(language, "unreached.title", number=number)),
        Paragraph(text(language, "unreached.call")),
        Paragraph(silent),
    ]
    if mailed:
        blocks.append(Paragraph(text(language, "unreached.mail", authorities=", ".join(mailed))))
    return notice(*blocks, mentions=(referent.user_id,))


def figures(administrator: Person, told: Figures) -> Notice:
    """To the mayor and the elected référents: that it happened, and how often it does."""
    language = administrator.language
    title = text(language, "unreached.figures.title", number=told.number, minutes=told.minutes)
    silent = text(language, "unreached.silent", authorities=", ".join(told.authorities))
    year = text(language, "unreached.figures.year", unreached=told.unreached, urgent=told.urgent)
    return notice(
        Title(title), Paragraph(silent), Paragraph(year), mentions=(administrator.user_id,)
    )


def _line(commune: Commune, waiting: Waiting) -> str:
    language = commune.language
    return text(
        language,
        "reminder.line" if waiting.sector else "reminder.line.no-sector",
        number=waiting.number,
        category=category_name(language, waiting.category),
        sector=waiting.sector,
        moment=moment(language, waiting.sent_at, commune.time_zone),
    )
