"""A room's event → what the bot takes up, or nothing. Here Matrix ends and the scheme begins."""

from __future__ import annotations

from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.homeserver.shapes import string
from policies import commands
from policies.commands import CommandName
from policies.terms import (
    Answer,
    Command,
    Commune,
    EventId,
    Flag,
    Incoming,
    Message,
    MessageKind,
    RoomId,
    RoomKey,
    RoomKind,
    SenderTrust,
    TakeUp,
    UserId,
)

_VARIATION = "\ufe0f"
_FLAGS = ("🚩", "🏳", "🏴")
_SEND, _KEEP, _TAKE_UP = ("✅", "👍", "✔"), ("❌", "👎", "✖"), ("👀",)
_TEXTS = ("m.text", "m.emote", "m.notice")


def incoming(event: RoomEvent, key: RoomKey | None, commune: Commune) -> Incoming | None:
    """What ``event`` asks of the bot in the room that ``key`` names; ``None`` for everything else.

    A message counts only when it came encrypted; reactions are never encrypted in Matrix.
    """
    if key is None or key.commune != commune.code:
        return None
    if event.type == "m.reaction":
        return _reaction(event, key.kind, commune)
    if event.type == "m.room.message" and event.ciphertext is not None:
        return _message(event, key.kind)
    return None


def _reaction(event: RoomEvent, kind: RoomKind, commune: Commune) -> Incoming | None:
    target = EventId(string(event.content, "m.relates_to", "event_id"))
    mark = string(event.content, "m.relates_to", "key").removesuffix(_VARIATION)
    if not target or string(event.content, "m.relates_to", "rel_type") != "m.annotation":
        return None
    event_id, room_id, sender = _ids(event)
    match kind:
        case RoomKind.SECTOR if mark in _FLAGS and commune.flag_by_reaction:
            return Flag(event_id, room_id, sender, target)
        case RoomKind.PRIVATE if mark in _SEND + _KEEP:
            return Answer(event_id, room_id, sender, target, send=mark in _SEND)
        case RoomKind.AUTHORITY if mark in _SEND + _TAKE_UP:
            return TakeUp(event_id, room_id, sender, target, closes=mark in _SEND)
        case _:
            return None


def _message(event: RoomEvent, kind: RoomKind) -> Incoming | None:
    if string(event.content, "m.relates_to", "rel_type") == "m.replace":
        return None
    said = commands.spoken(words(event))
    if said is None:
        return None
    event_id, room_id, sender = _ids(event)
    target = EventId(string(event.content, "m.relates_to", "m.in_reply_to", "event_id"))
    if said.name is CommandName.FLAG and kind is RoomKind.SECTOR and target:
        return Flag(event_id, room_id, sender, target, commands.category(said.rest))
    return Command(event_id, room_id, sender, said.name.value)


def _ids(event: RoomEvent) -> tuple[EventId, RoomId, UserId]:
    return EventId(event.event_id), RoomId(event.room_id), UserId(event.sender)


def words(event: RoomEvent) -> str:
    """A message's own words, without the quotation that older clients put before a reply.

    Specification, "Fallbacks for rich replies": lines that begin with ``> ``, then an empty one.
    """
    body = string(event.content, "body")
    is_reply = bool(string(event.content, "m.relates_to", "m.in_reply_to", "event_id"))
    if not is_reply or not body.startswith("> "):
        return body
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines[1:] if lines and not lines[0] else lines)


def message(event: RoomEvent, trust: SenderTrust) -> Message:
    """The event as the scheme's message; everything that is not plain text is ``OTHER``."""
    event_id, room_id, sender = _ids(event)
    is_text = event.type == "m.room.message" and string(event.content, "msgtype") in _TEXTS
    return Message(
        event_id,
        room_id,
        sender,
        event.sent_at,
        MessageKind.TEXT if is_text else MessageKind.OTHER,
        words(event) if is_text else "",
        encrypted=event.ciphertext is not None,
        trust=trust,
    )
