"""What people read about verifications. The codes are in none of it: they are compared by voice."""

from __future__ import annotations

import shlex

from bridges.wording.catalogue import text
from bridges.wording.notice import Bullets, Notice, Paragraph, Title, notice
from policies.terms import Person
from policies.verification import Outcome


def shown(person: Person) -> Notice:
    """To a person whose Element shows codes: with whom to compare them, and how fast."""
    language = person.language
    steps = tuple(text(language, f"verification.shown.step.{n}") for n in range(1, 4))
    return notice(
        Title(text(language, "verification.shown.title")),
        Bullets(steps),
        mentions=(person.user_id,),
    )


def verified(person: Person) -> Notice:
    """To a person whose codes were the town hall's."""
    return notice(Paragraph(text(person.language, "verification.verified")))


def declined(person: Person) -> Notice:
    """To a person who asked in a room of several: where to ask."""
    language = person.language
    return notice(
        Title(text(language, "verification.declined.title")),
        Paragraph(text(language, "verification.declined.how")),
        mentions=(person.user_id,),
    )


def suspicious(administrator: Person, who: Person, outcome: Outcome) -> Notice:
    """To an administrator: a comparison with ``who`` failed in a way that no honest world has."""
    language, name, user_id = administrator.language, who.name, who.user_id
    steps = (
        text(language, "verification.step.call", name=name),
        text(language, "verification.step.again", user_id=shlex.quote(user_id)),
        text(language, "verification.step.doubt"),
    )
    return notice(
        Title(text(language, "verification.suspicious.title", name=name, user_id=user_id)),
        Paragraph(text(language, f"verification.{outcome.value}.why")),
        Bullets(steps),
        mentions=(administrator.user_id,),
    )
