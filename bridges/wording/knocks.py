"""What is said of strangers who knock: to the administrators, and to the one who is sent away."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from bridges.wording.catalogue import text
from bridges.wording.notice import Bullets, Notice, Paragraph, Quote, Title, notice
from policies.knocks import MOST_NAMED, Knock
from policies.terms import Person, SectorCode


def knocking(
    administrator: Person, knocks: Sequence[Knock], sectors: Mapping[SectorCode, str]
) -> Notice:
    """To an administrator: who asks to come in where, and what to type.

    What a stranger calls himself is quoted, on a line of its own, and is no word of the bot's.
    """
    language, first = administrator.language, knocks[0]
    key = "knock.one" if len(knocks) == 1 else "knock.many"
    lines = [_line(language, knock, sectors) for knock in knocks[:MOST_NAMED]]
    more = len(knocks) - len(lines)
    if more > 0:
        lines.append(text(language, "knock.more", number=more))
    # It is copied into a shell, and a foreign id may hold signs that mean something there.
    typed = shlex.quote(first.user_id)
    steps = tuple(
        text(language, f"knock.step.{step}", user_id=typed, sector=first.sector)
        for step in ("check", "approve", "refuse")
    )
    return notice(
        Title(text(language, key, number=len(knocks))),
        Quote("\n".join(lines)),
        Paragraph(text(language, "knock.unproved")),
        Bullets(steps),
        mentions=(administrator.user_id,),
    )


def refused(language: str, commune: str) -> str:
    """Why somebody is not let in, in one sentence that his application shows."""
    return text(language, "knock.refused", commune=commune)


def _line(language: str, knock: Knock, sectors: Mapping[SectorCode, str]) -> str:
    place = sectors.get(knock.sector, knock.sector)
    key = "knock.named" if knock.name else "knock.unnamed"
    return text(language, key, user_id=knock.user_id, name=knock.name, sector=place)
