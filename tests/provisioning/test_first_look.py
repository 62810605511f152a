"""The registry is read while the server is asked; what it says is not acted upon when it is old."""

from __future__ import annotations

import asyncio

import pytest

from pc_matrix.homeserver.rooms import StateEvent
from pc_matrix.provisioning.meanwhile import meanwhile
from policies.terms import Role
from tests.policies.worlds import user
from tests.provisioning.conftest import Stage
from tests.provisioning.fakes import BOT


async def test_who_was_appointed_meanwhile_is_not_put_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes him down and invites him between the two readings."""
    await stage.settle()
    whole = stage.server.all_states
    read: list[str] = []
    directory = stage.registry.directory

    async def slow() -> dict[str, list[StateEvent]] | None:
        while not read:
            await asyncio.sleep(0.01)
        stage.appoint("erik", Role.RESIDENT, "gare")
        for room in (stage.room("sector", "gare"), stage.room("commune-space")):
            stage.server.member(room, user("erik"), "invite", BOT)
        return await whole()

    def noted(commune: object) -> object:
        read.append("directory")
        return directory(stage.commune)

    monkeypatch.setattr(stage.server, "all_states", slow)
    monkeypatch.setattr(stage.registry, "directory", noted)
    report = await stage.provisioner().enforce()
    assert report.done == ()
    assert len(read) == 2
    assert stage.server.membership(stage.room("sector", "gare"), user("erik")) == "invite"


async def test_when_nothing_is_amiss_the_registry_is_read_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.settle()
    read: list[str] = []
    directory = stage.registry.directory

    def noted(commune: object) -> object:
        read.append("directory")
        return directory(stage.commune)

    monkeypatch.setattr(stage.registry, "directory", noted)
    assert (await stage.provisioner().enforce()).done == ()
    assert len(read) == 1


async def test_a_question_is_dropped_when_what_was_done_meanwhile_fails() -> None:
    dropped = asyncio.Event()

    async def asking() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            dropped.set()

    with pytest.raises(ZeroDivisionError):
        await meanwhile(asking(), lambda: 1 // 0)
    await asyncio.wait_for(dropped.wait(), 60)
