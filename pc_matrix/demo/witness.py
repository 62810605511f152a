"""What the tour checks: each check has a person, a room, what was seen, and whether it held."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import Client, ClientError, Seen
from pc_matrix.errors import PcError
from pc_matrix.homeserver.http import MatrixError

SEALED = "chiffré de bout en bout, ouvert"
_PATIENCE = 25.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the summary. ``how`` says how it travelled, or why the check failed."""

    scene: str
    who: str
    role: str
    room: str
    what: str
    how: str
    passed: bool


@dataclass(slots=True)
class Witness:
    """Keeps the checks of the tour; ``show`` hears of each as it is made."""

    show: Callable[[Check], None]
    scene: str = ""
    checks: list[Check] = field(default_factory=list)

    @property
    def all_passed(self) -> bool:
        """Whether something was checked, and all of it held."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def note(self, who: Character | str, room: str, what: str, how: str, *, passed: bool) -> bool:
        """Write one check down, and say whether it passed."""
        name, role = (who.name, who.title) if isinstance(who, Character) else (who, "")
        check = Check(self.scene, name, role, room, what, how, passed)
        self.checks.append(check)
        self.show(check)
        return passed

    async def receives(  # noqa: PLR0913 - each names one side of the same expectation
        self,
        who: Character,
        phone: Client,
        room: tuple[str, str],
        what: str,
        *,
        sender: str,
        after: str = "",
        matches: str = "",
        timeout: float = _PATIENCE,  # noqa: ASYNC109
        reason: Callable[[Seen], str] = lambda _seen: "",
    ) -> Seen | None:
        """``who`` receives a message that ``matches``, sealed; ``None`` when the check failed.

        ``room`` is its id and its name. ``reason`` says what is wrong with the message received,
        and nothing when it is as it should be.
        """
        room_id, name = room
        wanted = {"room_id": room_id, "type": "m.room.message", "sender": sender}
        wanted |= {"after": after} if after else {}
        try:
            seen = await phone.wait_for(timeout=timeout, body_matches=matches, **wanted)
        except ClientError as error:
            self.note(who, name, what, await _why_not(phone, room_id, error), passed=False)
            return None
        wrong = ("" if seen.was_sealed else _unsealed(seen)) or reason(seen)
        passed = self.note(who, name, what, wrong or SEALED, passed=not wrong)
        return seen if passed else None

    async def survives(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        """Play one scene; what it could not even do is a failed check, and the tour goes on."""
        self.scene = what
        try:
            await step()
        except (ClientError, TimeoutError, MatrixError, PcError) as error:
            why = str(error) or type(error).__name__
            self.note("la visite", "", "la scène va jusqu'au bout", why, passed=False)


def _unsealed(seen: Seen) -> str:
    if seen.wire_type != "m.room.encrypted":
        return f"arrivé en clair ({seen.wire_type})"
    return f"bouclier {seen.shield} ({seen.shield_reason})"


async def _why_not(phone: Client, room_id: str, error: ClientError) -> str:
    """Why nothing was received: what came could not be opened, or nothing came."""
    try:
        closed = [s for s in await phone.read(room_id, 20) if s.error]
    except ClientError:
        return f"pas dans ce salon ({error.kind})"
    return f"{len(closed)} message(s) illisible(s)" if closed else "rien reçu"


async def within(seconds: float, happens: Callable[[], Awaitable[bool]]) -> float | None:
    """After how many seconds it happened, looking five times a second; ``None`` if it did not."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while not await happens():
        if loop.time() - start > seconds:
            return None
        await asyncio.sleep(0.2)
    return loop.time() - start
