"""What good rows change in the registry: pure, so that a dry run is not doing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from pc_matrix.registry.records import Contact
from pc_matrix.registry.spreadsheet.dates import begins, is_over, local_day
from pc_matrix.registry.spreadsheet.entries import Entry
from pc_matrix.registry.spreadsheet.people import Known, Named
from pc_matrix.registry.spreadsheet.row import CharterWord
from policies.terms import (
    AuthorityCode,
    Directory,
    Mandate,
    Person,
    Role,
    SectorCode,
    UserId,
)


class Skipped(StrEnum):
    """Why a good row was left alone."""

    ENDED = "ended"
    """Its mandate was ended in the registry; only a later start opens a new one."""
    PAST = "past"
    """It ends in the past and does not say when it began: more often a mistake than history."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mandate to write; ``was`` is the one that it takes the place of."""

    mandate: Mandate
    was: Mandate | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What to write. No row is ever removed; only ``ended`` touches who is absent from the file."""

    persons: Mapping[UserId, tuple[Person, Contact]] = field(default_factory=dict)
    mandates: tuple[Change, ...] = ()
    skipped: tuple[tuple[int, Skipped], ...] = ()
    """Lines left alone, and why."""
    ended: tuple[Mandate, ...] = ()
    """Mandates that end now because no row of a whole file speaks of them."""
    met: frozenset[Mandate] = frozenset()
    """Mandates of the registry that some row speaks of."""

    @property
    def are_none(self) -> bool:
        return not (self.persons or self.mandates or self.ended)


def decide(
    rows: Sequence[Named], directory: Directory, known: Mapping[UserId, Known], now: datetime
) -> Changes:
    """What the rows change. Cells that are empty change nothing."""
    held = _by_place(directory)
    taken: set[Mandate] = set()
    mandates: list[Change] = []
    skipped: list[tuple[int, Skipped]] = []
    for row in sorted(rows, key=lambda r: (not _is_exact(r, held, directory), r.entry.line)):
        was = _held_before(row, [m for m in held[_place(row)] if m not in taken], directory, now)
        if was is not None:
            taken.add(was)
        wanted = _mandate(row, was, directory, now)
        if was is None and row.entry.since is None and is_ended(wanted, now):
            skipped.append((row.entry.line, Skipped.PAST))
        elif was is not None and is_ended(was, now):
            if row.entry.until is None or wanted.until != was.until:
                skipped.append((row.entry.line, Skipped.ENDED))
        elif wanted != was:
            mandates.append(Change(wanted, was))
    past = {line for line, why in skipped if why is Skipped.PAST}
    told = [r for r in rows if r.entry.line not in past or r.user_id in directory.persons]
    persons = _persons(told, directory, known)
    return Changes(persons, tuple(mandates), tuple(sorted(skipped)), met=frozenset(taken))


def ending_the_absent(changes: Changes, directory: Directory, now: datetime) -> Changes:
    """The same when the file is whole: open mandates that no row speaks of end now, too."""
    absent = (m for m in open_mandates(directory, now) if m not in changes.met)
    return replace(changes, ended=tuple(absent))


def open_mandates(directory: Directory, now: datetime) -> tuple[Mandate, ...]:
    """Those that run or are to come."""
    return tuple(m for m in directory.mandates if not is_ended(m, now))


def _persons(
    rows: Sequence[Named], directory: Directory, known: Mapping[UserId, Known]
) -> dict[UserId, tuple[Person, Contact]]:
    wanted: dict[UserId, tuple[Person, Contact]] = {}
    for row in rows:
        before = directory.persons.get(row.user_id)
        old = known[row.user_id].contact if row.user_id in known else Contact()
        person, contact = wanted.get(row.user_id, (before, old))
        language = person.language if person else directory.commune.language
        entry = row.entry
        wanted[row.user_id] = (
            Person(row.user_id, entry.name, entry.language or language),
            Contact(entry.email or contact.email, entry.phone or contact.phone),
        )
    return {
        user_id: (person, contact)
        for user_id, (person, contact) in wanted.items()
        if person != directory.persons.get(user_id) or contact != known[user_id].contact
    }


_Place = tuple[UserId, Role, SectorCode | None, AuthorityCode | None]


def _place(row: Named) -> _Place:
    return row.user_id, row.entry.role, row.entry.sector, row.entry.authority


def _by_place(directory: Directory) -> Mapping[_Place, list[Mandate]]:
    found: dict[_Place, list[Mandate]] = defaultdict(list)
    for m in directory.mandates:
        found[m.user_id, m.role, m.sector, m.authority].append(m)
    return found


def _is_exact(row: Named, held: Mapping[_Place, list[Mandate]], directory: Directory) -> bool:
    since = _since(row.entry, directory)
    return since is not None and any(m.since == since for m in held[_place(row)])


def _held_before(
    row: Named, held: Sequence[Mandate], directory: Directory, now: datetime
) -> Mandate | None:
    """Which of the mandates ``held`` in the row's place it speaks of."""
    since, until = _since(row.entry, directory), _until(row.entry, directory)
    exact = [m for m in held if m.since == since]
    near = [m for m in held if _meets(m, since, until)]
    # Among those that the row may mean, one that still runs or is to come before one that ended.
    near.sort(key=lambda m: (is_ended(m, now), m.since))
    return next(iter([*exact, *near]), None)


def _meets(held: Mandate, since: datetime | None, until: datetime | None) -> bool:
    begins_in_time = until is None or held.since < until
    ends_in_time = since is None or held.until is None or since < held.until
    return begins_in_time and ends_in_time


def is_ended(held: Mandate, now: datetime) -> bool:
    """Whether nothing more will come of that mandate."""
    # One that was revoked before it began ends when it begins: it is as ended as the others.
    return held.until is not None and held.until <= max(now, held.since)


def _mandate(row: Named, was: Mandate | None, directory: Directory, now: datetime) -> Mandate:
    entry, zone = row.entry, directory.commune.time_zone
    default = was.since if was else begins(local_day(now, zone), zone)
    return Mandate(
        row.user_id,
        entry.role,
        _since(entry, directory) or default,
        _until(entry, directory) or (was.until if was else None),
        entry.sector,
        entry.authority,
        _charter(entry, was, zone, now),
    )


def _charter(entry: Entry, was: Mandate | None, zone: str, now: datetime) -> datetime | None:
    before = was.charter_accepted if was else None
    match entry.charter:
        case date():
            return begins(entry.charter, zone)
        case CharterWord.YES:
            return before or now
        case CharterWord.NO:
            return None
        case CharterWord.SILENT:
            return before


def _since(entry: Entry, directory: Directory) -> datetime | None:
    return begins(entry.since, directory.commune.time_zone) if entry.since else None


def _until(entry: Entry, directory: Directory) -> datetime | None:
    return is_over(entry.until, directory.commune.time_zone) if entry.until else None
