"""May this bulletin go out, and to which sector rooms?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies import commands
from policies.addressees import Addressed, UnknownSectors, addressed
from policies.authority import may_command
from policies.commands import CommandName
from policies.lengths import fits
from policies.message_words import plain
from policies.refusal import Refusal
from policies.terms import Authority, Directory, Message, RoomId, RoomKind, SectorCode


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What goes out: whose word it is, its text, and the sector rooms that get it.

    ``roomless`` are sectors that were meant and have no room yet.
    """

    authority: Authority
    text: str
    sectors: tuple[SectorCode, ...]
    rooms: tuple[RoomId, ...]
    urgent: bool = False
    roomless: tuple[SectorCode, ...] = ()

    def __repr__(self) -> str:
        """Without the text, so that no log can carry it."""
        return f"Bulletin({self.authority.code}, {len(self.rooms)} rooms)"

    @property
    def shown(self) -> str:
        """Everything that its officer is shown of it, to be compared with what leaves later."""
        lines = ("urgent" if self.urgent else "", *self.sectors, self.text)
        return "\n".join(lines)


def may_broadcast(
    message: Message | None, directory: Directory, now: datetime
) -> Bulletin | UnknownSectors | Refusal:
    """Whether a ``!diffuser`` message may go out.

    It has to be readable, encrypted, from a device that its sender signed, and from somebody who
    holds a mandate in the authority whose room he wrote it in. Only its plain text is taken,
    without characters that show nothing; links to an account become ``@name``.
    """
    said = _said(message, directory, now)
    if isinstance(said, Refusal):
        return said
    authority, rest = said
    wanted = addressed(rest, directory.commune.sectors) if rest.strip() else Refusal.EMPTY
    if not isinstance(wanted, Addressed):
        return wanted
    text = plain(wanted.text).text.strip()
    if not text or not fits(text):
        return Refusal.TOO_LONG if text else Refusal.EMPTY
    found = {code: directory.room_of(RoomKind.SECTOR, code) for code in wanted.sectors}
    rooms = tuple(room_id for room_id in found.values() if room_id is not None)
    roomless = tuple(code for code, room_id in found.items() if room_id is None)
    if not rooms:
        return Refusal.NO_DESTINATION
    return Bulletin(authority, text, wanted.sectors, rooms, wanted.urgent, roomless)


def _said(
    message: Message | None, directory: Directory, now: datetime
) -> tuple[Authority, str] | Refusal:
    authority = may_command(message, directory, now)
    if isinstance(authority, Refusal):
        return authority
    said = commands.spoken(message.text) if message is not None else None
    if said is None or said.name is not CommandName.BROADCAST:
        return Refusal.UNKNOWN_COMMAND
    return authority, said.rest
