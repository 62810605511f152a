"""The pinned identities of a commune's people, compared with what the homeserver says today."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridges.ports import Clock
from pc_matrix.errors import InputError
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.trust import master_key
from pc_matrix.registry import Registry
from policies.terms import CommuneCode, UserId


class Standing(StrEnum):
    """How a person's identity stands to what was pinned."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PinnedIdentity:
    """A person's pinned master key and the one that the server gives today (public keys)."""

    user_id: UserId
    pinned: str
    current: str

    @property
    def standing(self) -> Standing:
        if not self.current:
            return Standing.GONE
        return Standing.SAME if self.current == self.pinned else Standing.CHANGED


class Identities:
    """One commune's, read through the bot's own access."""

    def __init__(
        self, registry: Registry, code: CommuneCode, http: MatrixHttp, clock: Clock
    ) -> None:
        self._registry, self._code, self._http, self._clock = registry, code, http, clock

    async def all(self) -> list[PinnedIdentity]:
        """Everybody whose identity is pinned, sorted by Matrix id."""
        pins = sorted(self._registry.pins(self._code).items())
        return [PinnedIdentity(u, key, await master_key(self._http, u)) for u, key in pins]

    async def approve(self, user_id: UserId) -> PinnedIdentity:
        """Pin the identity that ``user_id`` has today, in place of the earlier one.

        Raises ``InputError`` for somebody whose identity was never pinned, or who has none now.
        """
        pinned = self._registry.pin(self._code, user_id)
        current = await master_key(self._http, user_id)
        if pinned is None or not current:
            raise InputError(
                f"Il n'y a rien à approuver pour {user_id}.",
                "Aucune identité n'est épinglée pour cette personne."
                if pinned is None
                else "Le serveur ne connaît pas d'identité pour cette personne.",
                "Vérifiez l'identifiant avec « pc-matrix trust list ».",
            )
        if current != pinned:
            now = self._clock.now()
            self._registry.set_pin(self._code, user_id, current, now)
            self._registry.audit(self._code, now, "identity.approved", user_id)
        return PinnedIdentity(user_id, pinned, current)
