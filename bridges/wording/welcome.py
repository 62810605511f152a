"""The charter as the bot posts it, and the help that it gives to those who ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count, takewhile
from types import MappingProxyType

from bridges.wording.catalogue import how, keys, text
from bridges.wording.dates import day
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Title, notice
from policies.charter import Asked
from policies.commands import CommandName
from policies.terms import Commune, Person

_ARTICLES = 6


def charter(language: str, commune: str) -> Notice:
    """The charter in short, for a sector's or the référents' room."""
    return notice(*_charter(language, commune))


def invitation(person: Person, commune: Commune, why: Asked) -> Notice:
    """To somebody who is to accept the charter: the charter itself, and how he says yes."""
    language, by_reaction = person.language, commune.flag_by_reaction
    lead = text(language, f"welcome.{why.value}.lead", name=person.name, commune=commune.name)
    yes = how(language, "welcome.how", by_reaction=by_reaction)
    until = (
        _until(language, commune) if why is Asked.AGAIN else text(language, "welcome.first.then")
    )
    return notice(
        Title(lead),
        *_charter(language, commune.name),
        Title(yes),
        Paragraph(until),
        Paragraph(text(language, "welcome.free")),
        mentions=(person.user_id,),
    )


def accepted(person: Person, version: str, at: datetime, commune: Commune) -> Notice:
    """To somebody who accepted the charter: what was noted, and what comes next."""
    language = person.language
    on = day(language, at, commune.time_zone)
    return notice(
        Title(text(language, "welcome.accepted.title")),
        Paragraph(text(language, "welcome.accepted.noted", version=version, day=on)),
        Paragraph(text(language, "welcome.accepted.next")),
        mentions=(person.user_id,),
    )


def not_accepted(person: Person) -> Notice:
    """To somebody who does not accept it now."""
    return notice(Paragraph(text(person.language, "welcome.not-accepted")))


def nothing_to_accept(person: Person) -> Notice:
    """To somebody who accepts what he accepted before."""
    return notice(Paragraph(text(person.language, "welcome.nothing-to-accept")))


def waiting_help(person: Person, commune: Commune) -> Notice:
    """To somebody who has to accept the charter and asks how it works."""
    language = person.language
    return notice(
        Title(how(language, "welcome.how", by_reaction=commune.flag_by_reaction)),
        Paragraph(text(language, "welcome.free")),
        mentions=(person.user_id,),
    )


def _until(language: str, commune: Commune) -> str:
    if commune.charter_deadline is None:
        return text(language, "welcome.again.open")
    last = commune.charter_deadline - timedelta(microseconds=1)
    return text(language, "welcome.again.until", day=day(language, last, commune.time_zone))


def _charter(language: str, commune: str) -> tuple[Block, ...]:
    articles = tuple(text(language, f"charter.article.{i}") for i in range(1, _ARTICLES + 1))
    return (
        Title(text(language, "charter.title", commune=commune)),
        Paragraph(text(language, "charter.mottos")),
        Bullets(articles),
        Paragraph(text(language, "charter.emergency")),
    )


def referent_help(person: Person, *, by_reaction: bool = True) -> Notice:
    """To a référent who asks how it works."""
    sign = how(person.language, "help.referent.2", by_reaction=by_reaction)
    return _help(person, "help.referent", {2: sign})


def resident_help(person: Person) -> Notice:
    """To a resident who asks how it works."""
    return _help(person, "help.resident")


def officer_help(person: Person) -> Notice:
    """To an officer who asks how it works."""
    return _help(person, "help.officer")


def did_you_mean(person: Person, meant: CommandName) -> Notice:
    """To who mistyped what is not done on a guess: nothing was done, and how it is written."""
    language = person.language
    command = text(language, f"command.{meant.value}")
    return notice(
        Title(text(language, "meant.title", command=command)),
        Paragraph(text(language, "meant.body", command=command)),
        mentions=(person.user_id,),
    )


def _help(person: Person, key: str, said: Mapping[int, str] = MappingProxyType({})) -> Notice:
    language = person.language
    numbers = takewhile(lambda i: f"{key}.{i}" in keys(language), count(1))
    lines = tuple(said.get(i) or text(language, f"{key}.{i}") for i in numbers)
    return notice(Title(text(language, f"{key}.title")), Bullets(lines), mentions=(person.user_id,))
