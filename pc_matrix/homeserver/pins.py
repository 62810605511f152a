"""Whose identity is pinned, as the device book asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol

from policies.pinning import Pin, PinOrigin, PinRule, Precedence


class Pins(Protocol):
    """Where the master keys of persons are pinned, at first use or by an administrator.

    Asked at every use, so that an approval counts at once: answer from memory. ``approved`` is
    asked for rooms alone whose rule demands it; ``pin`` may decline. ``precedence`` orders people
    of whom two claim one key.
    """

    def pinned(self, user_id: str) -> str | None: ...
    def approved(self, user_id: str) -> bool: ...
    def precedence(self, user_id: str) -> Precedence: ...
    def pin(self, user_id: str, master_key: str) -> None: ...


class PinsInMemory(dict[str, str]):
    """``Pins`` by Matrix id, for who has no registry; whatever is pinned counts as approved."""

    def pinned(self, user_id: str) -> str | None:
        return self.get(user_id)

    def approved(self, user_id: str) -> bool:
        return user_id in self

    def precedence(self, user_id: str) -> Precedence:
        return user_id not in self, 0.0

    def pin(self, user_id: str, master_key: str) -> None:
        self[user_id] = master_key


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """The account that the session itself uses, and its master key as known on this machine."""

    user_id: str
    master_key: str


@dataclass(frozen=True, slots=True)
class KnownPins:
    """The pins, with the session's own identity among them: approved, and before all others."""

    pins: Pins
    own: OwnIdentity | None

    def of(self, user_id: str, rule: PinRule) -> Pin | None:
        """The person's pin as a room of ``rule`` takes it."""
        if self.own is not None and user_id == self.own.user_id:
            return Pin(self.own.master_key, PinOrigin.APPROVED)
        key = self.pins.pinned(user_id)
        if key is None:
            return None
        is_approved = rule is PinRule.APPROVAL and self.pins.approved(user_id)
        return Pin(key, PinOrigin.APPROVED if is_approved else PinOrigin.FIRST_USE)

    def rank(self, user_id: str) -> Precedence:
        """Who comes first when two claim one key."""
        if self.own is not None and user_id == self.own.user_id:
            return False, -inf
        return self.pins.precedence(user_id)
