"""Whose foreign account is whose: one-time codes that the town hall gives to people it knows.

A code proves that the account belongs to whom it was given, by telephone or on paper. Eight signs
of an alphabet of 31 are 39 bits; with the tries that an account and a server have in a day, and
codes that live a week, somebody guesses one of a hundred that wait once in 20 million times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.refusal import Refusal
from policies.roles import may_take_part
from policies.terms import Commune, Mandate, Person, UserId

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1, which people mistake for one another."""
GROUPS, LENGTH = 2, 4
LASTS = timedelta(days=7)
TRIES_OF_ONE = 5
"""Wrong codes that one account may write in ``TRIES_COUNT_FOR``."""
TRIES_OF_A_SERVER = 50
"""Wrong codes that all accounts of one server may write in it."""
TRIES_COUNT_FOR = timedelta(days=1)
SIGNED_WITHIN = timedelta(minutes=2)
"""How long another server may be late to tell that somebody signed the device he wrote on."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong codes in the last day: by the account itself, and from its whole server."""

    by_him: int
    by_his_server: int


@dataclass(frozen=True, slots=True)
class WaitingCode:
    """A code that was drawn, and whether somebody used it; the code itself is kept nowhere."""

    id: int
    expires_at: datetime
    used_by: UserId | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What a code stands for: a person and a mandate whose Matrix id is not known yet."""

    name: str
    language: str
    mandate: Mandate

    def kept_for(self, user_id: UserId) -> tuple[Person, Mandate]:
        """The same, of ``user_id``."""
        held = self.mandate
        given = Mandate(
            user_id,
            held.role,
            held.since,
            held.until,
            held.sector,
            held.authority,
            held.charter_accepted,
        )
        return Person(user_id, self.name, self.language), given


def spelled(signs: str) -> str:
    """The code's signs as people read them: ``ABCD-EFGH``."""
    return "-".join(signs[i : i + LENGTH] for i in range(0, len(signs), LENGTH))


def typed(words: str) -> str | None:
    """The signs of a code as somebody typed it, ``None`` for what cannot be one.

    Case, spaces and dashes do not matter, nor the quotation marks that people copy with it.
    """
    bare = "".join(sign for sign in words.upper() if sign.isalnum())
    right = len(bare) == GROUPS * LENGTH and all(sign in ALPHABET for sign in bare)
    return bare if right else None


def may_try(user_id: UserId, commune: Commune, tries: Tries) -> Refusal | None:
    """Why ``user_id`` may not try a code at all now, ``None`` when he may."""
    if not may_take_part(user_id, commune) or user_id == commune.bot:
        return Refusal.SERVER_NOT_LISTED
    if tries.by_him >= TRIES_OF_ONE or tries.by_his_server >= TRIES_OF_A_SERVER:
        return Refusal.TOO_MANY_CODES
    return None


def may_yet_be_signed(refusal: Refusal | None, said_at: datetime, now: datetime) -> bool:
    """Whether a device that looks unsigned may only look so until the servers have spoken."""
    return refusal is Refusal.UNSIGNED_DEVICE and abs(now - said_at) < SIGNED_WITHIN


def opens(code: WaitingCode | None, user_id: UserId, now: datetime) -> WaitingCode | Refusal:
    """The code, when it gives ``user_id`` what it stands for.

    Only who has the code learns that it expired or was used. Who used it may say it again.
    """
    if code is None:
        return Refusal.WRONG_CODE
    if code.used_by == user_id:
        return code
    if code.used_by is not None:
        return Refusal.CODE_USED
    return code if now < code.expires_at else Refusal.CODE_EXPIRED
