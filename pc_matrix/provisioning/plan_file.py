"""A plan in a file: what somebody read and agreed to, to be done only while it still fits.

JSON. Nothing is ever done *because* it stands in the file: a plan is made anew from the world as
it is, and the file says whether that is the plan that was read. So a file that somebody wrote or
changed can make nobody do anything. It holds Matrix ids and settings; no name, no secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pc_matrix.errors import InputError, StalePlan
from pc_matrix.provisioning.footprint import Change, Digest, changes, footprint
from pc_matrix.provisioning.plain import canonical, key_of, plain, plain_item
from pc_matrix.provisioning.reports import Survey
from policies.actions import Action, MakeAccount, Notice, RenewPassword
from policies.terms import CommuneCode, RoomKey

FORMAT, VERSION = "pc-matrix-plan", 1


@dataclass(frozen=True, slots=True)
class Difference:
    """How the world differs from that of a plan file.

    ``more`` are actions that were not in it; ``fewer`` is how many of its own are not due any more.
    ``otherwise`` are the rooms that the plan makes: among ``more``, they are made in another way.
    """

    changes: tuple[Change, ...]
    more: tuple[Action, ...]
    fewer: int
    otherwise: frozenset[RoomKey] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.changes or self.more or self.fewer)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan file whose seal holds."""

    made_at: datetime
    footprint: dict[str, dict[str, Any]]
    asked: frozenset[RoomKey]
    """Rooms that were asked to be made anew."""
    actions: tuple[str, ...]
    """Each as canonical JSON, in order."""

    def difference(self, survey: Survey, digest: Digest) -> Difference:
        """How ``survey``, made now, differs from what this plan was made from."""
        now = [(action, canonical(_item(action))) for action in survey.plan.actions]
        said = {text for _, text in now}
        return Difference(
            changes(self.footprint, footprint(survey, digest)),
            tuple(action for action, text in now if text not in set(self.actions)),
            sum(text not in said for text in self.actions),
            frozenset(self._made(survey.directory.commune.code)),
        )

    def _made(self, code: CommuneCode) -> Iterator[RoomKey]:
        """The rooms that this plan makes."""
        for text in self.actions:
            action = json.loads(text)
            if action["action"] == "create-room":
                yield key_of(action["key"], code)


def proposed_name(code: CommuneCode, at: datetime) -> str:
    """``plan-59350-2026-11-29-1431.json``."""
    return f"plan-{code}-{at:%Y-%m-%d-%H%M}.json"


def written(survey: Survey, at: datetime, digest: Digest) -> str:
    """The text of the plan file of ``survey``, made at ``at``."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "commune": survey.directory.commune.code,
        "made_at": at.isoformat(timespec="seconds"),
        "replace": plain(survey.expected.replace),
        "removals": len({removal.user_id for removal in survey.plan.removals()}),
        "actions": [_item(action) for action in survey.plan.actions],
        "notices": [_item(notice) for notice in survey.plan.notices],
        "footprint": footprint(survey, digest),
    }
    sealed = {**body, "seal": digest(canonical(body))}
    return json.dumps(sealed, ensure_ascii=False, indent=1) + "\n"


def read(raw: bytes, code: CommuneCode, digest: Digest) -> PlanFile:
    """The plan that a file holds. Raises ``InputError`` when it is no plan of this commune's."""
    try:
        body = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _unusable("Ce n'est pas du JSON.") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise _unusable("Ce n'est pas un fichier de « pc-matrix plan --output ».")
    if body.get("version") != VERSION:
        raise _unusable("Une autre version de pc-matrix l'a écrit.")
    if body.get("commune") != code:
        raise _unusable("C'est celui d'une autre commune.")
    seal = body.pop("seal", None)
    if seal != digest(canonical(body)):
        raise _unusable(
            "Il a été modifié depuis, ou fait ailleurs, ou sous une autre clé maîtresse."
        )
    actions = tuple(canonical(action) for action in body["actions"])
    made_at = datetime.fromisoformat(body["made_at"])
    asked = frozenset(key_of(name, code) for name in body.get("replace", ()))
    return PlanFile(made_at, body["footprint"], asked, actions)


def stale(made_at: str, lines: Sequence[str], command: str) -> StalePlan:
    """What to tell when a plan does not fit any more; ``lines`` say what changed since.

    ``command`` makes another one.
    """
    return StalePlan(
        f"Rien n'a été fait : depuis ce plan, fait le {made_at}, des choses ont changé.",
        "\n".join(lines),
        f"Faites-en un nouveau, et relisez-le : {command}",
    )


def _item(item: Action | Notice) -> dict[str, Any]:
    """Whole, but for the names of people, which have no place outside the registry."""
    said = plain_item(item)
    if isinstance(item, MakeAccount | RenewPassword):
        del said["name"]
    return said


def _unusable(why: str) -> InputError:
    return InputError(
        "Ce fichier de plan n'est pas utilisable.",
        why,
        "Faites-en un nouveau avec « pc-matrix plan --output FICHIER ».",
    )
