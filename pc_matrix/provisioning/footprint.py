"""What a plan was made from, as keyed digests: enough to tell what changed, and to tell no more.

One digest for each person's mandates, one for the commune's file, and for each room one of its
members and one of its settings. Keyed, because names and dates could be guessed otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from pc_matrix.provisioning.plain import canonical, named
from pc_matrix.provisioning.reports import Survey
from policies.room_shapes import ALIAS, AVATAR, PINNED, POWER_LEVELS
from policies.terms import Directory
from policies.world import Account, Member, Membership, Observed, ObservedRoom

Digest = Callable[[str], str]
"""A keyed digest of a text, the same for the same text."""

Footprint = dict[str, dict[str, Any]]
"""Digests by what they are of (``Part``), then by whose; as it stands in a plan file."""


class Part(StrEnum):
    COMMUNE = "commune"
    PEOPLE = "people"
    MEMBERS = "members"
    SETTINGS = "settings"
    ROOMS = "rooms"
    """Which room stands for what, as the registry and the rooms' own marks say."""
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class Change:
    """Something of ``part`` is not what it was; ``of`` is a user id, or a room as ``kind:code``."""

    part: Part
    of: str


def footprint(survey: Survey, digest: Digest) -> Footprint:
    """The footprint of what ``survey`` saw.

    An invitation that was accepted is no change: nothing is to be done about it, before or after.
    """
    facts: dict[Part, Mapping[Any, Any]] = {
        Part.COMMUNE: {"": survey.directory.commune},
        Part.PEOPLE: _people(survey.directory),
        **_rooms(survey.observed),
        Part.ACCOUNTS: {u: a for u, a in survey.observed.accounts.items() if a != Account.PRESENT},
    }
    return {
        part.value: {str(of): digest(canonical(fact))[:32] for of, fact in sorted(found.items())}
        for part, found in facts.items()
    }


def changes(before: Mapping[str, Mapping[str, Any]], now: Footprint) -> tuple[Change, ...]:
    """What differs between two footprints, sorted."""
    return tuple(
        Change(part, of)
        for part in Part
        for of in sorted({*before.get(part.value, {}), *now[part.value]})
        if before.get(part.value, {}).get(of) != now[part.value].get(of)
    )


def _people(directory: Directory) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(user): [[person.name, person.language]] for user, person in directory.persons.items()
    }
    for mandate in sorted(directory.mandates, key=canonical):
        facts = [getattr(mandate, field.name) for field in fields(mandate)]
        found.setdefault(str(mandate.user_id), []).append(facts)
    return found


def _rooms(observed: Observed) -> dict[Part, dict[str, Any]]:
    by_place: dict[str, list[ObservedRoom]] = {}
    for room in sorted(observed.rooms, key=lambda room: room.room_id):
        by_place.setdefault(named(room.key), []).append(room)
    registered = {named(key): room_id for key, room_id in observed.registered.items()}
    return {
        Part.MEMBERS: {n: [_members(r) for r in rooms] for n, rooms in by_place.items()},
        Part.SETTINGS: {n: [_settings(r) for r in rooms] for n, rooms in by_place.items()},
        Part.ROOMS: {
            name: [registered.get(name), [room.room_id for room in by_place.get(name, [])]]
            for name in {*registered, *by_place}
        },
    }


def _members(room: ObservedRoom) -> dict[str, Any]:
    return {user: _standing(member) for user, member in room.members.items()}


def _standing(member: Member) -> object:
    if member.membership in (Membership.JOIN, Membership.INVITE):
        return "in"
    return [member.membership, member.by_self]


def _settings(room: ObservedRoom) -> list[Any]:
    ours = set(_ours())
    state = {name: content for name, content in room.state.items() if name in ours}
    return [room.version, room.federates, room.space, state, room.children, room.parents]


def _ours() -> Iterator[str]:
    """The settings that a plan looks at; others may change what they like besides."""
    yield from (POWER_LEVELS, AVATAR, ALIAS, PINNED)
    names = ("encryption", "join_rules", "history_visibility", "guest_access", "server_acl")
    yield from (f"m.room.{name}" for name in (*names, "name", "topic"))
