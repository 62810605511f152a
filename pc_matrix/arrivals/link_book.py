"""Codes for foreign accounts, drawn and found again by a keyed digest alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from bridges.ports import Clock
from pc_matrix.registry import Contact, Registry
from pc_matrix.vault import Vault
from policies.foyer import Guest, GuestState
from policies.linking import (
    ALPHABET,
    GROUPS,
    LASTS,
    LENGTH,
    Promise,
    Tries,
    WaitingCode,
    spelled,
)
from policies.refusal import Refusal
from policies.roles import may_take_part
from policies.terms import Commune, EventId, UserId

_CONTEXT = "link-code"
_OPEN = frozenset({GuestState.INVITED, GuestState.JOINED})


class LinkBook:
    """One commune's: the bridge's ``LinkLedger``, and who may write to the bot as a guest."""

    def __init__(self, registry: Registry, vault: Vault, commune: Commune, clock: Clock) -> None:
        self._registry, self._vault = registry, vault
        self._commune, self._code, self._clock = commune, commune.code, clock

    def draw(self, promise: Promise, contact: Contact) -> str:
        """A new code for ``promise``, as people read it. It is kept nowhere, and shown once."""
        now = self._clock.now()
        signs = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * LENGTH))
        number = self._registry.draw_code(
            self._code, self._digest(signs), promise, contact, now, now + LASTS
        )
        self._registry.audit(self._code, now, "link-code-drawn", str(number), "cli")
        self._registry.forget_codes(self._code, now - LASTS)
        return spelled(signs)

    # What the bridge asks.

    def tries(self, user_id: UserId) -> Tries:
        return self._registry.tries(self._code, user_id, self._clock.now())

    def find_code(self, signs: str) -> WaitingCode | None:
        return self._registry.find_code(self._code, self._digest(signs))

    def wrong_code(self, event_id: EventId, user_id: UserId, refusal: Refusal) -> None:
        """Count it, and keep in the audit who tried."""
        now = self._clock.now()
        self._registry.note_try(self._code, event_id, user_id, now)
        self._registry.audit(self._code, now, "link-refused", user_id, "", refusal.value)

    def void_code(self, code: WaitingCode) -> None:
        if self._registry.void_code(self._code, code.id):
            self._registry.audit(self._code, self._clock.now(), "link-code-void", str(code.id))

    def use_code(self, code: WaitingCode, user_id: UserId) -> bool:
        """Bind the account; whether nobody else was faster. Twice is as once."""
        now = self._clock.now()
        if self._registry.use_code(self._code, code.id, user_id, now) is None:
            return False
        if code.used_by is None:
            self._registry.audit(self._code, now, "linked", user_id, "", str(code.id))
        for guest in self._registry.guests(self._code):
            if guest.user_id == user_id and guest.state in _OPEN:
                done = replace(guest, state=GuestState.LINKED, since=now)
                self._registry.set_guest(self._code, done)
        return True

    # Who may come near.

    def a_code_waits(self) -> bool:
        return bool(self._registry.codes(self._code, self._clock.now()))

    def hears(self, invited: Iterable[str]) -> frozenset[str]:
        """Who may write to the bot's device without being in one of its rooms.

        Those who wait for it in a room of their own, and among those who have just ``invited`` it
        the ones of a listed server, while a code waits.
        """
        known = {g.user_id for g in self._registry.guests(self._code) if g.state in _OPEN}
        coming = {u for u in map(UserId, invited) if may_take_part(u, self._commune)}
        return frozenset(known | (coming if coming and self.a_code_waits() else set()))

    def guest_of(self, room_id: str) -> Guest | None:
        """Whose room it is, while the bot is about to hear him there."""
        found = (g for g in self._registry.guests(self._code) if g.room_id == room_id)
        return next((g for g in found if g.state in _OPEN or g.state is GuestState.LINKED), None)

    def _digest(self, signs: str) -> str:
        return self._vault.digest(signs, _CONTEXT)
