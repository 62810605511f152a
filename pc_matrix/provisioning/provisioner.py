"""Observe, plan, brake, apply: a commune's rooms and accounts made what its registry says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from bridges.wording.rooms import room_texts
from pc_matrix.errors import AccessDenied, PcError, ServerUnreachable
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.accounts import Accounts
from pc_matrix.provisioning.applying import Applier
from pc_matrix.provisioning.braking import braked_by, check_brake
from pc_matrix.provisioning.creation import Creator
from pc_matrix.provisioning.images import Image, Images
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
from pc_matrix.provisioning.reports import ApplyReport, EnforceReport, Survey
from policies.actions import RenewPassword
from policies.brake import Braked
from policies.membership import Expected, expected
from policies.plan import Plan
from policies.reconcile import plan
from policies.roles import server_of
from policies.room_shapes import RoomTexts
from policies.terms import Commune, EventId, RoomId, RoomKey, RoomKind, UserId
from policies.world import Account, Membership, Observed, ObservedRoom


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
        self._accounts = None if admin is None else Accounts(admin, registry, commune.code)
        self._one_at_a_time = asyncio.Lock()
        self._braked: Braked | None = None

    def private_rooms(self) -> PrivateRooms:
        """What opens a private room that no plan made."""
        return PrivateRooms(self._rooms, self._registry, self._commune, self._observer, self._clock)

    async def observe(self) -> Observed:
        """The commune's rooms and its people's accounts, as they are."""
        return (await self.plan()).observed

    async def plan(self) -> Survey:
        """What would change now; nothing is changed, here or on the server.

        Raises ``ServerUnreachable``, and ``AccessDenied`` when the server refuses to be asked.
        """
        wanted = self._expected()
        with _asking():
            observed = await self._observe(wanted)
        before = self._registry.applied_people(self._commune.code)
        return Survey(wanted, observed, plan(wanted, observed), before)

    async def apply(self, survey: Survey, allow_removals: int | None = None) -> ApplyReport:
        """Do what ``survey`` plans, and once more what did not succeed the first time.

        Raises ``BrakeError`` before anything is done, and ``SettingsError`` when the guard cannot
        be told whom the registry knows: it would refuse those who are invited. The report's
        accounts have passwords that nobody has seen: show them, then call ``hand_over``.
        """
        async with self._one_at_a_time:
            check_brake(survey, allow_removals)
            self.tell_guard()
            report = await self._apply(survey, allow_removals)
            if report.stopped is None:
                self._remember(survey)
            return report

    async def enforce(self, room_ids: frozenset[RoomId] | None = None) -> EnforceReport:
        """Put right what drifted in ``room_ids`` (by default everywhere): members, powers, state.

        Nothing is created. Obeys the brake, which leaves an audit row. Raises ``ServerUnreachable``
        and ``AccessDenied``, and ``MatrixError`` when a room cannot be looked at.
        """
        async with self._one_at_a_time:
            seen = await self._observer.look(room_ids)
            survey = self._look_alike(seen)
            braked = braked_by(survey)
            self._note_brake(braked)
            if braked is not None:
                return EnforceReport(braked=braked)
            report = await self._run(survey.plan)
        if report.stopped is not None:
            raise report.stopped
        return EnforceReport(report.done, report.failed)

    def _look_alike(self, seen: tuple[ObservedRoom, ...]) -> Survey:
        """What some rooms, looked at alone, are to become."""
        wanted = self._expected()
        observed = Observed(
            seen, self._registered(), whole=False, charters=self._said(), images=self._uploaded()
        )
        before = self._registry.applied_people(self._commune.code)
        return Survey(wanted, observed, plan(wanted, observed), before)

    async def _apply(self, survey: Survey, allow_removals: int | None) -> ApplyReport:
        if not survey.plan.actions:
            return ApplyReport()
        if self._admin is not None:
            with _asking():
                await self._admin.lift_rate_limit(self._commune.bot)
        first = await self._run(survey.plan)
        if not first.failed or first.stopped is not None:
            return first
        return await self._again(survey.plan, first, allow_removals)

    def _remember(self, survey: Survey) -> None:
        """How many people there were: a registry that is half as large the next time is doubted."""
        if survey.sizes.now != survey.before:
            self._registry.note_applied(self._commune.code, survey.sizes.now, self._clock())

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
        second = await self._run(_rest(survey.plan, agreed, first))
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

    async def _run(self, todo: Plan) -> ApplyReport:
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
        )
        return await applier.run(todo)

    def _expected(self) -> Expected:
        directory = self._registry.directory(self._commune)
        return expected(directory, self._clock(), self._texts)

    def _texts(self, key: RoomKey) -> RoomTexts:
        texts = room_texts(self._commune, key)
        return (
            texts if self._images is None else replace(texts, image=self._images.digest(key.kind))
        )

    def _uploaded(self) -> Mapping[str, str]:
        return {} if self._images is None else self._images.uploaded()

    def _said(self) -> Mapping[RoomId, EventId]:
        return self._registry.charter_events(self._commune.code)

    async def _observe(self, wanted: Expected) -> Observed:
        seen = await self._rooms_seen()
        accounts: dict[UserId, Account] = {}
        if self._accounts is not None:
            accounts = await self._accounts.look(self._to_check(wanted, seen))
        return Observed(
            seen,
            self._registered(),
            accounts,
            self._chartered(),
            charters=self._said(),
            images=self._uploaded(),
        )

    async def _rooms_seen(self) -> tuple[ObservedRoom, ...]:
        """All rooms; those whose creation was begun and not ended are waited for."""
        nonces = set(self._registry.room_intents(self._commune.code).values())
        return await (self._observer.look_for(nonces) if nonces else self._observer.look())

    def _to_check(self, wanted: Expected, seen: tuple[ObservedRoom, ...]) -> list[UserId]:
        """The people of this server of whom it is not plain that they have an account."""
        present = {
            user
            for room in seen
            for user, member in room.members.items()
            if member.membership is Membership.JOIN
        }
        here = self._commune.server_name
        return [u for u in wanted.people() if server_of(u) == here and u not in present]

    def _registered(self) -> dict[RoomKey, RoomId]:
        rooms = self._registry.rooms(self._commune.code)
        return {key: room_id for room_id, key in rooms.items()}

    def _chartered(self) -> frozenset[RoomId] | None:
        if self._charters is None:
            return None
        code = self._commune.code
        without = set(self._registry.rooms_without_charter(code, self._charters.version))
        return frozenset(room for room in self._registry.rooms(code) if room not in without)

    def _note_brake(self, braked: Braked | None) -> None:
        """One audit row when the brake takes hold, not one for each look at the same world."""
        news, self._braked = braked != self._braked, braked
        if braked is None or not news:
            return
        note = f"{braked.why} {braked.removed}/{braked.people}"
        self._registry.audit(self._commune.code, self._clock(), "brake", "", "pc-matrix", note)


@contextmanager
def _asking() -> Iterator[None]:
    """A refused question is no answer: nothing may be concluded from it."""
    try:
        yield
    except MatrixError as refusal:
        said = f"Il dit : {refusal.errcode or refusal.status}."
        if refusal.status not in (401, 403):
            raise ServerUnreachable(
                "Le serveur Matrix ne répond pas à ce qui lui est demandé.",
                said,
                "Il est occupé, ou un intermédiaire répond à sa place : relancez la commande.",
            ) from refusal
        raise AccessDenied(
            "Le serveur Matrix refuse de répondre.",
            said,
            "Vérifiez « admin_token » dans secrets.toml et les droits du compte du bot.",
        ) from refusal


def _rest(todo: Plan, agreed: Plan, first: ApplyReport) -> Plan:
    """What is left for a second try.

    Nothing is done to people that was not in the plan that somebody read. An account that was just
    made needs no second password.
    """
    made = {account.user_id for account in first.accounts}
    rest = (
        action
        for action in todo.actions
        if agreed.has_people_of(action)
        and not (isinstance(action, RenewPassword) and action.user_id in made)
    )
    return Plan(tuple(rest), todo.notices)
