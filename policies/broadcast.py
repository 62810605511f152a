"""May this bulletin go out, and to which sector rooms?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies import commands
from policies.authority import may_command
from policies.lengths import fits
from policies.refusal import Refusal
from policies.terms import Authority, Directory, Message, RoomId, RoomKind


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What goes out: whose word it is, its text, and the sector rooms that get it."""

    authority: Authority
    text: str
    rooms: tuple[RoomId, ...]


def may_broadcast(
    message: Message | None, directory: Directory, now: datetime
) -> Bulletin | Refusal:
    """Whether a ``!diffuser`` message may go out.

    It has to be readable, encrypted, from a device that its sender signed, and from somebody who
    holds a mandate in the authority whose room he wrote it in.
    """
    said = _said(message, directory, now)
    if isinstance(said, Refusal):
        return said
    authority, rest = said
    wanted = commands.bulletin(rest, directory.commune.sectors)
    if isinstance(wanted, Refusal):
        return wanted
    if not fits(wanted.text):
        return Refusal.TOO_LONG
    found = (directory.room_of(RoomKind.SECTOR, code) for code in wanted.sectors)
    rooms = tuple(room_id for room_id in found if room_id is not None)
    return Bulletin(authority, wanted.text, rooms) if rooms else Refusal.NO_DESTINATION


def _said(
    message: Message | None, directory: Directory, now: datetime
) -> tuple[Authority, str] | Refusal:
    authority = may_command(message, directory, now)
    if isinstance(authority, Refusal):
        return authority
    said = commands.spoken(message.text) if message is not None else None
    return Refusal.UNKNOWN_COMMAND if said is None else (authority, said.rest)
