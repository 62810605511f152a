"""What the runner of verifications needs of the session and of the registry."""

from __future__ import annotations

from typing import Protocol

from pc_matrix.homeserver.device_lists import SeenUser
from pc_matrix.homeserver.verification.values import OwnKeys, SendInRoom, SendToDevice
from policies.terms import Directory, UserId
from policies.verification import Outcome, Verification


class Line(Protocol):
    """How events leave, and what the homeserver says of keys (``VerificationLine``)."""

    own: OwnKeys

    async def keys_of(self, user_id: str) -> SeenUser | None: ...
    async def to_device(self, effect: SendToDevice, txn: str) -> None: ...
    async def in_room(self, effect: SendInRoom, txn: str, readers: SeenUser | None) -> None: ...


class Ledger(Protocol):
    """Where codes wait for their comparison, and what follows from it is kept."""

    def directory(self) -> Directory: ...
    def verifications(self) -> list[Verification]: ...
    def set_verification(self, found: Verification) -> None: ...
    def pin_verified(self, user_id: UserId, master_key: str) -> None: ...
    def end_verification(self, user_id: UserId, flow_id: str, outcome: Outcome) -> None: ...
