"""The key that ``init`` showed: published at the first ``apply``, good on another machine."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from pc_matrix import settings
from pc_matrix.demo.programs import Commands, command
from pc_matrix.homeserver.recovery.publishing import draw_pending
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.vault import Vault
from tests.live.conftest import free_port

pytestmark = pytest.mark.live


async def answer(home: Path, typed: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """What ``pc-matrix --json`` ends with and says, with one line on its standard input."""
    process = await asyncio.create_subprocess_exec(
        *command(home, "--json", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await asyncio.wait_for(process.communicate(typed.encode() + b"\n"), 60)
    found = json.loads(out or complaint)
    return process.returncode or 0, found if isinstance(found, dict) else {}


async def test_from_init_to_another_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    commands = Commands(home, lambda _line: None)
    url = f"http://127.0.0.1:{free_port()}"
    shown = (await commands.json("init", "--yes", "--url", url))["recovery_key"]
    try:
        await commands.run("homeserver", "up")
        await on_another_machine(home, commands, shown)
    finally:
        await commands.status("homeserver", "down")


async def on_another_machine(home: Path, commands: Commands, shown: str) -> None:
    await commands.run("apply", "--yes")
    read = settings.load(home)
    session, vault = read.session_dir, Vault(read.secrets.vault_key())
    waiting = SealedFile(session / "recovery.sealed", f"recovery:{read.bot}", vault)
    # Once it is published, the machine cannot tell the key any more.
    assert not waiting.path.exists()
    session.rename(home / "lost-machine")
    # ``init`` on the new machine draws a key of its own, which restoring makes void.
    drawn = draw_pending(waiting)
    # Without the identity the bot does not begin a new one over it.
    status, refused = await answer(home, "", "bot")
    assert (status, "trust restore" in refused["error"]["remedy"]) == (8, True)
    assert not (session / "identity.sealed").exists()
    status, _ = await answer(home, shown, "trust", "restore")
    assert (status, waiting.path.exists()) == (0, False)
    assert (await answer(home, drawn.text, "trust", "restore"))[0] == 4
    assert (await answer(home, shown, "trust", "restore"))[0] == 0
