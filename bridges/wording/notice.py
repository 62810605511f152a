"""A message of the bot as Element shows it: plain body, the same in HTML, and mentions."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from policies.terms import UserId


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of the bot. ``mentions`` are notified; an empty one notifies nobody.

    ``rings_room`` notifies everybody there.
    """

    body: str
    html: str
    mentions: tuple[UserId, ...] = ()
    rings_room: bool = False

    def __repr__(self) -> str:
        """No text, so that no log or traceback can carry it."""
        return f"Notice({len(self.body)} characters)"


@dataclass(frozen=True, slots=True)
class Title:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, set apart from the bot's; line breaks are kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


Block = Title | Paragraph | Quote | Bullets


def notice(*blocks: Block, mentions: tuple[UserId, ...] = ()) -> Notice:
    """The blocks as one notice; the HTML shows whatever they hold as text, never as markup."""
    body = "\n".join(_plain(block) for block in blocks)
    return Notice(body, "".join(_html(block) for block in blocks), mentions)


def _plain(block: Block) -> str:
    match block:
        case Title(text) | Paragraph(text):
            return text
        case Quote(text):
            return "\n".join(f"> {line}" for line in text.splitlines())
        case Bullets(items):
            return "\n".join(f"• {item}" for item in items)


def _html(block: Block) -> str:
    match block:
        case Title(text):
            return f"<p><strong>{_lines(text)}</strong></p>"
        case Paragraph(text):
            return f"<p>{_lines(text)}</p>"
        case Quote(text):
            return f"<blockquote><p>{_lines(text)}</p></blockquote>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{_lines(item)}</li>" for item in items) + "</ul>"


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
