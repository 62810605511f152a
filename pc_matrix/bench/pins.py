"""Pinned identities in memory, where no registry is measured."""

from __future__ import annotations

from policies.pinning import Precedence


class Pins(dict[str, str]):
    """``homeserver.trust.Pins`` by Matrix id; nobody is asked to approve."""

    def pinned(self, user_id: str) -> str | None:
        return self.get(user_id)

    def approved(self, user_id: str) -> bool:
        return user_id in self

    def precedence(self, user_id: str) -> Precedence:
        return user_id not in self, 0.0

    def pin(self, user_id: str, master_key: str) -> None:
        self[user_id] = master_key
