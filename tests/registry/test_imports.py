from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pc_matrix.registry import Contact, Registry, imports
from pc_matrix.registry.persons import write_mandate
from pc_matrix.registry.spreadsheet.changes import Changes, Skipped, decide
from pc_matrix.registry.spreadsheet.dates import local_day
from pc_matrix.registry.spreadsheet.people import known_persons
from pc_matrix.registry.spreadsheet.reading import read
from policies.terms import Commune, Mandate, UserId
from tests.registry.conftest import CODE, NOW

MARIE = UserId("@marie:saint-exemple.test")
TITLES = "Nom;Prénom;Identifiant;Rôle;Secteur;Début;Fin;Charte;Courriel\n"
ROW = "Dupont;Marie;marie;référent;centre;01/01/2026;31/12/2026;oui;marie@exemple.fr\n"


def wanted(registry: Registry, commune: Commune, rows: str, at: datetime = NOW) -> Changes:
    directory = registry.directory(commune)
    known = known_persons(directory.persons, registry.contacts(CODE))
    table = read((TITLES + rows).encode(), commune, known, local_day(at, commune.time_zone))
    assert table.faults == ()
    return decide(table.rows, directory, known, at)


def imported(registry: Registry, commune: Commune, rows: str, at: datetime = NOW) -> Changes:
    changes = wanted(registry, commune, rows, at)
    registry.carry_out(CODE, changes, at, "test")
    return changes


def held(registry: Registry, commune: Commune) -> list[tuple[str, str]]:
    return [(str(m.since)[:16], str(m.until)[:16]) for m in registry.directory(commune).mandates]


def only(registry: Registry, commune: Commune) -> Mandate:
    (mandate,) = registry.directory(commune).mandates
    return mandate


def test_days_become_instants_of_the_commune(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW)
    assert held(registry, commune) == [("2025-12-31 23:00", "2026-12-31 23:00")]
    assert only(registry, commune).charter_accepted == NOW
    assert registry.contact(CODE, MARIE) == Contact("marie@exemple.fr", "")
    assert [a.action for a in registry.audits(CODE)] == ["mandate-given"]


def test_importing_again_changes_nothing(registry: Registry, commune: Commune) -> None:
    rows = ROW + "Roux;Paul;;habitant;gare;;;oui;\nRoux;Paul;;référent;gare;;;;\n"
    assert not imported(registry, commune, rows).are_none
    before = registry.directory(commune)
    later = NOW + timedelta(days=40)
    assert wanted(registry, commune, rows, later).are_none
    imported(registry, commune, rows, later)
    assert registry.directory(commune) == before
    assert len(registry.audits(CODE)) == 3


def test_changed_dates_update(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW)
    imported(registry, commune, ROW.replace("31/12/2026", "30/06/2027"))
    assert held(registry, commune) == [("2025-12-31 23:00", "2027-06-30 22:00")]
    imported(registry, commune, ROW.replace("01/01/2026", "15/01/2026"))
    assert held(registry, commune) == [("2026-01-14 23:00", "2026-12-31 23:00")]


def test_a_mandate_that_follows_another_is_a_new_one(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW)
    second = ROW.replace("01/01/2026", "01/01/2027").replace("31/12/2026", "31/12/2027")
    imported(registry, commune, ROW + second)
    assert [s for s, _ in held(registry, commune)] == ["2025-12-31 23:00", "2026-12-31 23:00"]
    assert wanted(registry, commune, second + ROW).are_none


def test_empty_cells_change_nothing(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW)
    assert wanted(registry, commune, "Dupont;Marie;;référent;centre;;;;\n").are_none


def test_who_is_absent_keeps_his_mandate(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW)
    imported(registry, commune, "Roux;Paul;paul;habitant;gare;;;oui;\n")
    assert len(registry.directory(commune).mandates) == 2
    assert registry.directory(commune).mandates_of(MARIE, NOW)


def test_a_new_name_and_address_are_taken_over(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW)
    changes = imported(registry, commune, ROW.replace("Dupont", "Roux").replace("marie@", "m@"))
    assert changes.mandates == ()
    person = registry.person(CODE, MARIE)
    assert person is not None
    assert person.name == "Marie Roux"
    assert registry.contact(CODE, MARIE) == Contact("m@exemple.fr", "")


def test_a_revoked_mandate_is_not_reopened(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW)
    registry.end_mandates(CODE, MARIE, NOW)
    later = NOW + timedelta(days=1)
    for rows in (ROW, ROW.replace("31/12/2026", ""), ROW.replace("01/01/2026", "")):
        changes = imported(registry, commune, rows, later)
        assert changes.mandates == ()
        assert changes.skipped == ((2, Skipped.ENDED),)
    imported(registry, commune, ROW.replace("01/01/2026", "03/03/2026"), later)
    assert len(registry.directory(commune).mandates) == 2
    assert registry.directory(commune).mandates_of(MARIE, NOW + timedelta(days=3))


def test_an_end_in_the_past_without_a_beginning_is_left_alone(
    registry: Registry, commune: Commune
) -> None:
    """It would be a mandate that ends before it begins: a mistyped year more often than history."""
    row = ROW.replace("01/01/2026", "").replace("31/12/2026", "31/12/2020")
    changes = imported(registry, commune, row)
    assert changes.skipped == ((2, Skipped.PAST),)
    assert changes.are_none
    imported(registry, commune, ROW)
    assert imported(registry, commune, row).skipped == ((2, Skipped.PAST),)
    assert len(registry.directory(commune).mandates) == 1
    told = ROW.replace("01/01/2026", "01/01/2020").replace("31/12/2026", "31/12/2020")
    assert imported(registry, commune, told).skipped == ()


def test_a_mandate_revoked_before_it_began_is_not_reopened(
    registry: Registry, commune: Commune
) -> None:
    row = ROW.replace("01/01/2026", "01/06/2026")
    imported(registry, commune, row)
    registry.end_mandates(CODE, MARIE, NOW)
    assert imported(registry, commune, row).skipped == ((2, Skipped.ENDED),)
    assert registry.directory(commune).mandates_of(MARIE, datetime(2026, 7, 1, tzinfo=UTC)) == ()


@pytest.mark.parametrize(
    ("cell", "accepted"),
    [
        ("oui", "2026-03-01 12:00"),
        ("", "2026-03-01 12:00"),
        ("15/01/2026", "2026-01-14 23:00"),
        ("non", "None"),
    ],
)
def test_the_charter_once_it_was_accepted(
    registry: Registry, commune: Commune, cell: str, accepted: str
) -> None:
    imported(registry, commune, ROW)
    imported(registry, commune, ROW.replace("oui", cell), NOW + timedelta(days=1))
    assert str(only(registry, commune).charter_accepted)[:16] == accepted


def test_without_charter_a_mandate_does_not_count(registry: Registry, commune: Commune) -> None:
    imported(registry, commune, ROW.replace("oui", ""))
    assert registry.directory(commune).mandates_of(MARIE, NOW) == ()


def test_an_import_is_written_whole_or_not_at_all(
    registry: Registry, commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = wanted(registry, commune, ROW + "Roux;Paul;paul;habitant;gare;;;oui;\n")
    assert len(changes.mandates) == 2
    written = 0

    def dying(*arguments: object) -> None:
        nonlocal written
        written += 1
        if written == 2:
            raise RuntimeError("the process dies here")
        write_mandate(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "write_mandate", dying)
    with pytest.raises(RuntimeError, match="dies here"):
        registry.carry_out(CODE, changes, NOW)
    assert written == 2
    assert registry.directory(commune).persons == {}
    assert registry.directory(commune).mandates == ()
