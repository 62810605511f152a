"""The three seeds and the names under which secret storage knows them.

Specification: client-server API, "Cross-signing", private keys in secret storage.
"""

from __future__ import annotations

from pc_matrix.homeserver.identity import USAGES, Identity

SECRETS = {usage: f"m.cross_signing.{usage}" for usage in USAGES}
"""Usage → the secret's name, which is also its account data's type."""


def seeds_of(identity: Identity) -> dict[str, bytes]:
    """Usage → 32 bytes."""
    return {
        "master": identity.master.seed(),
        "self_signing": identity.self_signing.seed(),
        "user_signing": identity.user_signing.seed(),
    }
