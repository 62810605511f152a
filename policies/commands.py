"""What people type to the bot: ``!signaler véhicule``, ``!répondre 2026-0042 …``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from policies.categories import named, plain
from policies.terms import Category


class CommandName(StrEnum):
    """The bot's commands; each is understood in French and English, with or without accents."""

    FLAG = "flag"
    REPLY = "reply"
    DROP = "drop"
    """``!sans-suite``: the report is closed, nothing follows."""
    HISTORY = "history"
    MINE = "mine"
    """``!mes-signalements``: a référent's own that are not closed."""
    BROADCAST = "broadcast"
    WITHDRAW = "withdraw"
    """``!retirer``: take a bulletin back from every sector."""
    ACCEPT = "accept"
    LEAVE = "leave"
    HELP = "help"
    NAME = "name"
    """``!mon-nom``, as a reply to one's own message: my name may be told with it."""
    LINK = "link"
    """``!lier XXXX-XXXX``: whose account this is, proved by a code from the town hall."""
    NEW = "new"
    """``!nouveau``: a report built step by step."""
    UNKNOWN = "unknown"


_NAMES: Mapping[str, CommandName] = {
    "signaler": CommandName.FLAG,
    "signal": CommandName.FLAG,
    "flag": CommandName.FLAG,
    "repondre": CommandName.REPLY,
    "reponse": CommandName.REPLY,
    "reply": CommandName.REPLY,
    "sans-suite": CommandName.DROP,
    "sanssuite": CommandName.DROP,
    "sans": CommandName.DROP,
    "classer": CommandName.DROP,
    "drop": CommandName.DROP,
    "rapport": CommandName.HISTORY,
    "historique": CommandName.HISTORY,
    "history": CommandName.HISTORY,
    "mes-signalements": CommandName.MINE,
    "mes": CommandName.MINE,
    "mine": CommandName.MINE,
    "diffuser": CommandName.BROADCAST,
    "broadcast": CommandName.BROADCAST,
    "retirer": CommandName.WITHDRAW,
    "retire": CommandName.WITHDRAW,
    "withdraw": CommandName.WITHDRAW,
    "accepter": CommandName.ACCEPT,
    "accepte": CommandName.ACCEPT,
    "accept": CommandName.ACCEPT,
    "quitter": CommandName.LEAVE,
    "quitte": CommandName.LEAVE,
    "leave": CommandName.LEAVE,
    "aide": CommandName.HELP,
    "help": CommandName.HELP,
    "mon-nom": CommandName.NAME,
    "monnom": CommandName.NAME,
    "my-name": CommandName.NAME,
    "lier": CommandName.LINK,
    "lie": CommandName.LINK,
    "link": CommandName.LINK,
    "nouveau": CommandName.NEW,
    "nouvelle": CommandName.NEW,
    "new": CommandName.NEW,
}

_TWO_WORDS = {"sans": "suite", "mes": "signalements"}
"""What people write in two words, as the dash is hard to find on a telephone."""
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—_", "-"))
_NUMBER = re.compile(r"(\d{4})-(\d{1,6})")
_NO = ("non", "no", "pas", "plus", "stop")
_BULLETIN = re.compile(r"(?:n\s*[°ºo.]?\s*)?(\d{1,9})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command as it was typed: its name, and what follows it, unchanged."""

    name: CommandName
    rest: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """What an officer says of one report; ``number`` is empty when he wrote none."""

    number: str
    text: str


def spoken(text: str) -> Spoken | None:
    """The command that ``text`` is, ``None`` for an ordinary message."""
    stripped = text.strip()
    if not stripped.startswith("!") or len(stripped) < 2 or not stripped[1].isalpha():
        return None
    word, *rest = stripped[1:].split(maxsplit=1)
    named = plain(word).translate(_HYPHENS)
    said, second = (rest[0].strip() if rest else ""), _TWO_WORDS.get(named)
    if second is not None:
        after = said.split(maxsplit=1)
        if not after or plain(after[0]) != second:
            return Spoken(CommandName.UNKNOWN, said)
        said = after[1] if len(after) > 1 else ""
    return Spoken(_NAMES.get(named, CommandName.UNKNOWN), said)


def category(words: str) -> Category | None:
    """The category that a référent's words name, ``None`` when they name none."""
    return named(words)


def lets_name(rest: str) -> bool:
    """Whether ``!mon-nom`` allows it: it does unless « non » stands behind it."""
    return not any(plain(word) in _NO for word in rest.split())


def numbered(rest: str) -> Numbered:
    """``2026-0042 some words``: a report's number, if one comes first, and what follows."""
    words = rest.strip()
    first, *after = words.split(maxsplit=1)[:2] if words else ("",)
    match = _NUMBER.fullmatch(first.strip("«»:,.#()"))
    if match is None:
        return Numbered("", words)
    return Numbered(f"{match[1]}-{int(match[2]):04d}", after[0].strip() if after else "")


def urgent(words: str) -> bool:
    """Whether a référent's words say that it cannot wait."""
    return any(plain(word).startswith("urgen") for word in words.split())


def bulletin_number(rest: str) -> int | None:
    """``12``, ``n° 12`` or ``n°12`` as a bulletin's number; ``None`` when none is named."""
    found = _BULLETIN.fullmatch(rest.strip())
    return int(found[1]) if found is not None else None
