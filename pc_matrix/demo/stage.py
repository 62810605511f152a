"""What a scene is given: the cast, who writes down what was seen, and the house behind it all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.demo.cast import Cast, Place
from pc_matrix.demo.commune import OFFICERS, Character
from pc_matrix.demo.people import Seen
from pc_matrix.demo.witness import Witness

_NUMBER = re.compile(r"\b\d{4}-\d{4,6}\b")


@dataclass(frozen=True, slots=True)
class Stage:
    """``admin_token`` is the homeserver's administrator's, for the intruder's scene."""

    cast: Cast
    witness: Witness
    home: Path
    admin_token: str

    async def sees(
        self,
        who: Character,
        place: Place,
        what: str,
        matches: str,
        *,
        sender: str | None = None,
        after: str = "",
        reason: Callable[[Seen], str] = lambda _seen: "",
    ) -> Seen | None:
        """``who`` receives a message that matches in ``place``; the bot's, or ``sender``'s."""
        return await self.witness.receives(
            who,
            self.cast[who],
            (place.room_id, place.name),
            what,
            sender=sender or self.cast.bot,
            after=after,
            matches=matches,
            reason=reason,
        )

    async def authorities_see(
        self, what: str, matches: str, reason: Callable[[Seen], str] = lambda _seen: ""
    ) -> list[Seen]:
        """What one person of each authority receives in its room; those who received it well."""
        found = [
            await self.sees(who, self.cast.desk(who), what, matches, reason=reason)
            for who in OFFICERS
        ]
        return [seen for seen in found if seen is not None]

    async def reads_nothing(self, who: Character, place: Place, what: str, *words: str) -> None:
        """None of ``words`` is in anything that ``who`` can read in ``place``."""
        seen = await self.cast[who].read(place.room_id, 100)
        found = [word for word in words if any(word in event.text for event in seen)]
        how = f"a lu : {', '.join(found)}" if found else "relu sur le serveur : rien"
        self.witness.note(who, place.name, what, how, passed=not found)


def number_in(seen: Seen | None) -> str:
    """The number of the report that a message speaks of, ``""`` for none."""
    found = _NUMBER.search(seen.text) if seen is not None else None
    return found.group() if found else ""
