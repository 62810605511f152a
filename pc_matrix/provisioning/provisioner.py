"""Observe, plan, brake, apply: a commune's rooms and accounts made what its registry says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from bridges.wording.rooms import room_texts
from pc_matrix.errors import AccessDenied, BrakeError, PcError, ServerUnreachable
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.accounts import Accounts, note_found
from pc_matrix.provisioning.applying import Applier
from pc_matrix.provisioning.creation import Creator
from pc_matrix.provisioning.memory import RoomMemory
from pc_matrix.provisioning.observe import PATIENCE, Observer
from pc_matrix.provisioning.ports import (
    AccountServer,
    Charters,
    Progress,
    RoomRegistry,
    RoomServer,
    silent,
)
from pc_matrix.provisioning.reports import ApplyReport, EnforceReport, Survey
from policies.actions import RenewPassword, RoomAction
from policies.brake import Braked, brake
from policies.membership import Expected, expected
from policies.plan import Plan
from policies.reconcile import plan
from policies.roles import server_of
from policies.terms import Commune, RoomId, RoomKey, UserId
from policies.world import Account, Membership, Observed, ObservedRoom


class Provisioner:
    """One commune's. ``admin`` is ``None`` where we have no admin token: no account is made then.

    ``charters`` is ``None`` where nobody can post them; the plan does not speak of them then.
    ``clock`` gives aware times. ``patience`` is how many seconds a creation that was begun and not
    ended is waited for.
    """

    def __init__(
        self,
        rooms: RoomServer,
        admin: AccountServer | None,
        registry: RoomRegistry,
        commune: Commune,
        clock: Callable[[], datetime],
        progress: Progress = silent,
        charters: Charters | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._rooms, self._admin, self._registry = rooms, admin, registry
        self._commune, self._clock, self._progress = commune, clock, progress
        self._charters = charters
        self._observer = Observer(rooms, commune, progress, patience)
        self._accounts = None if admin is None else Accounts(admin, registry, commune.code)
        self._one_at_a_time = asyncio.Lock()
        self._memory = RoomMemory()
        self._braked: Braked | None = None

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
        return Survey(wanted.directory, observed, plan(wanted, observed))

    async def apply(self, survey: Survey, allow_removals: int | None = None) -> ApplyReport:
        """Do what ``survey`` plans, and once more what did not succeed the first time.

        Raises ``BrakeError`` before anything is done. The report's accounts have passwords that
        nobody has seen: show them, then call ``hand_over``.
        """
        async with self._one_at_a_time:
            check_brake(survey, allow_removals)
            note_found(self._registry, self._commune.code, survey.observed.accounts)
            if not survey.plan.actions:
                return ApplyReport()
            if self._admin is not None:
                with _asking():
                    await self._admin.lift_rate_limit(self._commune.bot)
            first = await self._run(survey.plan)
            if not first.failed or first.stopped is not None:
                return first
            return await self._again(first, allow_removals)

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
        created. Obeys the brake, which leaves an audit row. Raises ``ServerUnreachable`` and
        ``AccessDenied``, and ``MatrixError`` when a room cannot be looked at.
        """
        async with self._one_at_a_time:
            seen = await self._seen(room_ids, moved, anew=anew)
            observed = Observed(seen, self._registered(), whole=False)
            todo = plan(self._expected(), observed)
            braked = brake(todo, observed, self._commune.bot)
            self._note_brake(braked)
            if braked is not None:
                return EnforceReport(braked=braked)
            self._memory.forget_keys({a.key for a in todo.actions if isinstance(a, RoomAction)})
            report = await self._run(todo)
        if report.stopped is not None:
            raise report.stopped
        return EnforceReport(report.done, report.failed)

    async def _seen(
        self, room_ids: frozenset[RoomId] | None, moved: frozenset[RoomId], *, anew: bool
    ) -> tuple[ObservedRoom, ...]:
        if room_ids is None and (anew or not self._memory.is_whole):
            self._memory.begin(await self._with_missing(await self._observer.look()))
            return self._memory.rooms()
        self._memory.forget(moved)
        registered = self._registry.rooms(self._commune.code)
        wanted = self._memory.unknown(registered) if room_ids is None else room_ids
        seen = await self._observer.look(wanted) if wanted else ()
        self._memory.learn(wanted, seen)
        return self._memory.rooms() if room_ids is None else seen

    async def _again(self, first: ApplyReport, allow_removals: int | None) -> ApplyReport:
        """A second look and a second try: what a busy moment refused is usually done now."""
        try:
            survey = await self.plan()
            check_brake(survey, allow_removals)
        except PcError as error:
            return replace(first, stopped=error)
        second = await self._run(_rest(survey.plan, first))
        return ApplyReport(
            done=first.done + second.done,
            failed=second.failed,
            accounts=first.accounts + second.accounts,
            stopped=second.stopped,
        )

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
        )
        return await applier.run(todo)

    def _expected(self) -> Expected:
        directory = self._registry.directory(self._commune)
        return expected(directory, self._clock(), partial(room_texts, self._commune))

    async def _observe(self, wanted: Expected) -> Observed:
        seen = await self._rooms_seen()
        accounts: dict[UserId, Account] = {}
        if self._accounts is not None:
            accounts = await self._accounts.look(self._to_check(wanted, seen))
        return Observed(seen, self._registered(), accounts, self._chartered())

    async def _rooms_seen(self) -> tuple[ObservedRoom, ...]:
        """All rooms; those whose creation was begun and not ended are waited for."""
        nonces = set(self._registry.room_intents(self._commune.code).values())
        return await self._with_missing(
            await (self._observer.look_for(nonces) if nonces else self._observer.look())
        )

    async def _with_missing(self, seen: tuple[ObservedRoom, ...]) -> tuple[ObservedRoom, ...]:
        """A room of the registry that one answer left out is asked for before it counts as lost."""
        known = self._registry.rooms(self._commune.code)
        missing = known.keys() - {room.room_id for room in seen}
        return (*seen, *await self._observer.look(missing)) if missing else seen

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


def _rest(todo: Plan, first: ApplyReport) -> Plan:
    """What is left for a second try: an account that was just made needs no second password."""
    made = {account.user_id for account in first.accounts}
    rest = (
        action
        for action in todo.actions
        if not (isinstance(action, RenewPassword) and action.user_id in made)
    )
    return Plan(tuple(rest), todo.notices)


def check_brake(survey: Survey, allowed: int | None = None) -> None:
    """Raise ``BrakeError`` when the plan would put out more people than ``allowed`` or is wise."""
    braked = brake(survey.plan, survey.observed, survey.directory.commune.bot, allowed)
    if braked is not None:
        raise _brake_error(braked)


def _brake_error(braked: Braked) -> BrakeError:
    return BrakeError(
        f"Frein : {braked.removed} personne(s) sur {braked.people} perdraient un salon.",
        "C'est souvent le signe d'un fichier incomplet plutôt qu'une volonté. Rien n'a été fait.",
        "Relisez « pc-matrix plan ». Si c'est voulu : "
        f"« pc-matrix apply --allow-removals {braked.removed} ».",
    )
