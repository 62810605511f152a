"""Whose act a mandate's end is, and when it was written: the registry keeps it on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from alembic import command
from sqlalchemy import create_engine, text

from pc_matrix.mandate_book import MandateBook
from pc_matrix.registry import Registry, migrate
from pc_matrix.registry.spreadsheet.changes import Changes
from pc_matrix.vault import Vault
from policies.ends import EndedBy, EndNote
from policies.terms import Commune, Mandate, Person, Role, SectorCode, UserId
from tests.registry.conftest import CODE, NOW, OTHER, Run
from tests.registry.test_commands import error_of
from tests.registry.test_imports import MARIE, ROW, imported, only

DAY = timedelta(days=1)
OPEN = Mandate(MARIE, Role.RESIDENT, NOW - 9 * DAY, sector=SectorCode("centre"))
REVOKED = EndNote(NOW, EndedBy.TOWN_HALL)


def note(registry: Registry, commune: Commune) -> EndNote | None:
    return only(registry, commune).end_note


def entered(registry: Registry, mandate: Mandate = OPEN, at: datetime | None = None) -> None:
    registry.add_person(CODE, Person(MARIE, "Marie Dupont"))
    registry.add_mandate(CODE, mandate, at)


def test_an_open_mandate_has_no_end_to_speak_of(registry: Registry, commune: Commune) -> None:
    entered(registry, at=NOW)
    assert note(registry, commune) is None


def test_an_end_by_name_is_told_from_any_other(registry: Registry, commune: Commune) -> None:
    entered(registry)
    registry.end_mandates(CODE, MARIE, NOW + DAY, note=REVOKED)
    assert note(registry, commune) == REVOKED
    # Ended again, by nobody who is known.
    registry.end_mandates(CODE, MARIE, NOW)
    assert note(registry, commune) is None


def test_an_import_writes_when_it_read_an_end_and_nothing_where_it_is_the_same(
    registry: Registry, commune: Commune
) -> None:
    imported(registry, commune, ROW)
    assert note(registry, commune) == EndNote(NOW)
    imported(registry, commune, ROW.replace("oui", "15/01/2026"), NOW + DAY)
    assert note(registry, commune) == EndNote(NOW)
    sooner = ROW.replace("31/12/2026", "30/12/2026")
    imported(registry, commune, sooner, NOW + 2 * DAY)
    assert note(registry, commune) == EndNote(NOW + 2 * DAY)


def test_a_file_that_changes_a_revocation_takes_its_place(
    registry: Registry, commune: Commune
) -> None:
    imported(registry, commune, ROW)
    registry.end_mandates(CODE, MARIE, NOW + 9 * DAY, note=REVOKED)
    imported(registry, commune, ROW.replace("31/12/2026", "04/03/2026"), NOW + DAY)
    assert note(registry, commune) == EndNote(NOW + DAY)


def test_who_is_absent_from_a_whole_file_was_not_named(
    registry: Registry, commune: Commune
) -> None:
    imported(registry, commune, ROW)
    registry.carry_out(CODE, Changes(ended=(only(registry, commune),)), NOW + DAY)
    assert note(registry, commune) == EndNote(NOW + DAY)


def test_prolonged_without_end_it_has_no_end_any_more(registry: Registry, commune: Commune) -> None:
    entered(registry)
    registry.end_mandates(CODE, MARIE, NOW, note=REVOKED)
    registry.add_mandate(CODE, OPEN, NOW)
    assert note(registry, commune) is None
    registry.add_mandate(CODE, replace(OPEN, until=NOW + DAY))
    assert note(registry, commune) is None  # nobody said when


def test_the_command_names_the_person(run: Run, house: Any) -> None:
    entered(house.registry)
    commune = house.settings.commune
    assert run("revoke", "marie", "--le", "31/12/2026").exit_code == 0
    assert note(house.registry, commune) == REVOKED
    assert run("revoke", "marie").exit_code == 0
    assert note(house.registry, commune) == REVOKED
    assert only(house.registry, commune).until == NOW


def test_who_is_revoked_after_a_file_ended_his_mandates_is_named_as_well(
    run: Run, house: Any
) -> None:
    """The brake may hold him: then naming him is how the town hall lets him go."""
    registry, commune = house.registry, house.settings.commune
    entered(registry)
    gare = replace(OPEN, sector=SectorCode("gare"))
    registry.add_mandate(CODE, gare)
    for held in (OPEN, gare):
        registry.add_mandate(CODE, replace(held, until=NOW - DAY), NOW - DAY)
    assert "aucun mandat" in error_of(run("revoke", "marie", "--le", "01/03/2026")).what
    assert "déjà pris fin" in run("revoke", "marie", "--secteur", "centre").stdout
    notes = {m.sector: m.end_note for m in registry.directory(commune).mandates}
    assert notes == {SectorCode("centre"): REVOKED, SectorCode("gare"): EndNote(NOW - DAY)}
    assert {m.until for m in registry.directory(commune).mandates} == {NOW - DAY}
    # With one that still runs: he leaves what each of them gave.
    registry.add_mandate(CODE, replace(OPEN, since=NOW - DAY))
    assert "1 mandat prend fin" in run("revoke", "marie").stdout
    assert {m.end_note for m in registry.directory(commune).mandates} == {REVOKED}
    assert "aucun mandat" in error_of(run("revoke", "marie")).what


def test_who_gives_up_his_mandates_decides_it_himself(registry: Registry, commune: Commune) -> None:
    entered(registry)
    clock: Any = SimpleNamespace(now=lambda: NOW)
    MandateBook(registry, commune, clock).give_up([only(registry, commune)])
    assert note(registry, commune) == EndNote(NOW, EndedBy.HOLDER)
    assert only(registry, commune).until == NOW


def test_who_is_erased_is_remembered_until_he_is_out(registry: Registry, commune: Commune) -> None:
    entered(registry)
    held = registry.directory(commune)
    registry.add_person(OTHER, Person(MARIE, "Marie Dupont"))
    registry.erase(CODE, MARIE, NOW)
    registry.erase(OTHER, MARIE, NOW)
    found = registry.directory(commune)
    assert held.erased == {}
    assert found.erased == {MARIE: NOW}
    registry.forget_farewells(CODE)
    assert registry.directory(commune).erased == {}
    assert registry.held(OTHER, MARIE)["farewell"]
    registry.erase(CODE, UserId("@nobody:s.test"), NOW)
    assert registry.directory(commune).erased == {}


def test_ends_to_come_were_known_when_the_registry_learned_to_note_them(
    database_url: str, vault: Vault, commune: Commune
) -> None:
    """Of those that have come nothing is known; and changes are counted as before."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.upgrade(migrate.configuration(connection), "0017_revisions")
        values = {"c": CODE, "u": MARIE, "n": b""}
        connection.execute(
            text(
                "INSERT INTO person (commune, user_id, name, email, phone, language, account) "
                "VALUES (:c, :u, :n, :n, :n, 'fr', 'none')"
            ),
            values,
        )
        for sector, year in (("past", 2020), ("to-come", 2999), ("open", None)):
            until = None if year is None else f"{year}-01-01 00:00:00.000000"
            connection.execute(
                text(
                    "INSERT INTO mandate (commune, user_id, role, sector, authority, since, until, "
                    "charter_version) VALUES (:c, :u, 'resident', :s, '', '2019-01-01', :t, '')"
                ),
                values | {"s": sector, "t": until},
            )
    engine.dispose()
    with Registry.open(database_url, vault) as registry:
        mandates = {m.sector: m for m in registry.directory(commune).mandates}
        assert mandates[SectorCode("past")].end_note is None
        assert mandates[SectorCode("open")].end_note is None
        noted = mandates[SectorCode("to-come")].end_note
        assert noted is not None
        assert noted.by is EndedBy.DATE
        assert noted.at.year < 2999
        before = registry._revision(CODE)
        registry.end_mandates(CODE, MARIE, NOW, note=REVOKED)
        assert registry._revision(CODE) > before
