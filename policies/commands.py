"""What people type to the bot: ``!signaler véhicule``, ``!répondre 2026-0042 …``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from policies.lengths import fits
from policies.refusal import Refusal
from policies.terms import Category


class CommandName(StrEnum):
    """The bot's commands; each is understood in French and English, with or without accents."""

    FLAG = "flag"
    REPLY = "reply"
    BROADCAST = "broadcast"
    WITHDRAW = "withdraw"
    """``!retirer``: take a bulletin back from every sector."""
    ACCEPT = "accept"
    LEAVE = "leave"
    HELP = "help"
    LINK = "link"
    """``!lier XXXX-XXXX``: whose account this is, proved by a code from the town hall."""
    UNKNOWN = "unknown"


_NAMES: Mapping[str, CommandName] = {
    "signaler": CommandName.FLAG,
    "signal": CommandName.FLAG,
    "flag": CommandName.FLAG,
    "repondre": CommandName.REPLY,
    "reponse": CommandName.REPLY,
    "reply": CommandName.REPLY,
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
    "lier": CommandName.LINK,
    "lie": CommandName.LINK,
    "link": CommandName.LINK,
}

_CATEGORIES: Mapping[Category, tuple[str, ...]] = {
    Category.BURGLARY: ("cambriolage", "effraction", "vol", "burglary"),
    Category.SUSPICIOUS_VEHICLE: ("vehicule", "voiture", "fourgon", "camionnette", "vehicle"),
    Category.SUSPICIOUS_BEHAVIOUR: ("comportement", "rodeur", "suspect", "behaviour"),
    Category.ABUSIVE_CANVASSING: ("demarchage", "demarcheur", "arnaque", "canvassing"),
    Category.INCIVILITY: ("incivilite", "degradation", "depot", "tapage", "incivility"),
    Category.VULNERABLE_PERSON: ("vulnerable", "disparition", "personne", "fragile"),
    Category.OTHER: ("autre", "other"),
}

_NUMBER = re.compile(r"(\d{4})-(\d{1,6})")
_BULLETIN = re.compile(r"(?:n\s*[°ºo.]?\s*)?(\d{1,9})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command as it was typed: its name, and what follows it, unchanged."""

    name: CommandName
    rest: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An officer's answer to one report."""

    number: str
    text: str


def plain(word: str) -> str:
    """``word`` in lower case, without accents or punctuation around it."""
    decomposed = unicodedata.normalize("NFD", word.casefold())
    bare = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return bare.strip(" \t\n:;,.!?«»\"'()[]")


def spoken(text: str) -> Spoken | None:
    """The command that ``text`` is, ``None`` for an ordinary message."""
    stripped = text.strip()
    if not stripped.startswith("!") or len(stripped) < 2 or not stripped[1].isalpha():
        return None
    word, _, rest = stripped[1:].partition(" ")
    return Spoken(_NAMES.get(plain(word), CommandName.UNKNOWN), rest.strip())


def category(words: str) -> Category | None:
    """The category that a référent's words name, ``None`` when they name none."""
    for word in words.split():
        bare = plain(word).removesuffix("s")
        for found, names in _CATEGORIES.items():
            if any(bare == name or (len(bare) >= 4 and name.startswith(bare)) for name in names):
                return found
    return None


def reply(rest: str) -> Reply | Refusal:
    """``2026-0042 some words`` as an answer to that report."""
    number, _, text = rest.partition(" ")
    match = _NUMBER.fullmatch(number.strip("«»:,"))
    if match is None:
        return Refusal.UNKNOWN_REPORT
    if not text.strip():
        return Refusal.EMPTY
    if not fits(text):
        return Refusal.TOO_LONG
    return Reply(f"{match[1]}-{int(match[2]):04d}", text.strip())


def bulletin_number(rest: str) -> int | None:
    """``12``, ``n° 12`` or ``n°12`` as a bulletin's number; ``None`` when none is named."""
    found = _BULLETIN.fullmatch(rest.strip())
    return int(found[1]) if found is not None else None
