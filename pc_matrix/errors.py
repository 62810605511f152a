"""What "could not" looks like: one family of exceptions, each with its diagnosis and exit status.

A refusal is a value (``policies.refusal``); an exception of this family means that something could
not be done. Anything else that is raised is a bug and crashes; the inbox makes that safe.
"""

from __future__ import annotations

from typing import ClassVar


class PcError(Exception):
    """Something could not be done: what happened, why, and what to do about it.

    ``what``, ``why`` and ``remedy`` are French sentences for a town-hall employee. None of them
    ever carries a secret or a message's text.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, what: str, why: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.why, self.remedy = what, why, remedy

    def diagnostics(self) -> tuple[str, str, str]:
        """``(what happened, why, what to do)``; the last two may be empty."""
        return self.what, self.why, self.remedy


class SettingsError(PcError):
    """A settings file, an option or a secret is missing or wrong."""

    exit_status = 3


class InputError(PcError):
    """A file or an argument that a person gave is wrong (a CSV row, a Matrix id)."""

    exit_status = 4


class RegistryError(PcError):
    """The registry's database cannot be read or written."""

    exit_status = 5


class ServerUnreachable(PcError):
    """The homeserver does not answer, or died."""

    exit_status = 6


class MailUnreachable(PcError):
    """The mail server does not answer, or not as it should."""

    exit_status = 6


class AccessDenied(PcError):
    """The homeserver or the mail server refused the password, the token or the right to do it."""

    exit_status = 7


class StoreError(PcError):
    """The encryption store or the vault cannot be opened, or another process holds it."""

    exit_status = 8


class SessionInUse(StoreError):
    """Another process (usually the bot) holds the commune's encrypted session."""


class CommuneInUse(StoreError):
    """A bot of another home or machine works for the commune, on the same registry."""


class IncompleteError(PcError):
    """Some of the work was done and some could not be; running the command again finishes it."""

    exit_status = 9


class StalePlan(PcError):
    """The world is not any more what a plan file was made from; nothing was done."""

    exit_status = 11


class BrakeError(PcError):
    """The plan would remove more people than the brake allows without being asked."""

    exit_status = 10
