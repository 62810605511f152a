"""The commune's mail server and signer, as its file and its vault have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pc_matrix.mail.post import Post
from pc_matrix.mail.signing import Signer, signer
from pc_matrix.settings import Settings
from pc_matrix.vault import Vault


def open_post(settings: Settings, vault: Vault, now: Callable[[], datetime]) -> Post | None:
    """The commune's mail server, ``None`` when its file names none.

    Raises ``StoreError`` when the key that signs mails cannot be read or made.
    """
    signing = open_signer(settings, vault, now())
    if settings.mail is None or signing is None:
        return None
    return Post(settings.mail, settings.commune.name, settings.certificates, signing, now)


def open_signer(settings: Settings, vault: Vault, now: datetime) -> Signer | None:
    """What signs the commune's mails, made at first use; ``None`` when it sends none."""
    if settings.mail is None:
        return None
    s, sender = settings, settings.mail.sender
    return signer(s.session_dir, s.bot, vault, s.commune.name, sender, now)
