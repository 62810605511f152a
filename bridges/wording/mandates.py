"""Mandates in words: what they are, that they end soon, and that somebody leaves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bridges.wording.catalogue import how, text
from bridges.wording.dates import day
from bridges.wording.notice import Bullets, Notice, Paragraph, Title, notice
from policies.renewals import Ending
from policies.terms import Commune, Directory, Mandate, Person


def named(language: str, mandate: Mandate, commune: Commune) -> str:
    """A mandate as people call it: « référent(e), secteur Gare »."""
    role = text(language, f"role.{mandate.role.value}")
    if mandate.role.is_of_a_sector:
        names = {str(sector.code): sector.name for sector in commune.sectors}
        place = names.get(mandate.sector or "", mandate.sector)
        return text(language, "mandate.of-a-sector", role=role, place=place)
    names = {str(authority.code): authority.name for authority in commune.authorities}
    place = names.get(mandate.authority or "", mandate.authority)
    return text(language, "mandate.of-an-authority", role=role, place=place)


def ending(administrator: Person, found: Iterable[Ending], directory: Directory) -> Notice:
    """To an administrator: the mandates that end soon, and how one is prolonged."""
    language = administrator.language
    return notice(
        Title(text(language, "renewal.title")),
        Bullets(tuple(_line(language, item, directory) for item in found)),
        Paragraph(text(language, "renewal.how")),
        Paragraph(text(language, "renewal.otherwise")),
        mentions=(administrator.user_id,),
    )


def _line(language: str, found: Ending, directory: Directory) -> str:
    mandate, commune = found.mandate, directory.commune
    last = (mandate.until or mandate.since) - timedelta(microseconds=1)
    when = "today" if found.days == 0 else "tomorrow" if found.days == 1 else "days"
    return text(
        language,
        "renewal.line",
        name=directory.persons[mandate.user_id].name,
        user_id=mandate.user_id,
        mandate=named(language, mandate, commune),
        day=day(language, last, commune.time_zone),
        when=text(language, f"renewal.{when}", days=found.days),
    )


def sure(person: Person, mandates: Iterable[Mandate], commune: Commune) -> Notice:
    """To somebody who asks to leave: what ends with it, and how he confirms."""
    language = person.language
    return notice(
        Title(text(language, "departure.title")),
        Paragraph(text(language, "departure.what")),
        Bullets(tuple(named(language, mandate, commune) for mandate in mandates)),
        Paragraph(how(language, "departure.how", by_reaction=commune.flag_by_reaction)),
        mentions=(person.user_id,),
    )


def stays(person: Person) -> Notice:
    """To somebody who stays after all."""
    return notice(Paragraph(text(person.language, "departure.stays")))


def goodbye(person: Person) -> Notice:
    """To somebody who leaves: that it is done, and how he comes back."""
    language = person.language
    return notice(
        Title(text(language, "departure.goodbye.title")),
        Paragraph(text(language, "departure.goodbye.back")),
    )


def left(
    administrator: Person, who: Person, mandates: Iterable[Mandate], commune: Commune
) -> Notice:
    """To an administrator: who left by himself, and what of his has ended."""
    language = administrator.language
    return notice(
        Title(text(language, "departure.left.title", name=who.name, user_id=who.user_id)),
        Bullets(tuple(named(language, mandate, commune) for mandate in mandates)),
        Paragraph(text(language, "departure.left.nothing-to-do")),
        mentions=(administrator.user_id,),
    )
