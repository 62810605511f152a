"""Both sides of a plan: what the registry wants, and what the rooms and accounts are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bridges.wording.rooms import room_texts
from pc_matrix.provisioning.accounts import Accounts, not_seen
from pc_matrix.provisioning.asking import asking
from pc_matrix.provisioning.images import Images
from pc_matrix.provisioning.observe import Observer
from pc_matrix.provisioning.ports import Charters, RoomRegistry
from pc_matrix.provisioning.reports import Survey
from policies.membership import Expected, expected
from policies.reconcile import plan
from policies.room_shapes import RoomTexts
from policies.terms import Commune, RoomId, RoomKey, UserId
from policies.world import Account, Observed, ObservedRoom


class Surveyor:
    """One commune's; changes nothing. ``retired`` gives the rooms that stand for no key any more.

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
        retired: Callable[[], frozenset[RoomId]],
    ) -> None:
        self._observer, self._registry = observer, registry
        self._commune, self._clock = commune, clock
        self._accounts, self._charters, self._images = accounts, charters, images
        self._retired = retired

    async def of_all(self, asked: frozenset[RoomKey] = frozenset()) -> Survey:
        """Every room, and the people's accounts; the rooms ``asked`` for are to be made anew.

        Raises ``ServerUnreachable``, and ``AccessDenied`` when the server refuses to be asked.
        """
        wanted = replace(self.expected(), replace=asked)
        with asking():
            observed = await self._observe(wanted)
        return self._survey(wanted, observed)

    def of_some(self, seen: tuple[ObservedRoom, ...]) -> Survey:
        """What some rooms, looked at alone, are to become."""
        return self._survey(self.expected(), self._beside(seen))

    def expected(self) -> Expected:
        """What the registry wants now."""
        directory = self._registry.directory(self._commune)
        return expected(directory, self._clock(), self._texts)

    def _survey(self, wanted: Expected, observed: Observed) -> Survey:
        before = self._registry.applied_people(self._commune.code)
        return Survey(wanted, observed, plan(wanted, observed), before)

    def _beside(self, seen: tuple[ObservedRoom, ...]) -> Observed:
        """The rooms with what the registry remembers of all of them."""
        said = self._registry.charter_events(self._commune.code)
        return Observed(
            seen,
            self._registered(),
            whole=False,
            charters=said,
            images={} if self._images is None else self._images.uploaded(),
            retired=self._retired(),
        )

    def _texts(self, key: RoomKey) -> RoomTexts:
        texts = room_texts(self._commune, key)
        if self._images is None:
            return texts
        return replace(texts, image=self._images.digest(key.kind))

    async def _observe(self, wanted: Expected) -> Observed:
        seen = await self._rooms_seen()
        accounts: Mapping[UserId, Account] = {}
        unopened: Mapping[UserId, datetime] = {}
        if self._accounts is not None:
            absent = not_seen(wanted.people(), seen, self._commune.server_name)
            accounts = await self._accounts.look(absent)
            unopened = await self._accounts.unopened(absent)
        return replace(
            self._beside(seen),
            whole=True,
            accounts=accounts,
            chartered=self._chartered(),
            unopened=unopened,
        )

    async def _rooms_seen(self) -> tuple[ObservedRoom, ...]:
        """All rooms; those whose creation was begun and not ended are waited for."""
        nonces = set(self._registry.room_intents(self._commune.code).values())
        known = self._registry.rooms(self._commune.code)
        return await self._observer.look_at_all(known, nonces)

    def _registered(self) -> dict[RoomKey, RoomId]:
        rooms = self._registry.rooms(self._commune.code)
        return {key: room_id for room_id, key in rooms.items()}

    def _chartered(self) -> frozenset[RoomId] | None:
        if self._charters is None:
            return None
        code = self._commune.code
        without = set(self._registry.rooms_without_charter(code, self._charters.version))
        return frozenset(room for room in self._registry.rooms(code) if room not in without)
