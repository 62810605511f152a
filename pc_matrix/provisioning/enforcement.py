"""What the running bot does about drift: undoes it, makes anew what is lost, and has it told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import structlog

from pc_matrix.errors import StoreError
from pc_matrix.provisioning.provisioner import Provisioner
from pc_matrix.provisioning.reports import EnforceReport
from policies.actions import RegainPower
from policies.brake import Braked
from policies.corrections import Correction, Deed
from policies.terms import CommuneCode, RoomId, RoomKey, RoomKind

_log = structlog.get_logger(__name__)


class Trail(Protocol):
    """Where corrections are kept until those whom they concern were told."""

    def note_corrections(self, found: Sequence[Correction]) -> None: ...


class Enforcement:
    """One commune's. ``alone`` is the right to make rooms, which a running ``apply`` may hold."""

    def __init__(
        self,
        provisioner: Provisioner,
        trail: Trail,
        code: CommuneCode,
        alone: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._provisioner, self._trail, self._code = provisioner, trail, code
        self._alone = alone
        self._asked_for = 0
        self._braked: Braked | None = None
        self._unfit: frozenset[RoomKey] = frozenset()
        self._lost: frozenset[RoomKey] = frozenset()

    async def __call__(
        self,
        room_ids: frozenset[RoomId] | None,
        *,
        moved: frozenset[RoomId] = frozenset(),
        anew: bool = False,
    ) -> EnforceReport:
        """Put right ``room_ids`` (``None``: all); what was found at first.

        Looks and raises as ``Provisioner.enforce`` does.
        """
        report = await self._provisioner.enforce(room_ids, moved=moved, anew=anew)
        if report.corrections:
            self._trail.note_corrections(report.corrections)
            await self._make_sure(report)
        self._tell_brake(report.braked, whole=room_ids is None)
        self._tell_powerless(report)
        self._unfit |= report.unfit
        await self._rebuild()
        return report

    def _tell_brake(self, braked: Braked | None, *, whole: bool) -> None:
        """The administrators decide; they are asked once, not at each look at the same world."""
        if not whole and (braked is None or self._braked is not None):
            return  # a few rooms do not say that all is well again
        news, self._braked = braked is not None and braked.is_news(self._braked), braked
        if braked is not None and news:
            self._everywhere(Deed.BRAKED, braked.removed)

    def _tell_powerless(self, report: EnforceReport) -> None:
        """Each room once: nothing that the bot does there succeeds until a human acts."""
        lost = {f.action.key for f in report.failed if isinstance(f.action, RegainPower)}
        self._note([Correction(key, Deed.POWERLESS, None) for key in sorted(lost - self._lost)])
        self._lost = (self._lost - report.rooms) | lost

    async def _make_sure(self, before: EnforceReport) -> None:
        """Look once more: a server that says yes and does nothing is found out, and asked again."""
        rooms = self._provisioner.places({one.key for one in before.corrections})
        again = await self._provisioner.enforce(rooms)
        useless = [action for action in again.done if action in before.done]
        if not useless:
            return
        self._note([Correction(one.key, Deed.NO_EFFECT, None) for one in before.corrections])
        _log.error("enforcement.no_effect", rooms=len(rooms))
        if await self._provisioner.lift_shadow_ban():
            await self._provisioner.enforce(rooms)

    async def _rebuild(self) -> None:
        unfit, self._unfit = self._unfit, frozenset()
        try:
            with self._alone():
                report = await self._provisioner.rebuild(unfit)
        except StoreError:
            self._unfit = unfit  # somebody applies now; what is left is done at the next look
            return
        self._note(report.corrections)
        if report.too_many and report.too_many != self._asked_for:
            self._everywhere(Deed.TOO_MANY, report.too_many)
        self._asked_for = report.too_many

    def _everywhere(self, deed: Deed, count: int) -> None:
        everywhere = RoomKey(self._code, RoomKind.COMMUNE_SPACE)
        self._note([Correction(everywhere, deed, None, str(count))])

    def _note(self, found: Sequence[Correction]) -> None:
        if found:
            self._trail.note_corrections(tuple(dict.fromkeys(found)))
