"""What an import would do, as a list that people read before it is done: pure, and no contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pc_matrix.registry.spreadsheet.changes import Change, Changes, is_ended
from pc_matrix.registry.spreadsheet.people import Known
from policies.terms import Directory, Mandate, UserId


class Kind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


class Trait(StrEnum):
    """What changes of a person or a mandate."""

    NAME = "name"
    LANGUAGE = "language"
    EMAIL = "email"
    PHONE = "phone"
    SINCE = "since"
    UNTIL = "until"
    CHARTER = "charter"


@dataclass(frozen=True, slots=True)
class Step:
    """One person or one mandate. ``mandate`` is as it will be, ``was`` as it is.

    ``traits`` is empty unless something that exists changes. An ended mandate is ``absent`` when
    it ends because the file, said to be whole, does not speak of it.
    """

    kind: Kind
    user_id: UserId
    name: str
    mandate: Mandate | None = None
    was: Mandate | None = None
    traits: tuple[Trait, ...] = ()
    absent: bool = False


def steps(
    changes: Changes, directory: Directory, known: Mapping[UserId, Known], now: datetime
) -> tuple[Step, ...]:
    """Everything that ``changes`` writes: by person's name, the person before his mandates."""
    found = [*_persons(changes, directory, known), *_mandates(changes, directory, now)]
    order = list(Kind)
    return tuple(
        sorted(
            found,
            key=lambda s: (
                s.name.casefold(),
                s.user_id,
                s.mandate is not None,
                order.index(s.kind),
            ),
        )
    )


def _persons(
    changes: Changes, directory: Directory, known: Mapping[UserId, Known]
) -> Iterator[Step]:
    for user_id, (person, contact) in changes.persons.items():
        before = directory.persons.get(user_id)
        if before is None:
            yield Step(Kind.ADDED, user_id, person.name)
            continue
        held = known[user_id].contact
        differs = {
            Trait.NAME: person.name != before.name,
            Trait.LANGUAGE: person.language != before.language,
            Trait.EMAIL: contact.email != held.email,
            Trait.PHONE: contact.phone != held.phone,
        }
        yield Step(Kind.CHANGED, user_id, person.name, traits=_true(differs))


def _mandates(changes: Changes, directory: Directory, now: datetime) -> Iterator[Step]:
    for change in changes.mandates:
        name = _name(change.mandate.user_id, changes, directory)
        yield _mandate(change, name, now)
    for mandate in changes.ended:
        name = _name(mandate.user_id, changes, directory)
        ended = ended_at(mandate, now)
        yield Step(Kind.ENDED, mandate.user_id, name, ended, mandate, absent=True)


def _mandate(change: Change, name: str, now: datetime) -> Step:
    mandate, was = change.mandate, change.was
    if was is None:
        return Step(Kind.ADDED, mandate.user_id, name, mandate)
    differs = {
        Trait.SINCE: mandate.since != was.since,
        Trait.UNTIL: mandate.until != was.until,
        Trait.CHARTER: mandate.charter_accepted != was.charter_accepted,
    }
    kind = Kind.ENDED if is_ended(mandate, now) else Kind.CHANGED
    return Step(kind, mandate.user_id, name, mandate, was, _true(differs))


def ended_at(mandate: Mandate, now: datetime) -> Mandate:
    """The mandate as it is once it ends ``now``: one that has not begun ends as it begins."""
    return replace(mandate, until=max(now, mandate.since))


def _true(differs: Mapping[Trait, bool]) -> tuple[Trait, ...]:
    return tuple(trait for trait, does in differs.items() if does)


def _name(user_id: UserId, changes: Changes, directory: Directory) -> str:
    written = changes.persons.get(user_id)
    person = written[0] if written else directory.persons.get(user_id)
    return person.name if person else user_id
