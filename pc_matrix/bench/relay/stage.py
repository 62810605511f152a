"""Where it is played: a running server, the home of some communes, and their référents' phones."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pc_matrix import wiring
from pc_matrix.bench.relay.phones import Phone
from pc_matrix.bench.relay.town import Town
from pc_matrix.bench.server import Account, Server
from pc_matrix.book import Book
from pc_matrix.errors import IncompleteError
from pc_matrix.homeserver.http import MatrixHttp
from policies.reports import Report, ReportState

OUR_BOT = "pc_matrix.bench.relay.our_bot"
_LOOK = 0.5  # seconds between two looks at whether all is carried
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Stage:
    """``flagged`` counts by commune what was flagged so far, of which all has to be relayed."""

    server: Server
    home: Path
    towns: tuple[Town, ...]
    phones: tuple[Phone, ...]
    flagged: Counter[str] = field(default_factory=Counter)

    def expect(self, more: Counter[str]) -> None:
        self.flagged.update(more)

    def bot_job(self) -> dict[str, Any]:
        """What ``our_bot`` is told."""
        return {"home": str(self.home), "communes": [town.code for town in self.towns]}

    async def token(self, town: Town) -> str:
        """A token of the bot's account, without a device."""
        return await self.token_of(town.bot)

    async def token_of(self, account: Account) -> str:
        async with self.server.admin_http() as admin:
            return await self.server.token_of(admin, account)

    @asynccontextmanager
    async def as_bot(self, town: Town) -> AsyncIterator[MatrixHttp]:
        async with MatrixHttp(self.server.url, await self.token(town)) as http:
            yield http

    async def all_relayed(self) -> None:
        """Wait until every flag is settled; raises ``IncompleteError`` when that takes too long."""
        try:
            async with asyncio.timeout(_PATIENCE):
                for town in self.towns:
                    await self._until_done(town)
        except TimeoutError:
            raise IncompleteError(
                "Des signalements de la mesure ne sont pas partis.",
                f"Après {_PATIENCE:.0f} secondes, il en manque encore.",
                "La mesure ne vaut rien ; relancez-la.",
            ) from None

    async def _until_done(self, town: Town) -> None:
        with wiring.open_house(self.home, town.code) as house:
            book, count = house.book, self.flagged[town.code]
            while not _is_done(book, count):  # noqa: ASYNC110 - it is done in another process
                await asyncio.sleep(_LOOK)

    def reports(self, town: Town, first: int) -> list[Report]:
        """Its reports from the ``first``-th on, in the order of their numbers."""
        with wiring.open_house(self.home, town.code) as house:
            numbers = map(_number, range(first, self.flagged[town.code] + 1))
            found = map(house.book.report_by_number, numbers)
            return [report for report in found if report is not None]


def _is_done(book: Book, count: int) -> bool:
    last = book.report_by_number(_number(count)) if count else None
    is_sent = last is not None and last.state is ReportState.SENT
    return (is_sent or not count) and not book.waiting()


def _number(count: int) -> str:
    return f"{datetime.now(UTC).year}-{count:04d}"
