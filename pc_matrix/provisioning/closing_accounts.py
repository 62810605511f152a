"""The account of somebody who is erased: closed for good where we had made it, never another's."""

from __future__ import annotations

from enum import StrEnum

from pc_matrix.errors import PcError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.ports import AccountServer
from pc_matrix.registry.records import AccountState
from policies.terms import UserId


class Fate(StrEnum):
    """What became of an erased person's account."""

    CLOSED = "closed"
    """Nobody logs in to it again; its name and picture are gone, its messages hidden."""
    NOT_OURS = "not-ours"
    """It was there before us, or is another server's: its owner's alone."""
    SHARED = "shared"
    """Another commune has the same person, and uses it."""
    UNSURE = "unsure"
    """It is ours, and whether another commune uses it could not be read: it stays."""
    GONE = "gone"
    REFUSED = "refused"
    """The server was not reached, or refused: an administrator closes it by hand."""


async def close_account(server: AccountServer | None, who: UserId, state: AccountState) -> Fate:
    """Close the account that ``state`` says is ours; once the registry forgot, nobody knows.

    Whether another commune uses it is the caller's to ask, before.
    """
    if state in (AccountState.NONE, AccountState.FOUND):
        return Fate.NOT_OURS
    if server is None:
        return Fate.REFUSED
    try:
        known = await server.user(who)
        if known is None or known.deactivated:
            return Fate.GONE
        if known.admin:
            return Fate.NOT_OURS
        await server.deactivate(who, erase=True)
    except (PcError, MatrixError):
        return Fate.REFUSED
    return Fate.CLOSED
