"""The key that signs a home's snapshots: drawn once, sealed by the vault, replaced by nobody."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pc_matrix.homeserver.sealed_file import SealedFile, Sealer
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.signing import from_unpadded, unpadded
from pc_matrix.settings.private_file import alone_in

FILE_NAME = "guard.sealed"
CONTEXT = "guard"


def home_key(home: Path, sealer: Sealer) -> Ed25519PrivateKey:
    """The key of ``home``, drawn when there is none.

    Raises ``StoreError`` when it does not open under the master key.
    """
    file = SealedFile(home / FILE_NAME, CONTEXT, sealer)
    with alone_in(home):
        kept = file.read()
        if kept is None:
            drawn = Ed25519PrivateKey.generate()
            kept = {"seed": unpadded(drawn.private_bytes_raw())}
            file.write(kept)
    return Ed25519PrivateKey.from_private_bytes(from_unpadded(string(kept, "seed")))


def public_text(key: Ed25519PrivateKey) -> str:
    """Its public half as it stands in Synapse's configuration: base64 of 32 bytes."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()
