"""Doing what a plan says: stage after stage, past what fails, told as it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import assert_never

from pc_matrix.errors import PcError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.accounts import Accounts, NewAccount
from pc_matrix.provisioning.creation import Creator, Unfinished
from pc_matrix.provisioning.images import Images
from pc_matrix.provisioning.ports import Charters, Phase, Progress, RoomRegistry, RoomServer
from pc_matrix.provisioning.regaining import LOST, Powerless, Regaining
from pc_matrix.provisioning.reports import ApplyReport, Failure, slug, subject
from policies import actions as act
from policies import pinned
from policies.actions import AccountAction, Action, RoomAction
from policies.damage import Damage
from policies.plan import Plan, Stage, stage_of
from policies.retirement import Retired, only_heir
from policies.room_shapes import ALIAS, AVATAR, PINNED, POWER_LEVELS, parent_of
from policies.terms import Commune, RoomId, RoomKey, RoomKind

IN_FLIGHT = 4
"""Actions that are done at a time. Synapse works on one core: more make it no faster."""
_NOT_TRIED = "pas essayé"
_ACTOR = "pc-matrix"


class _NoPlace(Exception):  # noqa: N818 - becomes a failure of one action
    """The room of an action does not exist: its creation failed before."""


class _NoCharter(Exception):  # noqa: N818 - becomes a failure of one action
    """There is nothing to pin yet: posting the charter failed before."""


class Applier:
    """Carries out one plan. Every change is an audit row, once it is done."""

    def __init__(  # noqa: PLR0913 - each a neighbour of its own
        self,
        rooms: RoomServer,
        registry: RoomRegistry,
        commune: Commune,
        creator: Creator,
        accounts: Accounts | None,
        charters: Charters | None,
        clock: Callable[[], datetime],
        progress: Progress,
        *,
        images: Images | None,
        regaining: Regaining,
    ) -> None:
        self._rooms, self._registry, self._commune = rooms, registry, commune
        self._creator, self._accounts, self._charters = creator, accounts, charters
        self._images, self._clock, self._progress = images, clock, progress
        self._regaining = regaining
        self._powerless: set[RoomKey] = set()
        self._places: dict[RoomKey, RoomId] = {}
        self._done: list[Action] = []
        self._failed: list[Failure] = []
        self._made: list[NewAccount] = []
        self._stopped: PcError | None = None

    async def run(self, plan: Plan) -> ApplyReport:
        """Do all of ``plan``; what cannot be done is in the report, and is done the next time."""
        self._places = {key: room for room, key in self._registry.rooms(self._commune.code).items()}
        total = len(plan.actions)
        for stage, group in groupby(plan.actions, stage_of):
            await self._stage(stage, list(group), total)
        failed = tuple(self._failed)
        return ApplyReport(tuple(self._done), failed, tuple(self._made), self._stopped)

    async def _stage(self, stage: Stage, actions: Sequence[Action], total: int) -> None:
        if stage is Stage.CHARTER:
            await self._post_charters([a for a in actions if isinstance(a, act.PostCharter)])
            return
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def one(action: Action) -> None:
            async with gate:
                await self._try(action)
            self._progress(Phase.APPLY, len(self._done) + len(self._failed), total)

        await asyncio.gather(*(one(action) for action in actions))

    async def _try(self, action: Action) -> None:
        if self._stopped is not None:
            self._failed.append(Failure(action, _NOT_TRIED))
            return
        try:
            await self._do(action)
        except MatrixError as refusal:
            self._failed.append(Failure(action, refusal.errcode or str(refusal.status)))
        except _NoPlace:
            self._failed.append(Failure(action, "le salon n'existe pas encore"))
        except Powerless as lost:
            self._failed.append(Failure(action, str(lost)))
        except _NoCharter:
            self._failed.append(Failure(action, "la charte n'y est pas encore publiée"))
        except Unfinished:
            self._failed.append(Failure(action, "la création n'a pas reçu de réponse"))
        except PcError as error:
            self._stopped = error
            self._failed.append(Failure(action, error.what))
        else:
            self._note(action)

    def _note(self, action: Action) -> None:
        code, now = self._commune.code, self._clock()
        self._registry.audit(code, now, slug(action), subject(action), _ACTOR, action.why.value)
        self._done.append(action)

    async def _do(self, action: Action) -> None:
        match action:
            case act.MakeAccount() | act.RenewPassword():
                await self._account(action)
            case act.ForgetRoom():
                self._retire(action, Damage.LOST, action.key)
            case act.RetireRoom():
                self._retire(action, action.damage, only_heir(action.heirs))
            case act.AdoptRoom():
                self._registry.room_made(self._commune.code, action.key, action.room_id)
                self._places[action.key] = action.room_id
            case act.CreateRoom():
                await self._create(action)
            case act.RegainPower():
                await self._regain(action.key)
            case _:
                if action.key in self._powerless:
                    raise Powerless(LOST)
                await self._change(action, self._place(action.key))

    async def _regain(self, key: RoomKey) -> None:
        """Otherwise nothing else is tried in the room: each would be refused."""
        self._powerless.add(key)
        await self._regaining.regain(self._place(key))
        self._powerless.discard(key)

    def _retire(
        self, action: act.ForgetRoom | act.RetireRoom, why: Damage, heir: RoomKey | None
    ) -> None:
        """Strike the room, and remember that another takes its place."""
        gone = why is Damage.LOST
        retired = Retired(action.room_id, action.key, heir, why, self._clock(), None, closed=gone)
        self._registry.retire_room(self._commune.code, retired)
        if self._places.get(action.key) == action.room_id:
            del self._places[action.key]

    async def _account(self, action: AccountAction) -> None:
        if self._accounts is None:
            raise _NoPlace
        match action:
            case act.MakeAccount():
                made = await self._accounts.make(action.user_id, action.name)
            case act.RenewPassword():
                made = self._accounts.renew(action.user_id, action.name)
            case _:  # pragma: no cover
                assert_never(action)
        self._made.append(made)

    async def _create(self, action: act.CreateRoom) -> None:
        parent = parent_of(action.key)
        place = None if parent is None else self._places.get(parent)
        avatar = await self._avatar(action)
        self._places[action.key] = await self._creator.create(action, place, avatar)

    async def _avatar(self, action: act.CreateRoom) -> str | None:
        """The new room's picture. A server that refuses pictures still gets its rooms."""
        image = action.shape.image
        if self._images is None or not image:
            return None
        try:
            return await self._images.address(image)
        except MatrixError as refusal:
            reason = refusal.errcode or str(refusal.status)
            self._failed.append(Failure(act.SetAvatar(action.key, image), reason))
            return None

    async def _change(self, action: RoomAction, room: RoomId) -> None:
        match action:
            case act.KickPerson() | act.WithdrawInvitation():
                await self._rooms.kick(room, action.user_id)
            case act.LiftBan():
                await self._rooms.unban(room, action.user_id)
            case act.InvitePerson():
                direct = action.key.kind is RoomKind.PRIVATE
                await self._rooms.invite(room, action.user_id, direct=direct)
            case act.SetPower():
                await self._rooms.set_state(room, POWER_LEVELS, dict(action.content))
            case act.CorrectState():
                await self._rooms.set_state(room, action.event_type, dict(action.content))
            case act.SetAvatar() | act.SetAlias() | act.PinCharter():
                await self._show(action, room)
            case _:
                await self._link(action, room)

    async def _show(
        self, action: act.SetAvatar | act.SetAlias | act.PinCharter, room: RoomId
    ) -> None:
        match action:
            case act.SetAvatar():
                if self._images is None:
                    raise TypeError(action)
                shown = {"url": await self._images.address(action.image)}
                await self._rooms.set_state(room, AVATAR, shown)
            case act.SetAlias():
                # The server takes no address for a room that does not lead there.
                await self._rooms.lead(action.alias, room)
                await self._rooms.set_state(room, ALIAS, {"alias": action.alias})
            case act.PinCharter():
                charter = self._registry.charter_events(self._commune.code).get(room)
                if charter is None:
                    raise _NoCharter
                await self._rooms.set_state(room, PINNED, pinned.content(charter, action.keep))
            case _:  # pragma: no cover
                assert_never(action)

    async def _link(self, action: RoomAction, room: RoomId) -> None:
        match action:
            case act.LinkChild():
                child = self._place(action.child)
                await self._rooms.set_state(room, "m.space.child", dict(action.content), child)
            case act.UnlinkChild():
                await self._rooms.set_state(room, "m.space.child", {}, action.child)
            case act.LinkParent():
                parent = self._place(action.parent)
                await self._rooms.set_state(room, "m.space.parent", dict(action.content), parent)
            case act.UnlinkParent():
                await self._rooms.set_state(room, "m.space.parent", {}, action.parent)
            case _:
                raise TypeError(action)

    def _place(self, key: RoomKey) -> RoomId:
        room = self._places.get(key)
        if room is None:
            raise _NoPlace
        return room

    async def _post_charters(self, actions: Sequence[act.PostCharter]) -> None:
        """All of them in one go, by who holds the encrypted session."""
        reason = _NOT_TRIED
        if self._charters is not None and self._stopped is None:
            try:
                await self._charters.post()
            except PcError as error:
                reason = error.what
            except MatrixError as refusal:
                reason = refusal.errcode
        missing = self._without_charter()
        for action in actions:
            if self._places.get(action.key) in missing:
                self._failed.append(Failure(action, reason))
            else:
                self._note(action)

    def _without_charter(self) -> set[RoomId | None]:
        if self._charters is None:
            return {None, *self._places.values()}
        version = self._charters.version
        return {None, *self._registry.rooms_without_charter(self._commune.code, version)}
