"""The Megolm keys that the bot holds, found by room and session id."""

from __future__ import annotations

from nio.crypto import InboundGroupSession, Olm


class KeyRing:
    """Inbound sessions in nio's store, indexed by session id, which is unique in that store."""

    def __init__(self, olm: Olm) -> None:
        self._olm = olm
        self._by_id: dict[str, InboundGroupSession] = {s.id: s for s in olm.inbound_group_store}

    def get(self, room_id: str, session_id: str) -> InboundGroupSession | None:
        """The session of that id, ``None`` when there is none *in that room*."""
        session = self._by_id.get(session_id)
        return session if session is not None and session.room_id == room_id else None

    def accepts(self, session: InboundGroupSession) -> bool:
        """Whether ``session`` may be kept: its id is not that of another room's or device's.

        The store is keyed by session id alone, so another's key could replace a good one.
        """
        known = self._by_id.get(session.id)
        return known is None or (known.room_id, known.sender_key, known.ed25519) == (
            session.room_id,
            session.sender_key,
            session.ed25519,
        )

    def keep(self, session: InboundGroupSession) -> bool:
        """Keep ``session`` unless we have one that reads as far back; whether it was kept."""
        known = self._by_id.get(session.id)
        if known is not None and known.first_known_index <= session.first_known_index:
            return False
        self._by_id[session.id] = session
        self._olm.save_inbound_group_session(session)
        return True
