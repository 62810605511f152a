"""What came of a plan: done, failed, and the accounts whose passwords have to be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pc_matrix.errors import PcError
from pc_matrix.provisioning.accounts import NewAccount
from policies.actions import Action, Knocking, Notice
from policies.brake import Braked, Sizes
from policies.corrections import Correction
from policies.membership import Expected
from policies.plan import Plan
from policies.terms import Directory, RoomKey
from policies.world import Observed


@dataclass(frozen=True, slots=True)
class Survey:
    """What has to be, what was seen, and what would change.

    ``before`` is to how many people the registry gave a room at the last ``apply``.
    """

    expected: Expected
    observed: Observed
    plan: Plan
    before: int | None = None

    @property
    def directory(self) -> Directory:
        return self.expected.directory

    @property
    def sizes(self) -> Sizes:
        return Sizes(len(self.expected.people()), self.before)


@dataclass(frozen=True, slots=True)
class Failure:
    """An action that could not be done; ``reason`` is Matrix's error code or a French sentence."""

    action: Action
    reason: str


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """``stopped`` is what ended the work early: a server that went away, a refused token."""

    done: tuple[Action, ...] = ()
    failed: tuple[Failure, ...] = ()
    accounts: tuple[NewAccount, ...] = ()
    stopped: PcError | None = None


@dataclass(frozen=True, slots=True)
class EnforceReport:
    """What the running bot put right; with ``braked`` nobody was put out: a human has to look.

    ``corrections`` says what of it undid somebody's act, ``unfit`` which rooms are gone, or cannot
    be mended where they are.
    """

    done: tuple[Action, ...] = ()
    failed: tuple[Failure, ...] = ()
    braked: Braked | None = None
    corrections: tuple[Correction, ...] = ()
    unfit: frozenset[RoomKey] = frozenset()
    knocking: tuple[Knocking, ...] = ()
    """Who asks to be let into one of the rooms that were looked at, brake or not."""
    rooms: frozenset[RoomKey] = frozenset()
    """The rooms that were looked at."""


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """Rooms that were made anew; ``too_many`` were not, because a human is asked first."""

    done: tuple[Action, ...] = ()
    failed: tuple[Failure, ...] = ()
    corrections: tuple[Correction, ...] = ()
    too_many: int = 0


def slug(item: Action | Notice) -> str:
    """The name of an action or notice for the audit and for programs: ``invite-person``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(item).__name__).lower()


def subject(action: Action) -> str:
    """Whom or what the action is about: a person's id when there is one, otherwise the room."""
    user_id = getattr(action, "user_id", "")
    key = getattr(action, "key", None)
    room = "" if key is None else f"{key.kind}:{key.code}".removesuffix(":")
    return " ".join(part for part in (str(user_id), room) if part)
