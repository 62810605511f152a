"""Seconds from a process's start until it knows who is in which room: ours, and the bare ways."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pc_matrix.bench import lookers
from pc_matrix.bench.figures import Spread, spread
from pc_matrix.bench.prepared import Bench
from pc_matrix.bench.processes import Ended, timed
from pc_matrix.bench.towns import Progress, Town
from pc_matrix.errors import IncompleteError
from pc_matrix.homeserver.http import MatrixHttp, client_path
from pc_matrix.homeserver.shapes import string

_OURS = "pc_matrix.bench.our_start"
_BARE = "pc_matrix.homeserver.bare.first_sync"
SYNCS = ("sync", "sync-lean", "sync-leanest", "sliding")
JOINED = "joined-members"
"""Ways of ``homeserver.bare.first_sync``, which is not imported here: it imports its HTTP library.
``JOINED`` is no sync: it tells who is joined, and neither who is invited nor what is encrypted."""


@dataclass(frozen=True, slots=True)
class Ready:
    """One town. ``first`` and ``again`` are ours: without and with rooms from an earlier run."""

    rooms: int
    members: int
    first: Spread
    again: Spread
    bare: Mapping[str, Spread]

    @property
    def fastest(self) -> str:
        """The bare sync of the smallest median."""
        return min(SYNCS, key=lambda way: self.bare[way].median)

    @property
    def ratio(self) -> float:
        """How many times as long as the fastest bare sync a first start takes."""
        return self.first.median / self.bare[self.fastest].median

    @property
    def restart_ratio(self) -> float:
        """The same for a start that finds its rooms on disk."""
        return self.again.median / self.bare[self.fastest].median

    @property
    def joined_ratio(self) -> float:
        """How many times as long a first start takes as ``joined_members`` of every room."""
        return self.first.median / self.bare[JOINED].median

    def as_json(self) -> dict[str, Any]:
        return {
            "rooms": self.rooms,
            "members": self.members,
            "fastest_sync": self.fastest,
            "ratio_to_joined_members": round(self.joined_ratio, 2),
            "seconds": {
                "first_start": self.first.as_json(),
                "restart": self.again.as_json(),
                **{f"bare {way}": seconds.as_json() for way, seconds in self.bare.items()},
            },
        }


@dataclass(frozen=True, slots=True)
class _Look:
    """Everything that one town's starts need."""

    bench: Bench
    town: Town
    folder: str
    token: str


def measure(bench: Bench, folder: str, runs: int, progress: Progress) -> Ready:
    """All the ways in turns, once more than ``runs``: the first round warms the server's memory.

    Raises ``IncompleteError`` when two ways do not find the same members.
    """
    prepared = bench.prepared
    town, cursor = (
        (prepared.small, prepared.small_cursor)
        if folder == "small"
        else (prepared.large, prepared.large_cursor)
    )
    look = _Look(bench, town, folder, asyncio.run(_token(bench, town)))
    ways: dict[str, Callable[[], Ended]] = {
        lookers.FIRST: lambda: _ours(look, lookers.FIRST, None),
        lookers.AGAIN: lambda: _ours(look, lookers.AGAIN, cursor),
        **{way: _bare(look, way) for way in (*SYNCS, JOINED)},
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    members = 0
    for run in range(runs + 1):
        round_name = f"tour {run} sur {runs}" if run else "tour d'échauffement"
        progress(f"Départs, salons : {len(town.rooms)}, {round_name}.")
        # Who comes after whom changes: an answer warms the server's memory for the next one.
        leading = run % len(ways)
        order = [*ways, *ways][leading : leading + len(ways)]
        found = {way: ways[way]() for way in order}
        members = _same_members(found)
        if run > 0:
            for way, ended in found.items():
                seconds[way].append(ended.seconds)
    taken = {way: spread(values) for way, values in seconds.items()}
    first, again = taken.pop(lookers.FIRST), taken.pop(lookers.AGAIN)
    return Ready(len(town.rooms), members, first, again, taken)


async def _token(bench: Bench, town: Town) -> str:
    """A token with a device: sliding sync wants one."""
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": town.looker.user_id},
        "password": town.looker.password,
    }
    async with MatrixHttp(bench.server.url) as http:
        return string(await http.request("POST", client_path("login"), login), "access_token")


def _ours(look: _Look, which: str, cursor: str | None) -> Ended:
    """A start on a copy of the device as it was prepared."""
    folder = look.bench.devices / f"{look.folder}-now"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(look.bench.devices / look.folder / which, folder)
    return timed(
        _OURS,
        {
            "base_url": look.bench.server.url,
            "user_id": look.town.looker.user_id,
            "password": look.town.looker.password,
            "folder": str(folder),
            "key": look.bench.prepared.key,
            "cursor": cursor,
            "rooms": look.town.rooms,
            "people": look.bench.prepared.people,
        },
    )


def _bare(look: _Look, way: str) -> Callable[[], Ended]:
    job = {"base_url": look.bench.server.url, "token": look.token, "way": way}
    return lambda: timed(_BARE, job)


def _same_members(found: Mapping[str, Ended]) -> int:
    """How many memberships every way found."""
    known = {way: ended.answer["members"] for way, ended in found.items()}
    first, *others = known
    if any(known[way] != known[first] for way in others):
        different = ", ".join(way for way in others if known[way] != known[first])
        raise IncompleteError(
            "Deux façons de démarrer ne trouvent pas les mêmes membres.",
            f"Celles-ci diffèrent de « {first} » : {different}.",
            "La mesure ne vaut rien ; relancez-la dans un dossier neuf.",
        )
    return sum(len(users) for users in known[first].values())
