"""Accounts of ours are opened once their passwords were shown; a lost one is replaced."""

from __future__ import annotations

from collections.abc import Iterable

from pc_matrix.errors import IncompleteError, SettingsError
from pc_matrix.provisioning.accounts import Accounts, Closed, NewAccount
from pc_matrix.provisioning.asking import asking
from policies.terms import Person, UserId


async def hand_over(accounts: Accounts | None, shown: Iterable[NewAccount]) -> None:
    """Open what was ``shown``; raises as ``Provisioner.hand_over`` does."""
    new = list(shown)
    closed = await required(accounts).open_all(new) if new else ()
    if closed:
        raise IncompleteError(
            f"{len(closed)} compte(s) restent fermés : leur mot de passe n'ouvre rien.",
            f"Le serveur Matrix n'a pas répondu comme il faut : {', '.join(closed)}.",
            "Relancez la même commande : un autre mot de passe sera tiré. Jetez celui-ci.",
        )


async def new_passwords(
    accounts: Accounts | None, people: Iterable[Person], *, lost_password: bool
) -> tuple[tuple[NewAccount, ...], tuple[tuple[UserId, Closed], ...]]:
    """A new password for each of ours, and who gets none, with why."""
    ours = required(accounts)
    with asking():
        found = [
            (p.user_id, await ours.again(p.user_id, p.name, lost_password=lost_password))
            for p in people
        ]
    new = tuple(one for _who, one in found if isinstance(one, NewAccount))
    return new, tuple((who, one) for who, one in found if isinstance(one, Closed))


def required(accounts: Accounts | None) -> Accounts:
    """The accounts; raises ``SettingsError`` without an administrator's token."""
    if accounts is None:
        raise SettingsError(
            "Les comptes de ce serveur ne peuvent pas être ouverts.",
            "Aucun jeton d'administration n'est donné.",
            "Donnez « admin_token » dans secrets.toml.",
        )
    return accounts
