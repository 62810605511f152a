"""The keys that a verification is about, as they stood when it began.

Specification: client-server API, "Key and signature security": they may not change on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

from pc_matrix.homeserver.verification.values import TheirKeys


@dataclass(frozen=True, slots=True)
class Fixed:
    """Their device's Ed25519 key and their master key, which may be empty."""

    device_id: str
    device_ed25519: str
    master_key: str

    def still_hold(self, keys: TheirKeys) -> bool:
        """Whether the homeserver says the same today."""
        return self == fix(keys, self.device_id)

    def by_key_id(self) -> dict[str, str]:
        """What their proofs may be about."""
        return by_key_id(self.device_id, self.device_ed25519, self.master_key)

    def master_among(self, key_ids: tuple[str, ...]) -> str:
        """The master key if it is among ``key_ids``, else empty."""
        return self.master_key if f"ed25519:{self.master_key}" in key_ids else ""


def fix(keys: TheirKeys, device_id: str) -> Fixed | None:
    """The keys to verify, ``None`` when the device has none that counts.

    Nor when one of the person's devices is named like the master key: a proof could not say which
    of the two it is about.
    """
    device_ed25519 = keys.devices.get(device_id, "")
    if not device_ed25519 or keys.master_key in keys.devices:
        return None
    return Fixed(device_id, device_ed25519, keys.master_key)


def by_key_id(device_id: str, ed25519: str, master_key: str) -> dict[str, str]:
    """A device's key and an identity's master key, if there is one, as SAS names them."""
    keys = {f"ed25519:{device_id}": ed25519}
    return {**keys, f"ed25519:{master_key}": master_key} if master_key else keys
