"""What a matrix-nio device says of itself, for an identity to sign."""

from __future__ import annotations

from typing import Any

from pc_matrix.homeserver.http import Json


def own_device_keys(olm: Any) -> Json:
    """The device's keys as nio uploaded them, signed by the device itself; ``olm`` is nio's."""
    device_id, own = olm.device_id, olm.account.identity_keys
    keys: Json = {
        "algorithms": olm._algorithms,
        "device_id": device_id,
        "user_id": olm.user_id,
        "keys": {f"{kind}:{device_id}": own[kind] for kind in ("curve25519", "ed25519")},
    }
    signature = {olm.user_id: {f"ed25519:{device_id}": olm.sign_json(keys)}}
    return {**keys, "signatures": signature}
