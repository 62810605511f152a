"""Telling devices that they get no key, and why (specification, "m.room_key.withheld").

An officer whose phone is not signed by his identity then reads the reason in Element, instead of
wondering why a message does not open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.crypto.account import MEGOLM, Account
from pc_matrix.homeserver.crypto.key_sharing import KeySharing
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.late_log import LateLog
from pc_matrix.homeserver.trust import Device

_log = LateLog(__name__)
EVERY_DEVICE = "*"
_NO_OLM = "m.no_olm"
_REASONS = {
    "m.unverified": "Cet appareil n'est pas signé par l'identité de son propriétaire.",
    "m.blacklisted": "Cet appareil est exclu.",
    "m.unauthorised": "Le registre de la commune ne donne pas ce salon à cette personne.",
    _NO_OLM: "Aucune session Olm ne peut être ouverte avec cet appareil.",
}


@dataclass(frozen=True, slots=True)
class Barred:
    """A device that gets no key, or ``EVERY_DEVICE``, with the specification's code for why."""

    user_id: str
    device_id: str
    code: str


class Withholding:
    """Tells each device once for each session; ``m.no_olm`` once for each device."""

    def __init__(self, account: Account, sharing: KeySharing) -> None:
        self._account, self._sharing = account, sharing
        self._told_no_olm: set[Device] = set()

    async def tell(
        self,
        room_id: str,
        session_id: str,
        barred: Iterable[Barred],
        unreached: Iterable[Device],
    ) -> None:
        """Tell ``barred`` devices, and ``unreached`` ones that have no one-time key.

        A courtesy: a server that refuses it does not keep a message from its readers.
        """
        lacking = set(unreached) - self._told_no_olm
        found = [*barred, *(Barred(d.user_id, d.device_id, _NO_OLM) for d in lacking)]
        content = {
            "algorithm": MEGOLM,
            "room_id": room_id,
            "session_id": session_id,
            "sender_key": self._account.curve25519,
            "from_device": self._account.device_id,
        }
        try:
            await self._sharing.send(
                "m.room_key.withheld", [(b, _notice(content, b.code)) for b in found]
            )
        except (MatrixError, ServerUnreachable) as error:
            _log.warning("withheld.not_told", room_id=room_id, error=type(error).__name__)
            return
        self._told_no_olm |= lacking


def _notice(content: Json, code: str) -> Json:
    if code == _NO_OLM:
        content = {k: v for k, v in content.items() if k not in ("room_id", "session_id")}
    return {**content, "code": code, "reason": _REASONS.get(code, code)}
