"""Who may act in an authority's name: acknowledge, answer, send prevention advice."""

from __future__ import annotations

from datetime import datetime

from policies.refusal import Refusal
from policies.terms import (
    Authority,
    AuthorityCode,
    Directory,
    Message,
    RoomId,
    RoomKind,
    SenderTrust,
    UserId,
)


def speaks_for(
    user_id: UserId, room_id: RoomId, directory: Directory, now: datetime
) -> Authority | Refusal:
    """The authority of ``room_id``, when ``user_id`` holds a mandate there at ``now``."""
    key = directory.key_of(room_id)
    if key is None or key.kind is not RoomKind.AUTHORITY:
        return Refusal.NOT_AN_OFFICER
    if all(m.authority != key.code for m in directory.mandates_of(user_id, now)):
        return Refusal.NOT_AN_OFFICER
    return authority_in(room_id, directory) or Refusal.NOT_AN_OFFICER


def authority_in(room_id: RoomId, directory: Directory) -> Authority | None:
    """Whose room it is; ``None`` for any other, and for one that the commune's file forgot."""
    key = directory.key_of(room_id)
    if key is None or key.kind is not RoomKind.AUTHORITY:
        return None
    return next((a for a in directory.commune.authorities if a.code == key.code), None)


def may_command(
    message: Message | None, directory: Directory, now: datetime
) -> Authority | Refusal:
    """The authority in whose name ``message`` speaks, if it may be obeyed at all."""
    if message is None:
        return Refusal.UNREADABLE
    authority = speaks_for(message.sender, message.room_id, directory, now)
    if isinstance(authority, Refusal):
        return authority
    if not message.encrypted:
        return Refusal.NOT_ENCRYPTED
    return authority if message.trust is SenderTrust.SIGNED else Refusal.UNSIGNED_DEVICE


def officers(code: AuthorityCode, directory: Directory, now: datetime) -> tuple[UserId, ...]:
    """Who holds a live mandate in that authority, sorted."""
    found = {m.user_id for m in directory.mandates if m.authority == code and m.counts(now)}
    return tuple(sorted(found))
