"""Room keys that arrive, sealed for us: ``m.room_key`` and what was asked for and forwarded."""

from __future__ import annotations

from vodozemac import ExportedSessionKey, InboundGroupSession, SessionKey

from pc_matrix.homeserver.crypto.account import MEGOLM
from pc_matrix.homeserver.crypto.room_keys import RoomKey, RoomKeys
from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.shapes import string


class ReceivedKeys:
    """Keeps honest keys; everything else is refused by ``None``."""

    def __init__(self, keys: RoomKeys) -> None:
        self._keys = keys

    def take(self, event: ToDeviceEvent) -> RoomKey | None:
        """The room key that a sealed ``event`` brought, ``None`` when it cannot be used.

        A forwarded key counts only from the very device that made the session: then it is as good
        as that device's own ``m.room_key``. Anybody else could have made it up (specification,
        "m.forwarded_room_key").
        """
        forwarded = event.type == "m.forwarded_room_key"
        session = _session(event, forwarded=forwarded)
        room_id, session_id = (string(event.content, k) for k in ("room_id", "session_id"))
        if session is None or not room_id or session.session_id != session_id:
            return None
        if forwarded and not _is_the_makers(event):
            return None
        key = RoomKey(room_id, session_id, event.sender, event.sender_key, event.ed25519, session)
        self._keys.keep(key)
        return key


def _session(event: ToDeviceEvent, *, forwarded: bool) -> InboundGroupSession | None:
    text = string(event.content, "session_key")
    if not event.sender_key or string(event.content, "algorithm") != MEGOLM:
        return None
    try:
        if forwarded:
            return InboundGroupSession.import_session(ExportedSessionKey(text))
        return InboundGroupSession(SessionKey(text))
    except ValueError:
        return None


def _is_the_makers(event: ToDeviceEvent) -> bool:
    return (
        string(event.content, "sender_key") == event.sender_key
        and string(event.content, "sender_claimed_ed25519_key") == event.ed25519
    )
