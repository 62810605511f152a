from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from pc_matrix.registry import Declared, Place, PlaceKind, Registry
from pc_matrix.registry.places import with_closed
from pc_matrix.vault import Vault
from policies.terms import (
    Authority,
    AuthorityCode,
    Commune,
    Sector,
    SectorCode,
)
from tests.registry.conftest import CODE, NOW, OTHER

LATER = NOW + timedelta(days=1)
LATEST = NOW + timedelta(days=2)


def sector(code: str, name: str, closed_at: datetime | None = None) -> Place:
    return Place(PlaceKind.SECTOR, SectorCode(code), name, NOW, closed_at)


def authority(code: str, name: str, closed_at: datetime | None = None) -> Place:
    return Place(PlaceKind.AUTHORITY, AuthorityCode(code), name, NOW, closed_at)


CENTRE = sector("centre", "Centre-bourg")
GARE = sector("gare", "Gare")
GENDARMERIE = authority("gendarmerie", "Gendarmerie nationale")
MAIRIE = authority("mairie", "Mairie")


def without_gare(commune: Commune) -> Commune:
    return replace(commune, sectors=commune.sectors[:1])


def actions(registry: Registry) -> list[tuple[str, str]]:
    return [(a.action, a.subject) for a in reversed(registry.audits(CODE))]


def test_the_first_declaration_adds_all(registry: Registry, commune: Commune) -> None:
    assert registry.places(CODE) == ()
    added = (GENDARMERIE, MAIRIE, CENTRE, GARE)
    assert registry.declare(commune, NOW) == Declared(added=added)
    assert registry.places(CODE) == (CENTRE, GARE, GENDARMERIE, MAIRIE)
    assert actions(registry) == [
        ("authority-added", "gendarmerie"),
        ("authority-added", "mairie"),
        ("sector-added", "centre"),
        ("sector-added", "gare"),
    ]
    assert {(a.at, a.actor, a.note) for a in registry.audits(CODE)} == {(NOW, "commune-file", "")}


def test_the_same_declaration_writes_nothing(registry: Registry, commune: Commune) -> None:
    registry.declare(commune, NOW)
    places, audits = registry.places(CODE), registry.audits(CODE)
    assert registry.declare(commune, LATER).is_nothing
    turned = replace(commune, sectors=commune.sectors[::-1], daily_flags=3)
    assert registry.declare(turned, LATER).is_nothing
    assert (registry.places(CODE), registry.audits(CODE)) == (places, audits)


def test_a_declaration_that_changes_nothing_needs_no_turn_to_write(
    registry: Registry, commune: Commune
) -> None:
    registry.declare(commune, NOW)
    with registry._transactions.writing():
        assert registry.declare(commune, LATER).is_nothing


def test_a_code_that_disappears_is_closed_and_one_that_returns_is_reopened(
    registry: Registry, commune: Commune
) -> None:
    registry.declare(commune, NOW)
    closed = replace(GARE, closed_at=LATER)
    assert registry.declare(without_gare(commune), LATER) == Declared(closed=(closed,))
    assert registry.places(CODE) == (CENTRE, closed, GENDARMERIE, MAIRIE)
    assert registry.declare(without_gare(commune), LATEST).is_nothing
    assert registry.declare(commune, LATEST) == Declared(reopened=(GARE,))
    assert registry.places(CODE) == (CENTRE, GARE, GENDARMERIE, MAIRIE)
    assert actions(registry)[4:] == [("sector-closed", "gare"), ("sector-reopened", "gare")]


def test_a_new_name_renames(registry: Registry, commune: Commune) -> None:
    registry.declare(commune, NOW)
    first, second = commune.authorities
    renamed = replace(commune, authorities=(first, replace(second, name="Police municipale")))
    police = authority("mairie", "Police municipale")
    assert registry.declare(renamed, LATER) == Declared(renamed=(police,))
    assert registry.places(CODE) == (CENTRE, GARE, GENDARMERIE, police)
    assert actions(registry)[4:] == [("authority-renamed", "mairie")]


def test_one_reopened_under_another_name_is_both(registry: Registry, commune: Commune) -> None:
    registry.declare(commune, NOW)
    registry.declare(without_gare(commune), LATER)
    again = (commune.sectors[0], Sector(SectorCode("gare"), "Quartier de la gare"))
    quarter = sector("gare", "Quartier de la gare")
    wanted = Declared(renamed=(quarter,), reopened=(quarter,))
    assert registry.declare(replace(commune, sectors=again), LATEST) == wanted
    assert registry.places(CODE)[1] == quarter


def test_a_sector_and_an_authority_may_share_a_code(registry: Registry, commune: Commune) -> None:
    both = replace(
        commune,
        sectors=(Sector(SectorCode("mairie"), "Quartier de la mairie"),),
        authorities=(Authority(AuthorityCode("mairie"), "Mairie", frozenset()),),
    )
    registry.declare(both, NOW)
    registry.declare(replace(both, sectors=()), LATER)
    quarter = sector("mairie", "Quartier de la mairie", closed_at=LATER)
    assert registry.places(CODE) == (quarter, MAIRIE)


def test_communes_declare_each_its_own(registry: Registry, commune: Commune) -> None:
    registry.declare(commune, NOW)
    registry.declare(replace(without_gare(commune), code=OTHER), LATER)
    assert registry.places(CODE) == (CENTRE, GARE, GENDARMERIE, MAIRIE)
    assert [place.code for place in registry.places(OTHER)] == ["centre", "gendarmerie", "mairie"]


def test_many_may_declare_the_same_at_once(
    registry: Registry, database_url: str, vault: Vault, commune: Commune
) -> None:
    with Registry.open(database_url, vault) as second, ThreadPoolExecutor(8) as pool:
        for at, declared in ((NOW, commune), (LATER, without_gare(commune)), (LATEST, commune)):
            done = [pool.submit((registry, second)[n % 2].declare, declared, at) for n in range(8)]
            assert sum(not future.result().is_nothing for future in done) == 1
    assert len(registry.audits(CODE)) == 6


def test_a_closed_place_can_still_be_named(registry: Registry, commune: Commune) -> None:
    registry.declare(commune, NOW)
    left = replace(without_gare(commune), authorities=commune.authorities[:1])
    registry.declare(left, LATER)
    named = with_closed(left, registry.places(CODE))
    assert named.sectors == commune.sectors
    assert [(a.code, a.name) for a in named.authorities] == [
        ("gendarmerie", "Gendarmerie nationale"),
        ("mairie", "Mairie"),
    ]
    assert named.authorities[1].categories == frozenset()
