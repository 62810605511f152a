"""When a mail server, or one recipient, is tried again: later and later, each for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from policies.mails import MailOutcome, pause
from policies.terms import AuthorityCode


@dataclass(frozen=True, slots=True)
class _Pause:
    failures: int
    until: datetime


class Patience:
    """Kept in memory: a bot that starts anew tries at once."""

    def __init__(self) -> None:
        self._pauses: dict[AuthorityCode | None, _Pause] = {}
        """By recipient; ``None`` stands for the mail server, which all have in common."""

    def may_try(self, authority: AuthorityCode, now: datetime) -> bool:
        """Whether neither the server nor this recipient asked for time."""
        held = (self._pauses.get(key) for key in (None, authority))
        return all(one is None or now >= one.until for one in held)

    def note(self, authority: AuthorityCode, outcome: MailOutcome, now: datetime) -> None:
        """What came of a try at ``now``: an answer of the server ends its own pause."""
        match outcome:
            case MailOutcome.AWAY:
                self._lengthen(None, now)
            case MailOutcome.LATER:
                self._pauses.pop(None, None)
                self._lengthen(authority, now)
            case MailOutcome.TAKEN | MailOutcome.REFUSED:
                self._pauses.pop(None, None)
                self._pauses.pop(authority, None)
            case MailOutcome.UNKNOWN:
                self._lengthen(None, now)
            case _:
                assert_never(outcome)

    def _lengthen(self, key: AuthorityCode | None, now: datetime) -> None:
        failures = 1 + (self._pauses[key].failures if key in self._pauses else 0)
        self._pauses[key] = _Pause(failures, now + pause(failures))
