"""The commune's house as the commands on its registry open it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING

from pc_matrix.registry.spreadsheet.people import Known, known_persons
from policies.terms import Directory, UserId

if TYPE_CHECKING:
    from pc_matrix.cli.app import Context
    from pc_matrix.house import House

ACTOR = "cli"
"""Who did it, in the audit."""


def opened(context: Context) -> AbstractContextManager[House]:
    """The house that the global options mean."""
    from pc_matrix import wiring

    return wiring.open_house(context.home, context.commune)


def known(house: House) -> tuple[datetime, Directory, Mapping[UserId, Known]]:
    """Now, the directory, and its persons as the rows of a table are compared with them."""
    commune = house.settings.commune
    directory = house.registry.directory(commune)
    contacts = house.registry.contacts(commune.code)
    return house.clock.now(), directory, known_persons(directory.persons, contacts)
