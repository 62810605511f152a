"""Which actions wait for rooms that the same plan makes: the others need not."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator

from policies import actions as act
from policies.actions import Action
from policies.room_shapes import parent_of
from policies.terms import RoomKey


async def together(steps: Iterable[Coroutine[None, None, None]]) -> None:
    """Do all ``steps`` at once. One that fails ends the others, which may be waiting for it."""
    tasks = [asyncio.ensure_future(step) for step in steps]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


class Awaited:
    """The rooms ``keys`` that one plan makes.

    A space that is being made is there long before everybody is invited to it: its rooms are made
    meanwhile. They are put into it afterwards: two writers in one room make the server resolve its
    state at each step.
    """

    def __init__(self, keys: Iterable[RoomKey]) -> None:
        self._there = {key: asyncio.Event() for key in keys}
        self._made = {key: asyncio.Event() for key in self._there}

    async def what_it_needs(self, action: Action) -> None:
        """Wait until the rooms that ``action`` is about are there, or were tried in vain."""
        if isinstance(action, act.CreateRoom):
            parent = parent_of(action.key)
            if parent in self._there:
                await self._there[parent].wait()
            return
        for key in _about(action):
            if key in self._made:
                await self._made[key].wait()

    def is_there(self, key: RoomKey) -> None:
        """The room has its id."""
        self._there[key].set()

    def is_over(self, action: Action) -> None:
        """Everything was done for the room that ``action`` makes, or it will not be there."""
        if isinstance(action, act.CreateRoom):
            self._there[action.key].set()
            self._made[action.key].set()


def _about(action: Action) -> Iterator[RoomKey]:
    match action:
        case act.MakeAccount() | act.RenewPassword():
            pass
        case act.ForgetRoom() | act.RetireRoom() | act.AdoptRoom():
            pass  # another room than the one that is made
        case act.LinkChild():
            yield from (action.key, action.child)
        case act.LinkParent():
            yield from (action.key, action.parent)
        case _:
            yield action.key
