"""What is said to somebody who links his foreign account, in a room of the two of us."""

from __future__ import annotations

from bridges.wording.catalogue import text
from bridges.wording.notice import Notice, Paragraph, Title, notice
from policies.refusal import Refusal
from policies.terms import Commune


def greeting(commune: Commune) -> Notice:
    """Who this is, and what to type; nothing of who is expected."""
    language = commune.language
    return notice(
        Title(text(language, "linking.greeting", commune=commune.name)),
        Paragraph(text(language, "linking.how")),
    )


def linked(language: str, commune: Commune) -> Notice:
    """The code was right."""
    return notice(
        Title(text(language, "linking.linked")),
        Paragraph(text(language, "linking.next", commune=commune.name)),
    )


def refused(language: str, refusal: Refusal) -> Notice:
    """Why the code opens nothing, and what to do."""
    return notice(Paragraph(text(language, f"refusal.{refusal.value}")))


def declined(commune: Commune) -> str:
    """Why the bot does not come, in one sentence that applications show with its leaving."""
    return text(commune.language, "linking.declined", commune=commune.name)


def over(commune: Commune) -> str:
    """Why the bot leaves again."""
    return text(commune.language, "linking.over", commune=commune.name)
