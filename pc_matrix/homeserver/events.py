"""A room's event → what the bot takes up, or nothing. Here Matrix ends and the scheme begins."""

from __future__ import annotations

import re
from dataclasses import replace

from pc_matrix.homeserver.attachments.contents import Brought, brought
from pc_matrix.homeserver.edits import is_edit
from pc_matrix.homeserver.html_words import formatted
from pc_matrix.homeserver.room_events import REDACTION, RoomEvent
from pc_matrix.homeserver.shapes import string
from policies import commands
from policies.categories import answered
from policies.commands import CommandName
from policies.guided_words import NEW_SIGN, SKIP_SIGN
from policies.incoming import Consent, Edit, Incoming, Subject, Withdrawal
from policies.terms import (
    Answer,
    Command,
    Commune,
    EventId,
    Flag,
    Message,
    MessageKind,
    RoomId,
    RoomKey,
    RoomKind,
    Said,
    SenderTrust,
    TakeUp,
    UserId,
)

_FALLBACK = re.compile(r"> (?:\* )?<@[^>\n]+>")
_VARIATION, _KEYCAP = "\ufe0f", "\u20e3"
_FLAGS = ("🚩", "🏳", "🏴")
_CHANGEABLE = (RoomKind.SECTOR, RoomKind.AUTHORITY, RoomKind.PRIVATE)
"""The rooms in which changes of messages are followed."""
_SEND, _KEEP, _TAKE_UP = ("✅", "👍", "✔"), ("❌", "👎", "✖"), ("👀",)
_DIGITS = tuple("123456789")
_TAPS = {"⏭": SKIP_SIGN, "📝": NEW_SIGN}
_TEXTS = ("m.text", "m.emote", "m.notice")
_MORE_THAN_TEXT = ("url", "file", "filename", "geo_uri", "info")
"""Of an attachment or a place: what has these shows more than its words in some application."""


def incoming(event: RoomEvent, key: RoomKey | None, commune: Commune) -> Incoming | None:
    """What ``event`` asks of the bot in the room that ``key`` names; ``None`` for everything else.

    A message counts only when it came encrypted. Reactions are never encrypted in Matrix: a commune
    that does not want to believe the homeserver in this heeds none. The same sign, alone in a
    reply, says the same as the reaction, and nobody can forge it.
    """
    if key is None or key.commune != commune.code:
        return None
    if event.type == "m.reaction":
        return _reaction(event, key.kind) if commune.flag_by_reaction else None
    if event.type == REDACTION:
        return _redaction(event, key.kind, commune)
    if event.type == "m.room.message" and event.ciphertext is not None:
        believes = commune.flag_by_reaction or event.ciphertext.has_relation
        found = _message(event if believes else _unrelated(event), key.kind)
        # A name is never told on the homeserver's word.
        is_his = event.ciphertext.has_relation or not isinstance(found, Consent)
        return found if is_his else None
    return None


def _unrelated(event: RoomEvent) -> RoomEvent:
    """The message alone: what it relates to stood in plain, and is the homeserver's word."""
    content = {name: value for name, value in event.content.items() if name != "m.relates_to"}
    return replace(event, content=content)


def _reaction(event: RoomEvent, kind: RoomKind) -> Incoming | None:
    target = EventId(string(event.content, "m.relates_to", "event_id"))
    if not target or string(event.content, "m.relates_to", "rel_type") != "m.annotation":
        return None
    sign = string(event.content, "m.relates_to", "key")
    return _sign(event, kind, target, sign) or _tap(event, kind, target, sign)


def _tap(event: RoomEvent, kind: RoomKind, target: EventId, sign: str) -> Subject | Said | None:
    """A tap under a question: ``1️⃣``, ``⏭``; which question it is under, the carrier finds out."""
    mark = sign.replace(_VARIATION, "").removesuffix("\u20e3")
    tapped = mark if mark in _DIGITS else _TAPS.get(mark)
    if kind is not RoomKind.PRIVATE or tapped is None:
        return None
    category = answered(sign) if mark in _DIGITS else None
    if category is not None:
        return Subject(*_ids(event), target, category, tapped)
    return Said(*_ids(event), target, tapped)


def _sign(event: RoomEvent, kind: RoomKind, target: EventId, sign: str) -> Incoming | None:
    event_id, room_id, sender = _ids(event)
    mark = sign.removesuffix(_VARIATION)
    match kind:
        case RoomKind.SECTOR if mark in _FLAGS:
            return Flag(event_id, room_id, sender, target)
        case RoomKind.PRIVATE if mark in _SEND + _KEEP:
            return Answer(event_id, room_id, sender, target, send=mark in _SEND)
        case RoomKind.AUTHORITY if mark in _KEEP:
            return Answer(event_id, room_id, sender, target, send=False)
        case RoomKind.AUTHORITY if mark in _SEND + _TAKE_UP:
            return TakeUp(event_id, room_id, sender, target, closes=mark in _SEND)
        case _:
            return None


def _redaction(event: RoomEvent, kind: RoomKind, commune: Commune) -> Incoming | None:
    """Redactions are never encrypted: it is looked up whether a message is gone.

    A sign that an officer takes back counts by the server's word alone, as a reaction does.
    """
    target = EventId(string(event.content, "redacts"))
    if not target:
        return None
    match kind:
        case RoomKind.AUTHORITY if commune.flag_by_reaction:
            return TakeUp(*_ids(event), target, closes=False, withdrawn=True)
        case RoomKind.SECTOR | RoomKind.AUTHORITY | RoomKind.PRIVATE:
            return Withdrawal(*_ids(event), target)
        case _:
            return None


def _edit(event: RoomEvent, kind: RoomKind) -> Incoming | None:
    """A change that says so inside its ciphertext: elsewhere a homeserver can make it up."""
    target = EventId(string(event.content, "m.relates_to", "event_id"))
    is_inside = event.ciphertext is not None and event.ciphertext.has_relation
    is_heard = kind in _CHANGEABLE and is_inside and bool(target)
    return Edit(*_ids(event), target) if is_heard else None


def _message(event: RoomEvent, kind: RoomKind) -> Incoming | None:
    if string(event.content, "m.relates_to", "rel_type") == "m.replace":
        return _edit(event, kind)
    target = EventId(string(event.content, "m.relates_to", "m.in_reply_to", "event_id"))
    said = commands.spoken(words(event))
    if said is None and kind is RoomKind.SECTOR and target and not _thread(event):
        said = commands.without_bang(words(event))
    event_id, room_id, sender = _ids(event)
    if said is None:
        under = (_thread(event) or target) if kind is RoomKind.AUTHORITY else target
        sign = _sign(event, kind, under, words(event).strip()) if under else None
        return sign or _subject(event, kind, target) or _said(event, kind)
    if said.name is CommandName.NAME and kind is RoomKind.SECTOR and target:
        return Consent(event_id, room_id, sender, target, commands.lets_name(said.rest))
    if said.name is CommandName.FLAG and kind is RoomKind.SECTOR and target:
        about, is_urgent = commands.category(said.rest), commands.urgent(said.rest)
        return Flag(event_id, room_id, sender, target, about, is_urgent)
    return Command(event_id, room_id, sender, said.name.value, _thread(event) or target)


def _thread(event: RoomEvent) -> EventId:
    """The message whose thread it stands in; empty outside of threads.

    There, clients make every message an answer to the last one, so that nothing follows from that.
    """
    if string(event.content, "m.relates_to", "rel_type") != "m.thread":
        return EventId("")
    return EventId(string(event.content, "m.relates_to", "event_id"))


def _subject(event: RoomEvent, kind: RoomKind, target: EventId) -> Subject | None:
    """A few words in a private room that say what a report is about, or the number of it."""
    category = answered(words(event)) if kind is RoomKind.PRIVATE else None
    return None if category is None else Subject(*_ids(event), target, category)


def _said(event: RoomEvent, kind: RoomKind) -> Said | None:
    """Any other words in a private room; a sign alone counts only under what it answers."""
    is_sign = words(event).strip().removesuffix(_VARIATION) in _SEND + _KEEP
    return Said(*_ids(event)) if kind is RoomKind.PRIVATE and not is_sign else None


def _ids(event: RoomEvent) -> tuple[EventId, RoomId, UserId]:
    return EventId(event.event_id), RoomId(event.room_id), UserId(event.sender)


def words(event: RoomEvent) -> str:
    """A message's own words, without the quotation that older clients put before a reply.

    Specification, "Fallbacks for rich replies": lines that begin with ``> ``, the first of which
    names who is quoted, then an empty one. That an event is a reply, a homeserver can make up:
    nothing else of a message is ever left out.
    """
    body = string(event.content, "body")
    if not _is_reply(event) or _FALLBACK.match(body) is None:
        return body
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines[1:] if lines and not lines[0] else lines)


def _is_reply(event: RoomEvent) -> bool:
    return bool(string(event.content, "m.relates_to", "m.in_reply_to", "event_id"))


def message(event: RoomEvent, trust: SenderTrust) -> Message:
    """The event as the scheme's message; what is neither text nor known otherwise is ``OTHER``."""
    event_id, room_id, sender = _ids(event)
    more = _brought(event)
    kind = more.kind if more is not None else _kind(event)
    is_text = kind is MessageKind.TEXT
    html = formatted(event.content, is_reply=_is_reply(event))
    return Message(
        event_id,
        room_id,
        sender,
        event.sent_at,
        kind,
        more.text if more is not None else words(event) if is_text else "",
        encrypted=event.ciphertext is not None,
        trust=trust,
        formatted=html if is_text or (more is not None and more.has_html) else None,
        enclosed=more.enclosed if more is not None else None,
    )


def _brought(event: RoomEvent) -> Brought | None:
    is_message = event.type == "m.room.message" and not is_edit(event)
    return brought(event.content) if is_message else None


def _kind(event: RoomEvent) -> MessageKind:
    if is_edit(event):
        return MessageKind.EDIT
    is_text = event.type == "m.room.message" and string(event.content, "msgtype") in _TEXTS
    is_more = any(name in event.content for name in _MORE_THAN_TEXT)
    return MessageKind.TEXT if is_text and not is_more else MessageKind.OTHER
