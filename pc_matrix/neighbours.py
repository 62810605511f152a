"""The other communes of the same home or registry, where they use the account of the same person.

Several communes may share one database, or have one each under one home; a home knows nothing of
communes that share its homeserver alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pc_matrix import settings
from pc_matrix.errors import PcError
from pc_matrix.house import House
from pc_matrix.registry import Registry
from pc_matrix.registry.records import AccountState
from policies.terms import CommuneCode, UserId

MADE_BY_US = frozenset({AccountState.MADE, AccountState.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where else a person is registered: the communes by their database's address.

    ``unknown`` are communes of this home whose file or database could not be read.
    """

    found: tuple[tuple[str, tuple[CommuneCode, ...]], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[CommuneCode, ...]:
        return tuple(sorted(code for _, codes in self.found for code in codes))


def elsewhere(house: House, user_id: UserId) -> Elsewhere:
    """In which other communes of this home, or of its databases, ``user_id`` is registered."""
    own, home = house.settings.commune.code, house.settings.home
    found, unknown = dict[str, tuple[CommuneCode, ...]](), list[str]()
    for code in (own, *settings.communes(home)):
        try:
            url = house.settings.database_url if code == own else _database_of(house, code)
            if url not in found:
                with _registry(house, url) as registry:
                    found[url] = tuple(c for c in registry.communes_of(user_id) if c != own)
        except PcError:
            unknown.append(code)
    read = {code for codes in found.values() for code in codes}
    return Elsewhere(
        tuple((url, codes) for url, codes in found.items() if codes),
        tuple(code for code in unknown if code not in read),
    )


def hand_on(house: House, user_id: UserId, state: AccountState, where: Elsewhere) -> None:
    """Let the other communes close, one day, the account that this one had made."""
    if state not in MADE_BY_US:
        return
    for url, codes in where.found:
        with _registry(house, url) as registry:
            registry.hand_on_account(codes, user_id, state, house.clock.now())


def _database_of(house: House, code: str) -> str:
    return settings.load(house.settings.home, code).database_url


@contextmanager
def _registry(house: House, url: str) -> Iterator[Registry]:
    if url == house.settings.database_url:
        yield house.registry
        return
    with Registry.open(url, house.vault) as registry:
        yield registry
