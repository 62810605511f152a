"""Rows against each other: who is the same person, which id is his, which rows contradict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pc_matrix.registry.records import Contact
from pc_matrix.registry.spreadsheet.entries import Entry
from pc_matrix.registry.spreadsheet.findings import Fault
from pc_matrix.registry.spreadsheet.headings import Column
from pc_matrix.registry.spreadsheet.matrix_ids import proposed
from pc_matrix.registry.spreadsheet.words import folded
from policies.terms import Commune, Person, UserId


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is in the registry, or whom an earlier row made known."""

    name: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class Named:
    """A good row and the Matrix id of its person; ``proposed`` when the file gave none."""

    entry: Entry
    user_id: UserId
    proposed: bool


def known_persons(
    persons: Mapping[UserId, Person], contacts: Mapping[UserId, Contact]
) -> dict[UserId, Known]:
    """The registry's persons as rows are compared with them."""
    return {u: Known(p.name, contacts.get(u, Contact())) for u, p in persons.items()}


def named(
    entries: Sequence[Entry], commune: Commune, registry: Mapping[UserId, Known]
) -> tuple[list[Named], list[Fault]]:
    """Every entry with its person's id, and what the entries contradict each other in.

    An entry without an id belongs to the person of that name (unless e-mail or telephone differ),
    first in the file, then in the registry; otherwise an id is proposed. Entries with a fault
    are left out.
    """
    given = {e.user_id: Known(e.name, _contact(e)) for e in reversed(entries) if e.user_id}
    everybody = {**registry, **given}
    before = frozenset(everybody)
    by_name = _by_name(everybody)
    found: list[Named] = []
    faults: list[Fault] = []
    for entry in entries:
        bearers = by_name[folded(entry.name)]
        namesakes = [u for u in bearers if _may_be(entry, everybody[u])]
        if entry.user_id:
            found.append(Named(entry, entry.user_id, proposed=False))
        elif len(namesakes) > 1:
            listed = ", ".join(sorted(namesakes))
            what = f"plusieurs personnes portent ce nom ({listed}) : indiquez l'identifiant"
            faults.append(Fault(entry.line, Column.MATRIX_ID.value, what))
        else:
            user_id = (
                namesakes[0]
                if namesakes
                else proposed(entry.first, entry.family, commune, everybody)
            )
            if user_id not in everybody:
                everybody[user_id] = Known(entry.name, _contact(entry))
                bearers.append(user_id)
            found.append(Named(entry, user_id, proposed=user_id not in before))
    faults += _one_id_for_two(found) + _twice(found)
    bad = {fault.line for fault in faults}
    return [n for n in found if n.entry.line not in bad], faults


def _by_name(everybody: Mapping[UserId, Known]) -> dict[str, list[UserId]]:
    """Who bears which name: a file of ten thousand is not compared with ten thousand."""
    found: dict[str, list[UserId]] = defaultdict(list)
    for user_id, who in everybody.items():
        found[folded(who.name)].append(user_id)
    return found


def _contact(entry: Entry) -> Contact:
    return Contact(entry.email, entry.phone)


def _may_be(entry: Entry, who: Known) -> bool:
    """Whether somebody of the entry's name may be its person."""
    pairs = (
        (entry.email.lower(), who.contact.email.lower()),
        (_digits(entry.phone), _digits(who.contact.phone)),
    )
    return all(not one or not other or one == other for one, other in pairs)


def _digits(phone: str) -> str:
    return "".join(c for c in phone if c.isdigit())[-9:]


def _one_id_for_two(found: Sequence[Named]) -> list[Fault]:
    faults: list[Fault] = []
    for user_id, group in _grouped(found).items():
        names = {folded(n.entry.name) for n in group}
        if len(names) > 1:
            listed = ", ".join(f"ligne {n.entry.line}" for n in group)
            what = f"{user_id} est donné à des personnes différentes ({listed})"
            faults += [Fault(n.entry.line, Column.MATRIX_ID.value, what) for n in group]
    return faults


def _twice(found: Sequence[Named]) -> list[Fault]:
    faults: list[Fault] = []
    groups: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for one in found:
        e = one.entry
        groups[one.user_id, e.role, e.sector, e.authority].append(e)
    for group in groups.values():
        faults += _repeated(group)
    return faults


def _repeated(group: Sequence[Entry]) -> Iterator[Fault]:
    """Entries of one person and place that say what an earlier one says, or overlap it."""
    earlier: dict[tuple[object, object], Entry] = {}
    for entry in group:
        same = earlier.get((entry.since, entry.until))
        if same:
            yield Fault(entry.line, "", f"la ligne {same.line} dit la même chose")
            continue
        met = next((one for one in earlier.values() if _overlap(one, entry)), None)
        if met:
            what = f"ce mandat chevauche celui de la ligne {met.line}"
            yield Fault(entry.line, Column.SINCE.value, what)
        earlier[entry.since, entry.until] = entry


def _overlap(one: Entry, other: Entry) -> bool:
    # A start that is not given may be any: only an end before the other's start sets them apart.
    return _reaches(one, other) and _reaches(other, one)


def _reaches(one: Entry, other: Entry) -> bool:
    return one.until is None or other.since is None or other.since <= one.until


def _grouped(found: Sequence[Named]) -> Mapping[UserId, list[Named]]:
    groups: dict[UserId, list[Named]] = defaultdict(list)
    for one in found:
        groups[one.user_id].append(one)
    return groups
