"""A directory is asked for once in a turn of the event loop, and never older than a turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from pc_matrix.registry.store import Registry
from pc_matrix.registry.turn import Turn
from policies.terms import CommuneCode, Person, Role
from tests.fakes import commune as c

COMMUNE = c.commune()


def test_without_a_loop_there_are_no_turns() -> None:
    turn = Turn()
    assert [turn.has("a"), turn.has("a")] == [False, False]


async def test_a_turn_ends_with_the_loops_and_with_a_change() -> None:
    turn = Turn()
    assert [turn.has("a"), turn.has("b"), turn.has("a")] == [False, False, True]
    turn.end()
    assert [turn.has("a"), turn.has("a")] == [False, True]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not turn.has("a")


async def test_what_we_change_ourselves_is_seen_in_the_same_turn(registry: Registry) -> None:
    registry.add_person(COMMUNE.code, Person(c.RESIDENT, "Rose Petit", "fr"))
    assert registry.directory(COMMUNE).mandates == ()
    registry.add_mandate(COMMUNE.code, c.mandate(c.RESIDENT, Role.RESIDENT, c.CENTRE))
    assert len(registry.directory(COMMUNE).mandates) == 1


async def test_one_communes_answer_is_not_anothers(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(COMMUNE, code=CommuneCode("autre"))
    for commune in (COMMUNE, other):
        registry.directory(commune)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked = list[str]()
    revision = registry._revision

    def counted(code: CommuneCode) -> int:
        asked.append(code)
        return revision(code)

    monkeypatch.setattr(registry, "_revision", counted)
    for commune in (COMMUNE, COMMUNE, other, other, COMMUNE):
        registry.directory(commune)
    assert asked == [COMMUNE.code, "autre"]
