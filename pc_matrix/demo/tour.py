"""The demonstration from an empty folder to the summary; whatever it starts, it stops."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pc_matrix import wiring
from pc_matrix.demo import home as homes
from pc_matrix.demo import record
from pc_matrix.demo.cast import Cast, enter, phones
from pc_matrix.demo.people import ClientError
from pc_matrix.demo.programs import BOT_LOG, BotProcess, Commands
from pc_matrix.demo.scenes import SCENES
from pc_matrix.demo.stage import Stage
from pc_matrix.demo.witness import Check, Witness
from pc_matrix.errors import IncompleteError
from policies.terms import RoomKind

_LOG = "phones.log"


@dataclass(frozen=True, slots=True)
class Telling:
    """Where the tour says what it does: commands, titles and checks, as they come."""

    command: Callable[[str], None]
    title: Callable[[str], None]
    check: Callable[[Check], None]


@dataclass(slots=True)
class Outcome:
    """What came of it. ``record`` is what ``demo.json`` holds."""

    home: Path
    checks: list[Check] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks)


async def run(home: Path, telling: Telling, *, keep: bool) -> Outcome:
    """Set up, play every scene, and leave server and bot running only if ``keep``.

    Raises ``PcError`` when the set-up fails; what fails later is a check that did not pass.
    """
    begun = time.monotonic()
    _forget_other_homes()
    homes.fresh(home)
    url = homes.furnish(home)
    commands, bot = Commands(home, telling.command), BotProcess(home)
    outcome, log = Outcome(home), home / _LOG
    async with _stopped(home, commands, bot, keep=keep), phones(log) as switched_on:
        telling.title("Mise en place, par les commandes de la mairie")
        passwords = await _set_up(home, commands)
        telling.command("pc-matrix bot")
        await bot.start()
        rooms, admin_token = _known(home)
        outcome.record = record.of(url, rooms, passwords, _pids(home, bot))
        homes.write_record(home, outcome.record)
        telling.title("Chacun prend son téléphone")
        with _could_not_begin(home):
            cast = Cast(url, record.BOT, log, rooms, await switched_on)
            await enter(cast, passwords)
        witness = Witness(telling.check)
        outcome.checks = witness.checks
        await _play(Stage(cast, witness, home, admin_token), telling)
        await _nothing_left_to_do(commands, witness, telling)
    outcome.seconds = time.monotonic() - begun
    return outcome


def _forget_other_homes() -> None:
    """The environment of a real deployment has no say here: not its secrets, nor its database."""
    for name in [name for name in os.environ if name.startswith("PC_MATRIX_")]:
        del os.environ[name]


async def _set_up(home: Path, commands: Commands) -> dict[str, str]:
    """Server, persons, rooms; the new accounts' passwords by user id."""
    await commands.run("homeserver", "up")
    await commands.run("registry", "import", str(home / homes.TABLE))
    report = await commands.json("apply", "--yes")
    return {a["user_id"]: a["password"] for a in report["accounts"]}


def _known(home: Path) -> tuple[dict[tuple[RoomKind, str], str], str]:
    """The rooms by kind and code, and the administrator's token."""
    with wiring.open_house(home, None) as house:
        found = house.registry.rooms(house.settings.commune.code)
        rooms = {(key.kind, key.code): str(room_id) for room_id, key in found.items()}
        return rooms, house.settings.secrets.required("admin_token")


def _pids(home: Path, bot: BotProcess) -> dict[str, int]:
    found = {"homeserver": homes.synapse_pid(home), "bot": bot.pid}
    return {name: pid for name, pid in found.items() if pid is not None}


@contextmanager
def _could_not_begin(home: Path) -> Iterator[None]:
    try:
        yield
    except (ClientError, TimeoutError) as error:
        raise IncompleteError(
            "La visite n'a pas pu commencer : un téléphone n'est pas prêt.",
            str(error),
            f"Voyez {home / _LOG} et {home / BOT_LOG}, puis relancez.",
        ) from error


async def _play(stage: Stage, telling: Telling) -> None:
    for title, play in SCENES:
        telling.title(title)
        await stage.witness.survives(title, partial(play, stage))


async def _nothing_left_to_do(commands: Commands, witness: Witness, telling: Telling) -> None:
    witness.scene = "Après la visite"
    telling.title(witness.scene)
    status = await commands.status("plan")
    how = f"« pc-matrix plan » : statut {status}"
    witness.note("la mairie", "", "il n'y a rien à corriger", how, passed=status == 0)


@asynccontextmanager
async def _stopped(
    home: Path, commands: Commands, bot: BotProcess, *, keep: bool
) -> AsyncIterator[None]:
    """Bot and homeserver end with the block; with ``keep`` only if it failed."""
    try:
        yield
    except BaseException:
        await _stop(home, commands, bot)
        raise
    if not keep:
        await _stop(home, commands, bot)


async def _stop(home: Path, commands: Commands, bot: BotProcess) -> None:
    """In the usual way, and what is left then by its process id."""
    try:
        await bot.stop()
        await commands.status("homeserver", "down")
    finally:
        homes.stop_earlier(home)
