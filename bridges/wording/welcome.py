"""The charter as the bot posts it, and the help that it gives to those who ask."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bridges.wording.catalogue import how, text
from bridges.wording.notice import Bullets, Notice, Paragraph, Title, notice
from policies.terms import Person

CHARTER_VERSION = "1"
"""Changes whenever the charter's words do; a room whose charter is older gets it again."""

_ARTICLES = 6


def charter(language: str, commune: str) -> Notice:
    """The charter in short, for a sector's or the référents' room."""
    articles = tuple(text(language, f"charter.article.{i}") for i in range(1, _ARTICLES + 1))
    return notice(
        Title(text(language, "charter.title", commune=commune)),
        Paragraph(text(language, "charter.mottos")),
        Bullets(articles),
        Paragraph(text(language, "charter.emergency")),
    )


def referent_help(person: Person, *, by_reaction: bool = True) -> Notice:
    """To a référent who asks how it works."""
    sign = how(person.language, "help.referent.2", by_reaction=by_reaction)
    return _help(person, "help.referent", {2: sign})


def officer_help(person: Person) -> Notice:
    """To an officer who asks how it works."""
    return _help(person, "help.officer")


def _help(person: Person, key: str, said: Mapping[int, str] = MappingProxyType({})) -> Notice:
    language = person.language
    lines = tuple(said.get(i) or text(language, f"{key}.{i}") for i in range(1, 4))
    return notice(Title(text(language, f"{key}.title")), Bullets(lines), mentions=(person.user_id,))
