"""Both sides of a plan: what the registry wants, and what the rooms and accounts are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from bridges.wording.rooms import room_texts
from pc_matrix.provisioning.accounts import Accounts, not_seen
from pc_matrix.provisioning.asking import asking
from pc_matrix.provisioning.images import Images
from pc_matrix.provisioning.observe import Observer
from pc_matrix.provisioning.ports import Charters, RoomRegistry
from pc_matrix.provisioning.reports import Survey
from pc_matrix.registry.kept import Kept
from policies.actions import Knocking
from policies.membership import Expected, expected
from policies.plan import Plan
from policies.reconcile import plan
from policies.room_shapes import RoomTexts
from policies.terms import Commune, RoomKey, UserId
from policies.world import Account, Observed, ObservedRoom


class Surveyor:
    """One commune's; changes nothing.

    Without ``accounts``, ``charters`` or ``images`` a plan does not speak of these.
    """

    def __init__(
        self,
        observer: Observer,
        registry: RoomRegistry,
        commune: Commune,
        clock: Callable[[], datetime],
        *,
        accounts: Accounts | None,
        charters: Charters | None,
        images: Images | None,
    ) -> None:
        self._observer, self._registry = observer, registry
        self._commune, self._clock = commune, clock
        self._accounts, self._charters, self._images = accounts, charters, images

    async def of_all(self, asked: frozenset[RoomKey] = frozenset()) -> Survey:
        """Every room, and the people's accounts; the rooms ``asked`` for are to be made anew.

        Raises ``ServerUnreachable``, and ``AccessDenied`` when the server refuses to be asked.
        """
        wanted = replace(self.expected(), replace=asked)
        with asking():
            seen = await self._rooms_seen()
            accounts, unopened = await self._accounts_of(wanted, seen)
        kept = self._kept()
        observed = replace(
            self._beside(seen, kept),
            whole=True,
            accounts=accounts,
            chartered=None if self._charters is None else kept.chartered(self._charters.version),
            unopened=unopened,
        )
        return _survey(wanted, observed, kept)

    def of_some(self, seen: tuple[ObservedRoom, ...], wanted: Expected | None = None) -> Survey:
        """What some rooms, looked at alone, are to become.

        What was ``wanted`` before they were looked at is enough to see that nothing is amiss;
        before anything is done about it, the registry is read again: whoever is new in it may be in
        the rooms already.
        """
        kept = self._kept()
        observed = self._beside(seen, kept)
        if wanted is not None:
            survey = _survey(wanted, observed, kept)
            if not survey.plan.actions and not _asks_to_come_in(survey.plan):
                return survey
        return _survey(self.expected(), observed, kept)

    def expected(self) -> Expected:
        """What the registry wants now."""
        directory = self._registry.directory(self._commune)
        return expected(directory, self._clock(), self._texts)

    def _kept(self) -> Kept:
        return self._registry.kept(self._commune.code)

    def _beside(self, seen: tuple[ObservedRoom, ...], kept: Kept) -> Observed:
        return beside(seen, kept, () if self._images is None else self._images.digests)

    def _texts(self, key: RoomKey) -> RoomTexts:
        texts = room_texts(self._commune, key)
        if self._images is None:
            return texts
        return replace(texts, image=self._images.digest(key.kind))

    async def _accounts_of(
        self, wanted: Expected, seen: tuple[ObservedRoom, ...]
    ) -> tuple[Mapping[UserId, Account], Mapping[UserId, datetime]]:
        """The accounts of those who are in no room, and which of them nobody ever opened."""
        if self._accounts is None:
            return {}, {}
        absent = not_seen(wanted.people(), seen, self._commune.server_name)
        return await self._accounts.look(absent), await self._accounts.unopened(absent)

    async def _rooms_seen(self) -> tuple[ObservedRoom, ...]:
        """All rooms; those whose creation was begun and not ended are waited for."""
        nonces = set(self._registry.room_intents(self._commune.code).values())
        known = self._registry.rooms(self._commune.code)
        return await self._observer.look_at_all(known, nonces)


def beside(seen: tuple[ObservedRoom, ...], kept: Kept, pictures: Collection[str]) -> Observed:
    """Rooms, looked at alone, with what the registry remembers of all of them.

    ``pictures`` are the digests of those that rooms show.
    """
    return Observed(
        seen,
        kept.rooms,
        whole=False,
        charters=kept.charters,
        images={digest: mxc for digest, mxc in kept.images.items() if digest in pictures},
        retired=kept.retired,
    )


def _survey(wanted: Expected, observed: Observed, kept: Kept) -> Survey:
    return Survey(wanted, observed, plan(wanted, observed), kept.people)


def _asks_to_come_in(found: Plan) -> bool:
    """Whether somebody knocks, who may have been answered meanwhile."""
    return any(isinstance(notice, Knocking) for notice in found.notices)
