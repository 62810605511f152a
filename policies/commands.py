"""What people type to the bot: ``!signaler véhicule``, ``!répondre 2026-0042 …``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from policies.categories import named, plain
from policies.mistakes import mistakes
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
CAREFUL = frozenset(
    {
        CommandName.DROP,
        CommandName.BROADCAST,
        CommandName.WITHDRAW,
        CommandName.LEAVE,
        CommandName.NAME,
    }
)
"""What others read, what ends something, or tells a name: never done on a guess."""
_ONE_MISTAKE, _TWO_MISTAKES = 4, 8
"""From how many letters on a command may have so many typing mistakes."""
_FLAG_ALONE, _WORDS_BESIDE = "signaler", 3
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—_", "-"))
_NUMBER = re.compile(r"(\d{4})-(\d{1,6})")
_NO = ("non", "no", "pas", "plus", "stop")
_BULLETIN = re.compile(r"(?:n\s*[°ºo.]?\s*)?(\d{1,9})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command as it was typed: its name, and what follows it, unchanged.

    ``meant`` is what a mistyped one may have been, where nothing is done on a guess.
    """

    name: CommandName
    rest: str
    meant: CommandName | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """What an officer says of one report; ``number`` is empty when he wrote none."""

    number: str
    text: str


def spoken(text: str) -> Spoken | None:
    """The command that ``text`` is, ``None`` for an ordinary message.

    One typing mistake is understood, two in long words, where only one command is so near; what
    ``CAREFUL`` holds is not done then. After « ! » and a space only an infinitive counts, spelt
    well, or a command alone.
    """
    stripped = text.strip()
    after = stripped[1:].lstrip("!\uff01")
    if not stripped.startswith(("!", "\uff01")) or not after.strip():
        return None
    typed, *rest = after.split(maxsplit=1)
    word, said = _folded(typed), (rest[0].strip() if rest else "")
    if after[0].isspace():
        # « ! Rapport de la réunion » is a heading; « ! signaler véhicule » is none.
        is_plain = word in _NAMES and (not said or word.endswith(("er", "re")))
        return _told(word, said) if is_plain else None
    return _told(word, said) if typed[0].isalpha() else None


def without_bang(text: str) -> Spoken | None:
    """« signaler cambriolage » as an answer to a message, where that is all that it says."""
    first, *rest = [word for word in text.split() if plain(word)] or [""]
    is_plain = len(rest) <= _WORDS_BESIDE and all(urgent(w) or named(w) for w in rest)
    if _folded(first) != _FLAG_ALONE or not is_plain:
        return None
    return Spoken(CommandName.FLAG, " ".join(rest))


def _folded(typed: str) -> str:
    return plain(unicodedata.normalize("NFKC", typed)).translate(_HYPHENS)


def _told(word: str, said: str) -> Spoken:
    """What ``word`` asks for; ``said`` is what follows it, its second word as well."""
    second = _TWO_WORDS.get(word)
    if second is None:
        exact = _NAMES.get(word)
        return Spoken(exact, said) if exact is not None else _guessed(_nearest(word), said)
    first, *rest = said.split(maxsplit=1) or ("",)
    if _folded(first) == second:
        return Spoken(_NAMES[word], rest[0] if rest else "")
    is_near = _is_near(_folded(first), second)
    return _guessed(_NAMES[word] if is_near else None, " ".join(rest) if is_near else said)


def _guessed(name: CommandName | None, said: str) -> Spoken:
    if name is None or name in CAREFUL:
        return Spoken(CommandName.UNKNOWN, said, name)
    return Spoken(name, said)


def _nearest(word: str) -> CommandName | None:
    """The one command that ``word`` is a mistyped name of, ``None`` for none or several."""
    near = [
        (mistakes(word, known), name) for known, name in _NAMES.items() if _is_near(word, known)
    ]
    least = min((count for count, _ in near), default=0)
    found = {name for count, name in near if count == least}
    return found.pop() if len(found) == 1 else None


def _is_near(word: str, known: str) -> bool:
    if len(known) < _ONE_MISTAKE or known in _TWO_WORDS:
        return False
    allowed = 2 if len(known) >= _TWO_MISTAKES else 1
    return abs(len(word) - len(known)) <= allowed and mistakes(word, known) <= allowed


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
