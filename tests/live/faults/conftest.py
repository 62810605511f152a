"""What the scenarios share: the server, an honest person, and somebody who forges.

Both live as long as the package: each scenario has rooms and an engine of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex

import pytest
import pytest_asyncio

from pc_matrix.homeserver.opening import Place
from tests.live import proxy
from tests.live.conftest import Synapse
from tests.live.faults import bare, ours
from tests.live.faults.engine import Engine, Enter
from tests.live.faults.forger import Forger, forger
from tests.live.faults.ours import Ours


@dataclass
class World:
    """Accounts on the server; everybody is entitled to everything, so that nothing hides a leak."""

    synapse: Synapse
    directory: Path
    people: set[str] = field(default_factory=set)
    _here: str = field(default_factory=lambda: token_hex(3))
    """Of this world alone: a test process may leave this folder and come back to it."""
    _number: itertools.count[int] = field(default_factory=itertools.count)

    async def place(self, name: str) -> Place:
        """A new account, and a directory for its device."""
        unique = f"{name}-{self._here}-{next(self._number)}"
        user_id, password = await self.synapse.account(unique)
        self.people.add(user_id)
        return self._place(user_id, password, unique)

    def further(self, place: Place) -> Place:
        """Another device of the same account, signed by the same identity."""
        unique = f"{place.directory.name}-{next(self._number)}"
        other = self._place(place.user_id, place.password, unique)
        seeds = place.sealed("identity", ours.VAULT).read()
        if seeds is not None:
            other.sealed("identity", ours.VAULT).write(seeds)
        return other

    def _place(self, user_id: str, password: str, folder: str) -> Place:
        where = self.directory / folder
        where.mkdir(mode=0o700)
        return Place(self.synapse.url, user_id, password, where, where / "lock")

    def ours(self, place: Place) -> AbstractAsyncContextManager[Ours]:
        return ours.enterer(self.people)(place)

    def proxy(self) -> AbstractAsyncContextManager[proxy.Proxy]:
        return proxy.proxy(self.synapse.url)


def behind(place: Place, url: str) -> Place:
    """The same device, which reaches the server by ``url``."""
    return replace(place, base_url=url)


@dataclass(frozen=True)
class Scene:
    """One scenario's: the world, who else is in it, and how the engine under test is entered."""

    world: World
    enter: Enter
    ann: Engine
    ann_place: Place
    mallory: Forger
    patience: float = 10.0
    """Seconds in which a thing has to happen that happens in the background."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def shared(
    synapse: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    world = World(synapse, tmp_path_factory.mktemp("faults"))
    ann_place, mallory_place = await world.place("ann"), await world.place("mallory")
    async with world.ours(ann_place) as ann, forger(mallory_place) as mallory:
        yield Scene(world, world.ours, ann, ann_place, mallory)


@pytest.fixture
def on_ours(shared: Scene) -> Scene:
    return shared


@pytest.fixture
def on_bare(shared: Scene) -> Scene:
    # What bare nio has lost does not come later either.
    return replace(shared, enter=bare.enter, patience=2.0)
