"""Olm sessions with other devices: messages sealed and opened, each ratchet saved as it moves.

Specification, "m.olm.v1.curve25519-aes-sha2": the session that last opened a message is the one to
answer in, and a few older ones are kept, since both sides may begin one at the same time.
"""

from __future__ import annotations

import base64
from collections import OrderedDict
from dataclasses import dataclass

from vodozemac import AnyOlmMessage, PreKeyMessage, Session

from pc_matrix.homeserver.crypto.account import Account
from pc_matrix.homeserver.crypto.database import Database
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.signing import from_unpadded

_KEPT = 5
_IN_MEMORY, _ON_DISK = 5_000, 50_000


@dataclass(slots=True)
class _Kept:
    session_id: str
    session: Session


class OlmSessions:
    """Every Olm session of one account, by the other device's curve25519 key, newest first."""

    def __init__(self, database: Database, account: Account) -> None:
        self._database, self._account = database, account
        self._by_key: OrderedDict[str, list[_Kept]] = OrderedDict()
        self.begun_by_others = 0
        (row,) = database.rows("SELECT coalesce(max(used), 0) FROM olm_session")
        self._used: int = row[0]

    def has(self, curve25519: str) -> bool:
        """Whether there is a session with that device."""
        return bool(self._known(curve25519))

    def begin(self, curve25519: str, one_time_key: str) -> None:
        """Begin a session, the newest from now on. Raises ``ValueError`` for keys that are none."""
        self._add(curve25519, self._account.begin_outbound(curve25519, one_time_key))

    def seal(self, curve25519: str, plaintext: bytes) -> Json:
        """``plaintext`` for a device that has a session: a ciphertext's ``type`` and ``body``.

        The session's new state is stored before it is returned.
        """
        newest = self._known(curve25519)[0]
        kind, body = newest.session.encrypt(plaintext).to_parts()
        self._save(curve25519, newest)
        return {"type": kind, "body": base64.b64encode(body).decode().rstrip("=")}

    def open(self, sender_key: str, kind: int, body: str) -> bytes | None:
        """What a ciphertext of ``sender_key`` says, ``None`` when no session opens it.

        Raises ``ValueError`` for what is no Olm message at all.
        """
        if kind != 0:
            return self._try(sender_key, AnyOlmMessage.normal(from_unpadded(body)))
        message = PreKeyMessage.from_base64(body)
        for kept in self._known(sender_key):
            if kept.session.session_matches(message):
                return self._try_one(sender_key, kept, message.to_any())
        return self._begin_inbound(sender_key, message)

    def _begin_inbound(self, sender_key: str, message: PreKeyMessage) -> bytes | None:
        try:
            session, plaintext = self._account.begin_inbound(sender_key, message)
        except ValueError:
            return None
        with self._database.transaction():
            # The one-time key is spent: the account without it is saved together with the session.
            self._account.save()
            self._add(sender_key, session)
        self.begun_by_others += 1
        return plaintext

    def prune(self) -> None:
        """Forget the sessions that were not used for the longest, when there are too many."""
        self._database.write(
            "DELETE FROM olm_session WHERE used <= (SELECT used FROM olm_session"
            " ORDER BY used DESC LIMIT 1 OFFSET ?)",
            _ON_DISK,
        )

    def _try(self, sender_key: str, message: AnyOlmMessage) -> bytes | None:
        for kept in list(self._known(sender_key)):
            plaintext = self._try_one(sender_key, kept, message)
            if plaintext is not None:
                return plaintext
        return None

    def _try_one(self, sender_key: str, kept: _Kept, message: AnyOlmMessage) -> bytes | None:
        try:
            plaintext = kept.session.decrypt(message)
        except ValueError:
            return None
        known = self._known(sender_key)
        known.remove(kept)
        known.insert(0, kept)
        self._save(sender_key, kept)
        return plaintext

    def _known(self, curve25519: str) -> list[_Kept]:
        known = self._by_key.get(curve25519)
        if known is None:
            known = self._by_key[curve25519] = self._load(curve25519)
            # All of them are on disk; whoever names keys without end does not fill the memory.
            if len(self._by_key) > _IN_MEMORY:
                self._by_key.popitem(last=False)
        return known

    def _load(self, curve25519: str) -> list[_Kept]:
        rows = self._database.rows(
            "SELECT session_id, pickle FROM olm_session WHERE sender_key = ? ORDER BY used DESC",
            curve25519,
        )
        key = self._database.key
        return [_Kept(session_id, Session.from_pickle(pickle, key)) for session_id, pickle in rows]

    def _add(self, curve25519: str, session: Session) -> None:
        known = self._known(curve25519)
        known.insert(0, _Kept(session.session_id, session))
        with self._database.transaction():
            self._save(curve25519, known[0])
            for dropped in known[_KEPT:]:
                self._database.write(
                    "DELETE FROM olm_session WHERE sender_key = ? AND session_id = ?",
                    curve25519,
                    dropped.session_id,
                )
        del known[_KEPT:]

    def _save(self, curve25519: str, kept: _Kept) -> None:
        self._used += 1
        self._database.write(
            "INSERT OR REPLACE INTO olm_session VALUES (?, ?, ?, ?)",
            curve25519,
            kept.session_id,
            kept.session.pickle(self._database.key),
            self._used,
        )
