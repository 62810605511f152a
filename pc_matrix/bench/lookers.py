"""Two copies of one device of our session: before its first look at the rooms, and after it."""

from __future__ import annotations

import shutil
from pathlib import Path

from pc_matrix.bench.server import Account
from pc_matrix.homeserver.opening import Place, open_session
from pc_matrix.homeserver.pins import PinsInMemory
from pc_matrix.vault import Vault

FIRST, AGAIN = "first", "again"
"""The folders of a device that knows no room yet, and of one that remembers them."""


async def build(url: str, folder: Path, vault: Vault, account: Account) -> str:
    """Make both in ``folder``; the cursor at which the second one knows its rooms."""
    first, again = folder / FIRST, folder / AGAIN
    async with open_session(
        _place(url, first, account), vault, PinsInMemory(), lambda _r: frozenset()
    ):
        pass
    shutil.copytree(first, again)
    place = _place(url, again, account)
    async with open_session(place, vault, PinsInMemory(), lambda _r: frozenset()) as session:
        return (await session.next(None, wait=0)).cursor


def _place(url: str, folder: Path, account: Account) -> Place:
    return Place(url, account.user_id, account.password, folder, folder / "lock")
