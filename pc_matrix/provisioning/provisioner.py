"""Observe, plan, brake, apply: a commune's rooms and accounts made what its registry says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from pc_matrix.errors import BrakeError, PcError
from pc_matrix.provisioning import handing_over
from pc_matrix.provisioning.accounts import Accounts, Closed, NewAccount, note_found
from pc_matrix.provisioning.applying import Applier
from pc_matrix.provisioning.asking import asking
from pc_matrix.provisioning.braking import check_brake, decided_alone
from pc_matrix.provisioning.creation import Creator
from pc_matrix.provisioning.images import Image, Images
from pc_matrix.provisioning.looking_again import unfit
from pc_matrix.provisioning.looks import Looks
from pc_matrix.provisioning.meanwhile import meanwhile
from pc_matrix.provisioning.memory import RoomMemory
from pc_matrix.provisioning.observe import PATIENCE, Observer
from pc_matrix.provisioning.ports import (
    AccountServer,
    Charters,
    Guard,
    Progress,
    RoomRegistry,
    RoomServer,
    silent,
)
from pc_matrix.provisioning.private_rooms import PrivateRooms
from pc_matrix.provisioning.regaining import Regaining
from pc_matrix.provisioning.reports import ApplyReport, EnforceReport, RebuildReport, Survey
from pc_matrix.provisioning.retiring import Retiring
from pc_matrix.provisioning.room_versions import check_version
from pc_matrix.provisioning.second_try import left_to_do
from pc_matrix.provisioning.surveying import Surveyor
from policies.actions import Knocking
from policies.corrections import losses
from policies.damage import MOST_AT_ONCE
from policies.membership import Expected
from policies.plan import Plan, only
from policies.terms import Commune, Person, RoomId, RoomKey, RoomKind, UserId
from policies.world import Observed, ObservedRoom


class Provisioner:
    """One commune's. ``admin`` is ``None`` where we have no admin token: no account is made then.

    ``charters`` is ``None`` where nobody can post them; the plan does not speak of them then.
    Without ``pictures`` rooms show none.
    ``clock`` gives aware times. ``guard`` hears of the registry before anybody is invited.
    ``patience`` is how many seconds a creation that was begun and not ended is waited for.
    """

    def __init__(  # noqa: PLR0913 - each a neighbour of its own
        self,
        rooms: RoomServer,
        admin: AccountServer | None,
        registry: RoomRegistry,
        commune: Commune,
        clock: Callable[[], datetime],
        progress: Progress = silent,
        charters: Charters | None = None,
        *,
        patience: float = PATIENCE,
        guard: Guard | None = None,
        pictures: Mapping[RoomKind, Image] | None = None,
    ) -> None:
        self._rooms, self._admin, self._registry = rooms, admin, registry
        self._commune, self._clock, self._progress = commune, clock, progress
        self._charters, self._guard = charters, guard
        self._images = Images(pictures, rooms, registry, commune.code) if pictures else None
        self._observer = Observer(rooms, commune, progress, patience)
        self._accounts = (
            None if admin is None else Accounts(admin, rooms, registry, commune.code, clock)
        )
        self._regaining = Regaining(admin, commune.bot)
        self._retiring = Retiring(rooms, registry, commune, self._observer, clock, self._regaining)
        self._memory = RoomMemory(self._observer, self._known)
        self._looks = Looks(rooms, registry, commune, clock)
        self._surveyor = Surveyor(
            self._observer,
            registry,
            commune,
            clock,
            accounts=self._accounts,
            charters=charters,
            images=self._images,
        )
        self._one_at_a_time = asyncio.Lock()

    def private_rooms(self) -> PrivateRooms:
        """What opens a private room that no plan made."""
        return PrivateRooms(self._rooms, self._registry, self._commune, self._observer, self._clock)

    async def observe(self) -> Observed:
        """The commune's rooms and its people's accounts, as they are."""
        return (await self.plan()).observed

    async def plan(self, asked: frozenset[RoomKey] = frozenset()) -> Survey:
        """What would change now; nothing is changed, here or on the server.

        The rooms ``asked`` for are made anew. Raises ``ServerUnreachable``, ``AccessDenied`` when
        the server refuses to be asked, and ``SettingsError`` when it knows no such rooms.
        """
        survey = await self._surveyor.of_all(asked)
        await check_version(self._rooms, self._commune, survey.plan)
        return survey

    async def apply(self, survey: Survey, allow_removals: int | None = None) -> ApplyReport:
        """Do what ``survey`` plans, and once more what did not succeed the first time.

        Raises ``BrakeError`` when nothing but the removals that somebody decided was done, and
        ``SettingsError`` when the guard cannot be told whom the registry knows: it would refuse
        whom we invite. The report's accounts are locked, with passwords that nobody has seen: show
        them, then ``hand_over``.
        """
        async with self._one_at_a_time:
            await self._brake(survey, allow_removals)
            self.tell_guard()
            note_found(self._registry, self._commune.code, survey.observed.accounts)
            report = await self._apply(survey, allow_removals)
            if report.stopped is None:
                self._remember(survey, all_done=not report.failed)
                await self._tend(self._surveyor.expected())
            return report

    async def hand_over(self, accounts: Iterable[NewAccount]) -> None:
        """Open accounts whose passwords were just shown.

        Raises ``IncompleteError`` when some stay closed: the next ``apply`` gives them another
        password.
        """
        await handing_over.hand_over(self._accounts, accounts)

    async def new_passwords(
        self, people: Iterable[Person], *, lost_password: bool
    ) -> tuple[tuple[NewAccount, ...], tuple[tuple[UserId, Closed], ...]]:
        """A new password for accounts of ours, to be shown and handed over; and who gets none.

        Raises as ``plan`` does.
        """
        return await handing_over.new_passwords(self._accounts, people, lost_password=lost_password)

    async def enforce(
        self,
        room_ids: frozenset[RoomId] | None = None,
        *,
        moved: frozenset[RoomId] = frozenset(),
        anew: bool = False,
    ) -> EnforceReport:
        """Put right what drifted in ``room_ids`` (by default everywhere): members, powers, state.

        Everywhere, a room is looked at the first time, when it is one of ``moved``, after it was
        changed here, or with ``anew``; otherwise what was seen of it last still holds. Nothing is
        created; ``rebuild`` does that for what is unfit. Obeys the brake, which leaves an audit
        row and holds up the removals alone. Raises ``ServerUnreachable`` and ``AccessDenied``, and
        ``MatrixError`` when a room cannot be looked at.
        """
        async with self._one_at_a_time:
            asking, wanted = self._memory.seen(room_ids, moved, anew=anew), None
            if self._memory.asks_for_all(room_ids, anew=anew):
                seen, wanted = await meanwhile(asking, self._surveyor.expected)
            else:
                seen = await asking
            survey = self._surveyor.of_some(seen, wanted)
            broken = await unfit(self._observer, survey.expected, survey.observed, room_ids)
            knocking = tuple(n for n in survey.plan.notices if isinstance(n, Knocking))
            found = EnforceReport(
                braked=self._looks.braked(survey, whole=room_ids is None),
                knocking=knocking,
                rooms=frozenset(room.key for room in seen),
                unfit=broken,
            )
            report = await self._run(self._looks.todo(survey, found.braked))
            undone = await self._looks.undone(report.done, survey)
            if room_ids is None and report.stopped is None and not report.failed:
                self._looks.carried_out(survey)
            if room_ids is None and report.stopped is None and found.braked is None:
                await self._tend(survey.expected, seen)
                self._looks.all_well(survey.expected)
        if report.stopped is not None:
            raise report.stopped
        return replace(found, done=report.done, failed=report.failed, corrections=undone)

    async def rebuild(self, keys: frozenset[RoomKey] = frozenset()) -> RebuildReport:
        """Make anew the unfit rooms ``keys`` and those that are owed from before, alone.

        No more than ``damage.MOST_AT_ONCE``: beyond that a human runs ``apply``. Raises as
        ``enforce`` does.
        """
        async with self._one_at_a_time:
            wanted = self._surveyor.expected()
            keys |= self._retiring.owed(wanted)
            if not keys:
                return RebuildReport()
            survey = await self._surveyor.of_all()
            todo = only(survey.plan, keys)
            if len(todo.given_up()) > MOST_AT_ONCE:
                return RebuildReport(too_many=len(todo.given_up()))
            report = await self._run(todo)
            if report.stopped is not None:
                raise report.stopped
            await self._tend(wanted)
        told = losses(report.done, survey.observed.rooms)
        return RebuildReport(report.done, report.failed, told)

    def places(self, keys: set[RoomKey]) -> frozenset[RoomId]:
        """Where the rooms ``keys`` are, by the registry."""
        rooms = self._registry.rooms(self._commune.code)
        return frozenset(room_id for room_id, key in rooms.items() if key in keys)

    async def lift_shadow_ban(self) -> bool:
        """Free the bot of a ban under which the server says yes and does nothing; whether asked."""
        if self._admin is not None:
            with asking():
                await self._admin.lift_shadow_ban(self._commune.bot)
        return self._admin is not None

    async def _apply(self, survey: Survey, allow_removals: int | None) -> ApplyReport:
        if self._admin is not None and survey.plan.actions:
            with asking():
                await self._admin.lift_rate_limit(self._commune.bot)
        first = await self._run(survey.plan)
        if not first.failed or first.stopped is not None:
            return first
        return await self._again(survey.plan, first, allow_removals)

    async def _brake(self, survey: Survey, allow_removals: int | None) -> None:
        """Stop, if need be; whom somebody decided to put out goes all the same."""
        try:
            check_brake(survey, allow_removals)
        except BrakeError:
            if (decided := decided_alone(survey)).actions:
                self.tell_guard()
                await self._run(decided)
            raise

    def _remember(self, survey: Survey, *, all_done: bool) -> None:
        """How many people there were: a registry that is half as large the next time is doubted."""
        if survey.sizes.now != survey.before:
            self._registry.note_applied(self._commune.code, survey.sizes.now, self._clock())
        if all_done and survey.directory.erased:
            self._registry.forget_farewells(self._commune.code)

    async def _again(
        self, agreed: Plan, first: ApplyReport, allow_removals: int | None
    ) -> ApplyReport:
        """A second look and a second try: what a busy moment refused is usually done now."""
        try:
            survey = await self.plan()
            check_brake(survey, allow_removals)
            self.tell_guard()
        except PcError as error:
            return replace(first, stopped=error)
        second = await self._run(left_to_do(survey.plan, agreed, first))
        return ApplyReport(
            done=first.done + second.done,
            failed=second.failed,
            accounts=first.accounts + second.accounts,
            stopped=second.stopped,
        )

    def tell_guard(self) -> None:
        """Let the homeserver's guard know whom the registry gives which room, from now on."""
        if self._guard is not None:
            self._guard.publish(self._registry.directory(self._commune), self._clock())

    def _known(self) -> frozenset[RoomId]:
        return self._retiring.ids().union(self._registry.rooms(self._commune.code))

    async def _tend(self, wanted: Expected, seen: Iterable[ObservedRoom] | None = None) -> None:
        """What moves rooms that stand for nothing any more, which the session does not hear of."""
        if await self._retiring.tend(wanted, seen):
            self._memory.forget(self._retiring.ids())

    async def _run(self, todo: Plan) -> ApplyReport:
        if not todo.actions:
            return ApplyReport()
        self._memory.will_move(todo)
        unlimited = self._admin is not None
        creator = Creator(
            self._rooms, self._registry, self._commune, self._observer, unlimited=unlimited
        )
        applier = Applier(
            self._rooms,
            self._registry,
            self._commune,
            creator,
            self._accounts,
            self._charters,
            self._clock,
            self._progress,
            images=self._images,
            regaining=self._regaining,
        )
        return await applier.run(todo)
