"""What the homeserver tells a person whom its guard refuses."""

from __future__ import annotations

from bridges.wording.catalogue import text
from policies.guard import Verdict

TOLD = (Verdict.NOT_GIVEN, Verdict.ENDED, Verdict.NO_KNOCKING)
"""The refusals that a person can do something about; the others are the server's own trouble."""


def refusals(language: str) -> dict[str, str]:
    """The sentence of each verdict in ``TOLD``, as a client shows it."""
    return {verdict.value: text(language, f"guard.{verdict.value}") for verdict in TOLD}
