"""What the running bot remembers from one look at the rooms to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from pc_matrix.provisioning.braking import braked_by
from pc_matrix.provisioning.looking_again import with_hosts
from pc_matrix.provisioning.ports import RoomRegistry, RoomServer
from pc_matrix.provisioning.reports import Survey
from policies.actions import Action
from policies.brake import Braked
from policies.corrections import Correction, corrections
from policies.intruders import beside_the_brake, without_intruders
from policies.meant import gone_for_good, meant, without
from policies.membership import Expected
from policies.plan import Plan
from policies.terms import Commune, UserId


class Looks:
    """One commune's: what was expected when all was well, and whether the brake holds."""

    def __init__(
        self,
        rooms: RoomServer,
        registry: RoomRegistry,
        commune: Commune,
        clock: Callable[[], datetime],
    ) -> None:
        self._rooms, self._registry = rooms, registry
        self._commune, self._clock = commune, clock
        self._before: Expected | None = None
        self._braked: Braked | None = None
        self._held: frozenset[UserId] = frozenset()

    def braked(self, survey: Survey, *, whole: bool) -> Braked | None:
        """Whether a human has to look first; strangers are put out however many they are.

        Whom the brake held once waits for him, though fewer are left of them, or a single room is
        looked at. One audit row when it takes hold, not one for each look at the same world.
        """
        rooms, bot = survey.observed.rooms, self._commune.bot
        planned = without_intruders(survey.plan, rooms, self._before, bot)
        found = braked_by(replace(survey, plan=planned))
        counted = without(planned, meant(planned, survey.expected)).removals()
        people = frozenset(removal.user_id for removal in counted)
        if found is None and (people & self._held if whole else people):
            found = self._braked
        held = frozenset[UserId]() if found is None else people
        self._held = held if whole else self._held | held
        # A few rooms do not say that all is well again.
        if whole or (found is not None and self._braked is None):
            self._note(found)
        return found

    def todo(self, survey: Survey, braked: Braked | None) -> Plan:
        """What is done now: with the brake all but what it is there for."""
        if braked is None:
            return survey.plan
        rooms, bot = survey.observed.rooms, self._commune.bot
        decided = meant(survey.plan, survey.expected)
        return beside_the_brake(survey.plan, rooms, self._before, braked, bot, decided)

    def carried_out(self, survey: Survey) -> None:
        """Everything planned for all rooms was done, but for what the brake holds.

        Who went because somebody decided it is no longer missed, and of who was erased nothing is
        kept any more.
        """
        code = self._commune.code
        gone = gone_for_good(meant(survey.plan, survey.expected), survey.expected)
        if gone and survey.before is not None:
            self._registry.note_applied(code, max(0, survey.before - gone), self._clock())
        if survey.directory.erased:
            self._registry.forget_farewells(code)

    def all_well(self, wanted: Expected) -> None:
        """Every room was looked at and put right.

        Never said of a few rooms: those whom the brake keeps in the others would become strangers.
        """
        self._before = wanted

    async def undone(self, done: Iterable[Action], survey: Survey) -> tuple[Correction, ...]:
        """Whose acts were undone by what was ``done``. Raises what asking the server raises."""
        rooms = survey.observed.rooms
        found = corrections(done, rooms, survey.expected, self._before)
        return await with_hosts(self._rooms, found, rooms)

    def _note(self, braked: Braked | None) -> None:
        news, self._braked = braked is not None and braked.is_news(self._braked), braked
        if braked is None or not news:
            return
        note = f"{braked.why} {braked.removed}/{braked.people}"
        self._registry.audit(self._commune.code, self._clock(), "brake", "", "pc-matrix", note)
