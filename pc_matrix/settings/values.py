"""What the rest of the program sees of the settings: frozen, checked, complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pc_matrix.settings.mail_table import MailServer
from pc_matrix.settings.secret_file import Secrets
from policies.terms import AuthorityCode, Commune, RoomKind, UserId


def own_lists(home: Path, code: str) -> Path:
    """Where the lists of the commune ``code`` lie, beside its file.

    CSV with semicolons: Excel and LibreOffice in French open it by a double click, Notepad shows
    it, and a semicolon can be seen and typed, which a tab cannot.
    """
    return home / "communes" / f"{code}.listes.csv"


def own_titles(home: Path, code: str) -> Path:
    """Where it stands what the headings of the commune ``code``'s tables mean; need not exist."""
    return home / "communes" / f"{code}.colonnes.csv"


def guard_dir(home: Path) -> Path:
    """Where the snapshots of all communes of ``home`` lie; may be a link to elsewhere."""
    return home / "guard"


@dataclass(frozen=True, slots=True)
class Settings:
    """One commune's settings as its file and the secrets declare them.

    ``home`` holds all state, ``path`` is the commune's file. ``homeserver_url`` ends without a
    slash. ``database_url`` may carry a password and is therefore left out of ``repr``.
    """

    home: Path
    path: Path
    commune: Commune
    homeserver_url: str
    bot: UserId
    server_name: str
    database_url: str = field(repr=False)
    language: str
    secrets: Secrets
    images: Mapping[RoomKind, Path] = field(default_factory=dict)
    """The commune's own pictures of rooms; where it has none, rooms show ours."""
    mail: MailServer | None = None
    """The mail server, ``None`` when the commune writes to nobody."""
    certificates: Mapping[AuthorityCode, Path] = field(default_factory=dict)
    """Under which certificate each authority is written to; the files need not exist."""
    other_charter: str = ""
    """The charter's version for which the file sets a deadline, where it is not the program's."""

    @property
    def own_lists(self) -> Path:
        """The commune's own streets, shops, nicknames…; need not exist."""
        return own_lists(self.home, self.commune.code)

    @property
    def guard_dir(self) -> Path:
        """Where the snapshots lie that the homeserver's guard reads."""
        return guard_dir(self.home)

    @property
    def session_dir(self) -> Path:
        """Where the bot's encryption store of this commune lies."""
        return self.home / self.commune.code / "session"

    @property
    def session_lock(self) -> Path:
        """The file that the one process holding this commune's session locks."""
        return self.home / self.commune.code / "session.lock"
