"""What waits in the inbox is carried: several at once where their order allows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog

from bridges.outcome import MOVES_PEOPLE, Broken, Later, Outcome, word
from pc_matrix.errors import PcError
from pc_matrix.homeserver.http import MatrixError, ServerFault
from pc_matrix.putting_off import is_of_one_room
from policies.incoming import Incoming
from policies.terms import Directory
from policies.turns import may_start

_log = structlog.get_logger(__name__)


class Waiting(Protocol):
    """The part of the inbox that is emptied here."""

    def waiting(self) -> list[tuple[int, Incoming]]: ...
    def settle(self, inbox_id: int, outcome: str) -> None: ...
    def directory(self) -> Directory: ...


class Carries(Protocol):
    """What takes one item where it belongs: ``bridges.carrier``."""

    async def carry(self, item: Incoming, directory: Directory) -> Outcome: ...
    async def give_up(self, item: Incoming, directory: Directory) -> Outcome: ...


class Draining:
    """One emptying of the inbox: everything that waited when it began.

    ``settled`` is called after each item that was dealt with.
    """

    def __init__(
        self, inbox: Waiting, carrier: Carries, settled: Callable[[Incoming], None]
    ) -> None:
        self._inbox, self._carrier, self._settled = inbox, carrier, settled
        self._waiting = dict(inbox.waiting())
        self._carried: dict[asyncio.Task[Outcome | None], int] = {}

    async def run(self) -> bool:
        """Carry it all; whether rooms have other people for it.

        Raises ``ServerUnreachable`` and what else the whole server refuses, with nothing left on
        its way; what was not settled waits for another time.
        """
        moves_people = False
        try:
            while self._waiting:
                self._start()
                moves_people |= await self._next_ones()
        finally:
            await self._stop()
        return moves_people

    def _start(self) -> None:
        for inbox_id in may_start(tuple(self._waiting.items()), self._carried.values()):
            task = asyncio.create_task(self._carry(inbox_id, self._waiting[inbox_id]))
            self._carried[task] = inbox_id

    async def _next_ones(self) -> bool:
        """Wait for one at least; every one that ended leaves, also beside one that failed."""
        done, _ = await asyncio.wait(self._carried, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self._waiting[self._carried.pop(task)]
        failures = [failure for task in done if (failure := task.exception())]
        if failures:
            raise failures[0]
        return any(isinstance(task.result(), MOVES_PEOPLE) for task in done)

    async def _carry(self, inbox_id: int, item: Incoming) -> Outcome | None:
        """Carry one and settle it; ``None`` when it has to be tried again."""
        try:
            outcome = await self._tried(item)
        except (ServerFault, MatrixError) as refusal:
            # One room that refuses us holds up nothing else; this item is tried again.
            if not is_of_one_room(refusal):
                raise
            _log.warning("inbox.put_off", event_id=item.event_id, status=refusal.status)
            return None
        if isinstance(outcome, Later):
            return None  # what it waits for is in this inbox, too
        self._inbox.settle(inbox_id, word(outcome))
        self._settled(item)
        _log.info("inbox.settled", event_id=item.event_id, outcome=word(outcome))
        return outcome

    async def _tried(self, item: Incoming) -> Outcome:
        """Carried, at the second try if need be. What a mistake of ours fails twice is put before a
        human and let go: it would stop the bot at each start, and everybody's reports with it.
        """
        for _ in range(2):
            try:
                return await self._carrier.carry(item, self._inbox.directory())
            except (PcError, MatrixError, OSError, MemoryError):
                raise  # of the server, the registry or the machine
            except Exception as error:
                _log.error("inbox.failed", event_id=item.event_id, exc_info=error)
        return await self._given_up(item)

    async def _given_up(self, item: Incoming) -> Outcome:
        try:
            return await self._carrier.give_up(item, self._inbox.directory())
        except (PcError, MatrixError, OSError, MemoryError):
            raise
        except Exception as error:
            _log.error("inbox.not_told", event_id=item.event_id, exc_info=error)
            return Broken()

    async def _stop(self) -> None:
        for task in self._carried:
            task.cancel()
        for task in self._carried:
            # Only the first failure is told: the others are of the same server, and come again.
            with suppress(asyncio.CancelledError, Exception):
                await task
