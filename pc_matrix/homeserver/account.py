"""The bot's Olm account: its device keys, and the one-time keys that others need to reach it.

The account is saved before anything that refers to it is sent: a crash after an upload would
otherwise leave keys on the server whose private halves are lost.
"""

from __future__ import annotations

from typing import Any

from nio.crypto import Olm

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import integer, mapping

_ALGORITHMS = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"]
_ONE_TIME = "signed_curve25519"


class Account:
    """The device's account; ``olm`` is nio's machine on an open store."""

    def __init__(self, olm: Olm) -> None:
        self._olm = olm

    @property
    def curve25519(self) -> str:
        return str(self._olm.account.identity_keys["curve25519"])

    @property
    def ed25519(self) -> str:
        return str(self._olm.account.identity_keys["ed25519"])

    def device_keys(self) -> Json:
        """The device's keys, signed by the device itself (specification, "Device keys")."""
        user_id, device_id = self._olm.user_id, self._olm.device_id
        keys: Json = {
            "algorithms": _ALGORITHMS,
            "device_id": device_id,
            "user_id": user_id,
            "keys": {
                f"curve25519:{device_id}": self.curve25519,
                f"ed25519:{device_id}": self.ed25519,
            },
        }
        return self._signed(keys)

    async def publish(self, http: MatrixHttp) -> None:
        """Upload the device's keys and a first set of one-time keys; harmless when done before."""
        answer = await http.request(
            "POST", client_path("keys", "upload"), {"device_keys": self.device_keys()}
        )
        count = one_time_key_count(answer.get("one_time_key_counts"))
        await self.supply(http, count, fallback_used=not self._olm.account.shared)

    async def supply(self, http: MatrixHttp, count: int, *, fallback_used: bool) -> None:
        """Top the server's one-time keys up from its true ``count``, which may be 0.

        With ``fallback_used`` a new fallback key is made as well: it stands in for one-time keys
        when strangers have claimed them all.
        """
        wanted = self._olm.account.max_one_time_keys
        if count >= wanted and not fallback_used:
            return
        body = self._fresh_keys(max(0, wanted - count), fallback=fallback_used)
        self._olm.save_account()
        await http.request("POST", client_path("keys", "upload"), body)
        self._olm.mark_keys_as_published()
        self._olm.account.shared = True
        self._olm.save_account()

    def _fresh_keys(self, missing: int, *, fallback: bool) -> Json:
        account: Any = self._olm.account
        # Keys that an earlier, interrupted upload left unpublished are sent again as they are.
        unpublished = account.one_time_keys["curve25519"]
        if missing > len(unpublished):
            account.generate_one_time_keys(missing - len(unpublished))
        body: Json = {"one_time_keys": self._signed_keys(account.one_time_keys["curve25519"])}
        if fallback:
            account._account.generate_fallback_key()
            keys = {i: key.to_base64() for i, key in account._account.fallback_key.items()}
            body["fallback_keys"] = self._signed_keys(keys, fallback=True)
        return body

    def _signed_keys(self, keys: dict[str, str], *, fallback: bool = False) -> Json:
        mark = {"fallback": True} if fallback else {}
        return {f"{_ONE_TIME}:{i}": self._signed({"key": key, **mark}) for i, key in keys.items()}

    def _signed(self, data: Json) -> Json:
        signature = self._olm.sign_json(data)
        key_id = f"ed25519:{self._olm.device_id}"
        return {**data, "signatures": {self._olm.user_id: {key_id: signature}}}


def one_time_key_count(counts: Any) -> int:
    """The server's count of our one-time keys; 0 when it names none."""
    return integer(mapping({"counts": counts}, "counts"), _ONE_TIME) or 0
