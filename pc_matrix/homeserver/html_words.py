"""A message's HTML → what it shows: words as Element breaks them into lines, and what it hides.

Source: specification, "m.room.message msgtypes": the elements and attributes that clients keep.
What is not well-formed, or of another kind, is not guessed at: no two clients show it alike.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

from pc_matrix.homeserver.shapes import string
from policies.formatted import Formatted
from policies.mentions import account

_MOST = 16_000  # characters; four times what the filter reads
_MOST_QUOTES = 20  # inside one another
_ATTRIBUTE = r"""\s+[a-zA-Z][\w:-]*(?:=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`/]+))?"""
# Without possessive quantifiers: Python 3.11.2, which Debian 12 has, matches too much
# with them (cpython issue 101955).
_PIECE = re.compile(
    rf"[^<]+|</[a-zA-Z][a-zA-Z0-9-]*\s*>|<[a-zA-Z][a-zA-Z0-9-]*(?:{_ATTRIBUTE})*\s*/?>"
)
_REPLY_FALLBACK = re.compile(r"\s*<mx-reply>.*?</mx-reply>", re.DOTALL)
_BLOCKS = frozenset(
    (
        *("address", "blockquote", "br", "caption", "details", "div", "hr", "li", "ol", "p", "pre"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "summary", "table", "tbody", "thead", "tr", "ul"),
    )
)
_INLINE = frozenset(
    (
        *("a", "b", "code", "del", "em", "font", "i", "img", "ins", "mx-reply", "s", "small"),
        *("span", "strike", "strong", "sub", "sup", "td", "th", "tt", "u"),
    )
)
_STRUCK = ("del", "s", "strike")
_HIDING = ("details", "summary")
_STYLES = ("data-mx-color", "data-mx-bg-color", "color", "bgcolor", "style", "hidden")
_SPACE = re.compile(r"[ \t\n\r\f]+")


def formatted(content: object, *, is_reply: bool) -> Formatted | None:
    """What the HTML of a message's content shows, ``None`` when it has none.

    In a reply, what Matrix quotes in front (``mx-reply``) is left out, as clients do.
    """
    html = string(content, "formatted_body")
    if not html:
        return None
    if is_reply:
        html = _REPLY_FALLBACK.sub("", html, count=1) if _REPLY_FALLBACK.match(html) else html
    if len(html) > _MOST or not _is_whole(html):
        return Formatted("", intact=False)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.result()


def _is_whole(html: str) -> bool:
    """Whether it is text and tags, written out, from one end to the other."""
    at = 0
    while at < len(html):
        piece = _PIECE.match(html, at)
        if piece is None:
            return False
        at = piece.end()
    return True


class _Reader(HTMLParser):
    """Reads well-formed HTML once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes, self._at_start, self._verbatim = 0, 0, 0
        self._lists: list[int | None] = []  # the next number, of those that count
        self._link, self._linked_from = "", 0
        self._targets: list[str] = []
        self._mentions: list[tuple[str, str]] = []
        self._hides, self._intact = False, True

    def result(self) -> Formatted:
        self._break()
        return Formatted(
            "\n".join(self._lines),
            tuple(dict.fromkeys(self._targets)),
            tuple(dict.fromkeys(self._mentions)),
            self._hides,
            self._intact,
        )

    def handle_data(self, data: str) -> None:
        if self._verbatim:
            first, *others = data.split("\n")
            self._say(first)
            for line in others:
                self._break()
                self._say(line)
        else:
            self._say(_SPACE.sub(" ", data))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "hr", "img"):  # elsewhere, browsers take no notice of the slash
            self._intact = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _BLOCKS | _INLINE:
            self._intact = False
        if tag in _BLOCKS:
            self._break()
        given = {name: value or "" for name, value in attrs}
        self._hides = self._hides or tag in _HIDING or any(name in given for name in _STYLES)
        self._begin(tag, given)

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        match tag:
            case "blockquote":
                self._quotes += 1
            case "pre":
                self._verbatim += 1
            case "ul" | "ol":
                self._lists.append(_first_number(given) if tag == "ol" else None)
            case "li":
                self._say(self._bullet())
            case "td" | "th":
                self._say(" ")
            case "img":
                self._picture(given)
            case "span":
                self._spoiler(given)
            case "a":
                self._begin_link(given.get("href", ""))
            case _ if tag in _STRUCK:
                self._say("~~")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break()
        match tag:
            case "blockquote":
                self._quotes = max(0, self._quotes - 1)
            case "pre":
                self._verbatim = max(0, self._verbatim - 1)
            case "ul" | "ol":
                self._lists = self._lists[:-1]
            case "a":
                self._follow()
            case _ if tag in _STRUCK:
                self._say("~~")

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _picture(self, given: dict[str, str]) -> None:
        alt, title = given.get("alt", ""), given.get("title", "")
        self._say(_SPACE.sub(" ", alt))
        if title.strip() not in ("", alt.strip()):
            self._targets.append(_SPACE.sub(" ", title))

    def _spoiler(self, given: dict[str, str]) -> None:
        for name in ("data-mx-spoiler", "data-mx-maths"):
            if name in given:
                self._hides = True
                reason = given[name].strip()
                self._say(f"({_SPACE.sub(' ', reason)}) " if reason else "")

    def _begin_link(self, link: str) -> None:
        self._follow()
        self._link, self._linked_from = unquote(link), len(self._line)

    def _follow(self) -> None:
        """A link ends: where it leads is told, unless it says so itself."""
        link, self._link = self._link.strip(), ""
        said = "".join(self._line[self._linked_from :]).strip()
        if not link:
            return
        if name := account(link):
            self._mentions += [(said, name)] if said else []
            self._line[self._linked_from :] = [name]
        elif _address(link) != _address(said):
            self._targets.append(_SPACE.sub(" ", link))

    def _say(self, words: str) -> None:
        if not self._line:
            self._at_start = self._quotes
        if words:
            self._line.append(words)

    def _break(self) -> None:
        self._follow()
        said = "".join(self._line).strip()
        if said:
            self._lines.append("> " * min(self._at_start, _MOST_QUOTES) + said)
        self._line, self._linked_from = [], 0


def _first_number(given: dict[str, str]) -> int:
    start = given.get("start", "1")
    return int(start) if re.fullmatch(r"[0-9]{1,9}", start) else 1


def _address(link: str) -> str:
    bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", unquote(link).casefold())
    return bare.rstrip("/")
