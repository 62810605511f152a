"""The Megolm keys that the device holds, each with the device and the person it came from.

A key is known by room, session id and sending device, so that nobody's key can stand in the place
of another's: a member who was given a key may send us a copy of it, and gains nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from vodozemac import InboundGroupSession

from pc_matrix.homeserver.crypto.database import Database

_IN_MEMORY = 5_000


@dataclass(frozen=True, slots=True)
class RoomKey:
    """A Megolm session as its reader has it.

    ``sender``, ``sender_key`` (curve25519) and ``ed25519`` are the person and the device whose Olm
    message brought it; ``ed25519`` is claimed, until trust has looked at it.
    """

    room_id: str
    session_id: str
    sender: str
    sender_key: str
    ed25519: str
    session: InboundGroupSession = field(repr=False)


class RoomKeys:
    """All of them, on disk; those used last also in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: OrderedDict[tuple[str, str], list[RoomKey]] = OrderedDict()

    def find(
        self, room_id: str, session_id: str, sender: str, sender_key: str = ""
    ) -> RoomKey | None:
        """The key of that session that ``sender`` gave us, ``None`` when he gave none.

        ``sender_key`` chooses between several devices of his; a wrong one changes nothing else.
        """
        found = [k for k in self._of(room_id, session_id) if k.sender == sender]
        return next((k for k in found if k.sender_key == sender_key), found[0] if found else None)

    def is_known(self, session_id: str) -> bool:
        """Whether that session's key came from anybody, for any room."""
        query = "SELECT 1 FROM room_key WHERE session_id = ? LIMIT 1"
        return bool(self._database.rows(query, session_id))

    def keep(self, key: RoomKey) -> bool:
        """Keep ``key`` unless we have it as far back already; whether it was kept.

        A second key for the same session that does not agree with the first is not kept: what was
        opened once must not read otherwise later (specification, "m.room_key").
        """
        known = self._of(key.room_id, key.session_id)
        same = next((k for k in known if k.sender_key == key.sender_key), None)
        if same is not None and not _reaches_further(key, same):
            return False
        self._database.write(
            "INSERT OR REPLACE INTO room_key VALUES (?, ?, ?, ?, ?, ?, ?)",
            key.room_id,
            key.session_id,
            key.sender_key,
            key.sender,
            key.ed25519,
            key.session.first_known_index,
            key.session.pickle(self._database.key),
        )
        known[:] = [k for k in known if k is not same] + [key]
        return True

    def _of(self, room_id: str, session_id: str) -> list[RoomKey]:
        place = (room_id, session_id)
        known = self._recent.get(place)
        if known is None:
            known = self._recent[place] = self._load(room_id, session_id)
            if len(self._recent) > _IN_MEMORY:
                self._recent.popitem(last=False)
        return known

    def _load(self, room_id: str, session_id: str) -> list[RoomKey]:
        rows = self._database.rows(
            "SELECT sender, sender_key, ed25519, pickle FROM room_key"
            " WHERE room_id = ? AND session_id = ? ORDER BY sender_key",
            room_id,
            session_id,
        )
        return [
            RoomKey(
                room_id,
                session_id,
                sender,
                sender_key,
                ed25519,
                InboundGroupSession.from_pickle(pickle, self._database.key),
            )
            for sender, sender_key, ed25519, pickle in rows
        ]


def _reaches_further(new: RoomKey, known: RoomKey) -> bool:
    """Whether ``new`` is the same ratchet as ``known``, from an earlier message on."""
    index = known.session.first_known_index
    if new.session.first_known_index >= index or new.ed25519 != known.ed25519:
        return False
    ours, theirs = known.session.export_at(index), new.session.export_at(index)
    return ours is not None and theirs is not None and ours.to_base64() == theirs.to_base64()
