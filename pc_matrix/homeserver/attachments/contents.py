"""What a message that is more than text says and encloses, and how the bot's own are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pc_matrix.homeserver.attachments.encrypted_file import attachment
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.shapes import string
from policies.attachments import Enclosed
from policies.pictures import Picture
from policies.positions import Position, position
from policies.terms import EventId, MessageKind

_KINDS = {
    "m.image": MessageKind.FILE,
    "m.file": MessageKind.FILE,
    "m.audio": MessageKind.VOICE,
    "m.video": MessageKind.VIDEO,
    "m.location": MessageKind.PLACE,
}
_LOCATION = ("m.location", "org.matrix.msc3488.location")
_ASSET = ("m.asset", "org.matrix.msc3488.asset")
_GEO = re.compile(r"(?i)geo:[^\s\"<>]{3,300}")
_TIME = r"(?: at \d{4}-\d\d-\d\dT[\d:.]{8,12}Z)?"
_WRITTEN_BY_A_CLIENT = re.compile(
    rf'(?s)(?:User )?Location(?: "(?P<said>.*)")? ?{_TIME}|Location was shared at ?|'
)
"""What Element Web and Element X write where nobody wrote anything; its ``geo:`` is taken out."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A message's kind, the words that its writer put beside it, and what it brings."""

    kind: MessageKind
    text: str = ""
    has_html: bool = False
    """Whether the words have another form, which the message shows instead."""
    enclosed: Enclosed | None = None

    def __repr__(self) -> str:
        return f"Brought({self.kind})"


def brought(content: Json) -> Brought | None:
    """What a message of ``content`` brings; ``None`` when it is of another kind."""
    kind = _KINDS.get(string(content, "msgtype"))
    match kind:
        case None:
            return None
        case MessageKind.FILE:
            return _file(content)
        case MessageKind.PLACE:
            return _place(content)
        case _:
            return Brought(kind)


def _file(content: Json) -> Brought:
    """A caption is what stands in ``body`` beside a ``filename``; alone it is the file's name."""
    body, name = string(content, "body"), string(content, "filename")
    has_caption = bool(name) and body != name
    # What is sealed and lies open at once, applications may show either way.
    is_plain = "url" in content
    enclosed = None if is_plain else attachment(content.get("file"))
    return Brought(MessageKind.FILE, body if has_caption else "", has_caption, enclosed)


def _place(content: Json) -> Brought:
    uris = [string(content, "geo_uri")]
    uris += [string(content, name, "uri") for name in _LOCATION if name in content]
    own = not any(string(content, name, "type") == "m.pin" for name in _ASSET)
    found = position(uris[0], is_own=own)
    # Said twice and differently, applications show it each in its own place.
    is_one = len({uri for uri in uris if uri}) == 1
    return Brought(MessageKind.PLACE, _said(content), enclosed=found if is_one else None)


def _said(content: Json) -> str:
    """The words beside a position: without its address, and what applications write by themselves.

    All forms in which they stand count: which of them is shown differs.
    """
    texts = [string(content, "body")]
    texts += [string(content, name, "description") for name in _LOCATION]
    texts += [string(content, name) for name in ("m.text", "org.matrix.msc1767.text")]
    said = dict.fromkeys(_own_words(text) for text in texts)
    return "\n".join(text for text in said if text)


def _own_words(text: str) -> str:
    bare = " ".join(_GEO.sub("", text).split())
    found = _WRITTEN_BY_A_CLIENT.fullmatch(bare)
    return (found["said"] or "").strip() if found is not None else bare


def picture_content(picture: Picture, file: Json, name: str, answers: EventId | None) -> Json:
    """The content of an ``m.image`` event. Without a caption ``body`` is the file's name."""
    return {
        "msgtype": "m.image",
        "body": name,
        "filename": name,
        "file": file,
        "info": {
            "mimetype": "image/jpeg",
            "size": len(picture.data),
            "w": picture.width,
            "h": picture.height,
        },
        "m.mentions": {},
        **_answering(answers),
    }


def place_content(place: Position, words: str, answers: EventId | None) -> Json:
    """The content of an ``m.location`` event (MSC3488): a place on the map, never a person's own.

    The bot's picture would stand there otherwise.
    """
    body = f"{words} {place.uri}"
    return {
        "msgtype": "m.location",
        "body": body,
        "geo_uri": place.uri,
        "org.matrix.msc3488.location": {"uri": place.uri, "description": words},
        "org.matrix.msc3488.asset": {"type": "m.pin"},
        "org.matrix.msc1767.text": body,
        "m.mentions": {},
        **_answering(answers),
    }


def _answering(answers: EventId | None) -> Json:
    if not answers:
        return {}
    # In the report's thread, where its withdrawal finds it.
    relation = {"rel_type": "m.thread", "event_id": answers, "is_falling_back": True}
    return {"m.relates_to": {**relation, "m.in_reply_to": {"event_id": answers}}}
