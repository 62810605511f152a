"""Writing a commune's snapshot: when it says something new, and then with a greater version."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pc_matrix.errors import SettingsError
from pc_matrix.homeserver.guard.envelope import opened, sealed
from pc_matrix.homeserver.guard.folder import file_of
from pc_matrix.homeserver.sealed_file import make_private
from pc_matrix.settings import private_file
from policies.guard import Flaw
from policies.guard_snapshot import Snapshot, accesses, as_content
from policies.terms import Commune, Directory

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SnapshotWriter:
    """One commune's. ``key`` is asked for when there is something to sign.

    ``texts`` are what people who are refused are told, by verdict.
    """

    def __init__(
        self,
        folder: Path,
        key: Callable[[], Ed25519PrivateKey],
        commune: Commune,
        texts: Mapping[str, str],
    ) -> None:
        path = file_of(folder, commune.code)
        if path is None:
            raise ValueError("not a commune's code")
        self._path, self._key = path, key
        self._commune, self._texts = commune, dict(texts)

    def publish(self, directory: Directory, now: datetime) -> bool:
        """Let the guard know what ``directory`` gives at ``now``; whether that was news to it.

        The file is replaced in one step and on disk when the call returns. What stands there is
        read each time, so that a file that was lost or altered is written again. Raises
        ``SettingsError`` when it cannot be written.
        """
        rooms = accesses(directory, now)
        with self._alone():
            before = self._before()
            version = 0 if before is None else before.version
            wanted = Snapshot(version, self._commune.code, self._commune.bot, rooms, self._texts)
            # As written: what a file cannot hold (microseconds) is no news.
            if before is not None and as_content(wanted) == as_content(before):
                return False
            self._write(replace(wanted, version=_next_version(version, now)))
        return True

    def _alone(self) -> AbstractContextManager[None]:
        try:
            make_private(self._path.parent)
        except OSError as error:
            raise SettingsError(
                f"{self._path.parent} n'a pas pu être créé.",
                f"Le système répond : {error.strerror}.",
                "Le gardien du serveur Matrix y lit qui peut entrer : vérifiez les droits.",
            ) from None
        return private_file.alone_in(self._path.parent)

    def _before(self) -> Snapshot | None:
        try:
            found = opened(self._path.read_bytes(), self._key().public_key())
        except OSError:
            return None
        return None if isinstance(found, Flaw) else found

    def _write(self, snapshot: Snapshot) -> None:
        # Whose folder lets its group in is Synapse's group: it may read the file, too.
        group = stat.S_IMODE(self._path.parent.stat().st_mode) & 0o040
        private_file.replace(self._path, sealed(snapshot, self._key()).decode(), 0o600 | group)


def _next_version(before: int, now: datetime) -> int:
    """Greater than ``before``, and than those of a file that was lost: time goes on."""
    return max(before + 1, (now - _EPOCH) // timedelta(milliseconds=1))
