"""One-time keys and the fallback key on the server: supplied from its true count, not too often.

Any user of the server can claim our keys. The fallback key then stands in, so that honest senders
go on; supplying at each claim would only let a stranger make us work, and forget keys in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.allowance import Allowance
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import integer, mapping

_ONE_TIME = "signed_curve25519"
_SECONDS = 600.0
_TOP_UPS, _RENEWALS = 6, 2
_DRAIN = 25
"""More keys than this gone at once, and nobody who wrote to us: somebody empties our supply."""


class KeySupply:
    """Keeps one account's keys on the server; ``clock`` counts seconds."""

    def __init__(self, account: Account, clock: Callable[[], float] = time.monotonic) -> None:
        self._account, self._clock = account, clock
        self._top_ups, self._renewals = (
            Allowance(times, _SECONDS) for times in (_TOP_UPS, _RENEWALS)
        )
        self._last_count: int | None = None

    async def publish(self, http: MatrixHttp) -> None:
        """Upload the device's keys and a first set of one-time keys; harmless when done before."""
        answer = await http.request(
            "POST", client_path("keys", "upload"), {"device_keys": self._account.device_keys()}
        )
        count = one_time_key_count(answer.get("one_time_key_counts"))
        await self.supply(http, count, fallback_used=not self._account.published)

    def is_drained(self, count: int, begun: int) -> bool:
        """Whether far more keys went since the last count than the ``begun`` sessions used."""
        before, self._last_count = self._last_count, count
        return before is not None and before - count - begun >= _DRAIN

    async def supply(self, http: MatrixHttp, count: int, *, fallback_used: bool) -> None:
        """Top the server's keys up from its true ``count``, which may be 0.

        Within 10 minutes it is topped up 6 times at most, and gets two new fallback keys at most:
        of these, the account keeps the one before the last.
        """
        now = self._clock()
        missing = self._account.most_one_time_keys - count
        top_up = missing > 0 and self._top_ups.allows(now)
        renew = fallback_used and self._renewals.allows(now)
        if not (top_up or renew):
            return
        await self._upload(http, missing if top_up else 0, renew=renew)
        if top_up:
            self._top_ups.spend(now)
        if renew:
            self._renewals.spend(now)
        self._last_count = None

    async def _upload(self, http: MatrixHttp, missing: int, *, renew: bool) -> None:
        body: Json = {"one_time_keys": self._signed(self._account.one_time_keys(missing))}
        if renew:
            body["fallback_keys"] = self._signed(self._account.new_fallback_key(), fallback=True)
        await http.request("POST", client_path("keys", "upload"), body)
        self._account.mark_published()

    def _signed(self, keys: dict[str, str], *, fallback: bool = False) -> Json:
        mark = {"fallback": True} if fallback else {}
        signed = self._account.signed
        return {f"{_ONE_TIME}:{i}": signed({"key": key, **mark}) for i, key in keys.items()}


def one_time_key_count(counts: Any) -> int:
    """The server's count of our one-time keys; 0 when it names none, or none that can be.

    A count below 0 would have us make up as many keys as the server likes.
    """
    return max(0, integer(mapping({"counts": counts}, "counts"), _ONE_TIME) or 0)
