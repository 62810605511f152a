"""HTTP with a token that was kept: that it still holds shows by the first thing that is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.in_flight import InFlight

_T = TypeVar("_T")


class KeptToken(MatrixHttp):
    """``MatrixHttp`` that has ``renew`` give another token when the first answer refuses this one.

    Once, and never later: who ends the login of a bot at work means it.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        renew: Callable[[], Awaitable[str]],
        *,
        in_flight: InFlight | None = None,
    ) -> None:
        super().__init__(base_url, token, in_flight=in_flight)
        self._renew: Callable[[], Awaitable[str]] | None = renew
        self._one_at_a_time = asyncio.Lock()

    async def _patiently(self, once: Callable[[], Awaitable[_T]], *, retry: bool) -> _T:
        tried = self.token
        try:
            answer = await super()._patiently(once, retry=retry)
        except AccessDenied:
            if not await self._renewed(tried):
                raise
            return await super()._patiently(once, retry=retry)
        self._renew = None
        return answer

    async def _renewed(self, refused: str | None) -> bool:
        """Whether there is another token than the one that was ``refused``."""
        async with self._one_at_a_time:
            if self._renew is not None and self.token == refused:
                renew, self._renew = self._renew, None
                self.token = await renew()
        return self.token != refused
