"""``registry knocks | approve | refuse | link | link-code | codes`` on a real registry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from pc_matrix.arrivals.link_book import LinkBook
from pc_matrix.cli import knocks, link_codes
from pc_matrix.errors import InputError
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.knocks import Knock
from policies.linking import typed
from policies.terms import Commune, Person, RoomId, RoomKey, RoomKind, SectorCode, UserId
from tests.registry.conftest import CODE, NOW

ZOE = UserId("@zoe:tchap.test")
CENTRE = SectorCode("centre")


@dataclass(frozen=True)
class _Context:
    home: Path
    commune: str | None
    json: bool


Run = Callable[..., Result]


@pytest.fixture
def house(tmp_path: Path, commune: Commune, vault: Vault) -> Iterator[Any]:
    listed = replace(commune, federated_with=frozenset({"tchap.test"}), knocking=True)
    clock = SimpleNamespace(now=lambda: NOW)
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", vault) as registry:
        registry.declare(listed, NOW)
        registry.room_made(CODE, RoomKey(CODE, RoomKind.SECTOR, CENTRE), RoomId("!centre"))
        yield SimpleNamespace(
            registry=registry,
            settings=SimpleNamespace(commune=listed),
            clock=clock,
            link_book=LinkBook(registry, vault, listed, clock),
        )


@pytest.fixture
def run(house: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    @contextmanager
    def opened(context: object) -> Iterator[Any]:
        yield house

    app = typer.Typer()
    for module in (knocks, link_codes):
        monkeypatch.setattr(module, "open_house", opened)
        module.register(app)

    def invoke(*arguments: str, as_json: bool = False) -> Result:
        return CliRunner().invoke(app, arguments, obj=_Context(tmp_path, None, as_json))

    return invoke


def knock(house: Any, name: str = "Zoé") -> None:
    house.registry.note_knock(CODE, Knock(CENTRE, ZOE, name, NOW), NOW)


def putting_off(monkeypatch: pytest.MonkeyPatch, *, knocked: bool) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []

    async def put_off(_house: object, room: RoomId, user_id: UserId) -> bool:
        asked.append((room, user_id))
        return knocked

    monkeypatch.setattr(knocks, "_put_off", put_off)
    return asked


def actions(house: Any) -> list[str]:
    return [audit.action for audit in house.registry.audits(CODE)]


def test_who_knocks_is_shown(run: Run, house: Any) -> None:
    assert "Personne ne demande" in run("knocks").stdout
    knock(house)
    assert "@zoe:tchap.test (se dit « Zoé ») : secteur centre" in run("knocks").stdout
    (told,) = json.loads(run("knocks", as_json=True).stdout)
    assert (told["user_id"], told["sector"], told["name"]) == (ZOE, "centre", "Zoé")


@pytest.mark.parametrize(
    ("charter", "counts"), [((), False), (("--charte", "oui"), True), (("--charte", "non"), False)]
)
def test_an_approval_makes_a_residents_mandate(
    run: Run, house: Any, charter: tuple[str, ...], counts: bool
) -> None:
    knock(house)
    done = run("approve", ZOE, "--secteur", "Centre-bourg", "--nom", "Zoé Petit", *charter)
    assert done.exit_code == 0, done.exception
    assert "Zoé Petit (@zoe:tchap.test)" in done.stdout
    assert ("dès que la charte" in done.stdout) is not counts
    directory = house.registry.directory(house.settings.commune)
    assert directory.persons[ZOE].name == "Zoé Petit"
    (mandate,) = directory.mandates
    assert (mandate.sector, mandate.since, mandate.counts(NOW)) == (CENTRE, NOW, counts)
    assert house.registry.knocks(CODE) == []
    assert actions(house)[0] == "knock-approved"
    again = run("approve", ZOE, "--secteur", "centre")
    assert isinstance(again.exception, InputError)


@pytest.mark.parametrize("calls_himself", ["", "Gendarmerie nationale"])
@pytest.mark.parametrize("given", [(), ("--nom", "  ")])
def test_nobody_is_entered_under_the_name_that_he_gives_himself(
    run: Run, house: Any, calls_himself: str, given: tuple[str, ...]
) -> None:
    knock(house, calls_himself)
    error = run("approve", ZOE, "--secteur", "centre", *given).exception
    assert isinstance(error, InputError)
    assert ZOE in error.what
    assert f"« {calls_himself} »" in error.why or not calls_himself
    assert "--nom" in error.remedy
    directory = house.registry.directory(house.settings.commune)
    assert (directory.persons, directory.mandates) == ({}, ())
    assert [k.user_id for k in house.registry.knocks(CODE)] == [ZOE]
    assert run("approve", ZOE, "--secteur", "centre", "--nom", " Zoé  Petit").exit_code == 0
    assert house.registry.person(CODE, ZOE) == Person(ZOE, "Zoé Petit", "fr")


def test_who_is_known_keeps_his_name(run: Run, house: Any) -> None:
    house.registry.add_person(CODE, Person(ZOE, "Zoé Connue", "en"))
    assert run("approve", ZOE, "--secteur", "centre", "--nom", "Autre Nom").exit_code == 0
    assert house.registry.person(CODE, ZOE).name == "Zoé Connue"


@pytest.mark.parametrize("who", ["@zoe:ailleurs.test", "é", "@participation:saint-exemple.test"])
def test_ids_that_cannot_take_part_are_refused(run: Run, house: Any, who: str) -> None:
    assert isinstance(run("approve", who, "--secteur", "centre").exception, InputError)
    assert isinstance(run("approve", ZOE, "--secteur", "nulle-part").exception, InputError)
    assert house.registry.directory(house.settings.commune).mandates == ()


def test_a_refusal_takes_the_knock_away(
    run: Run, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    knock(house)
    asked = putting_off(monkeypatch, knocked=True)
    assert "est refusée" in run("refuse", ZOE, "--secteur", "centre").stdout
    assert asked == [("!centre", ZOE)]
    assert house.registry.knocks(CODE) == []
    assert actions(house)[0] == "knock-refused"
    assert not house.registry.note_knock(CODE, Knock(CENTRE, ZOE, "Zoé", NOW), NOW)


def test_what_was_withdrawn_is_said(run: Run, house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    putting_off(monkeypatch, knocked=False)
    assert isinstance(run("refuse", ZOE, "--secteur", "centre").exception, InputError)
    knock(house)
    assert "déjà été retirée" in run("refuse", ZOE, "--secteur", "centre").stdout


def test_nobody_with_a_mandate_is_refused(
    run: Run, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = putting_off(monkeypatch, knocked=True)
    run("approve", ZOE, "--secteur", "centre", "--nom", "Zoé Petit")
    assert isinstance(run("refuse", ZOE, "--secteur", "centre").exception, InputError)
    assert asked == []


def test_a_signs_link(run: Run, tmp_path: Path) -> None:
    link = "https://matrix.to/#/!centre?via=saint-exemple.test"
    done = run("link", "centre", "--svg", str(tmp_path / "affiche.svg"))
    assert done.stdout == f"{link}\n"
    assert (tmp_path / "affiche.svg").read_text("utf-8").startswith("<svg")
    assert json.loads(run("link", "centre", as_json=True).stdout)["link"] == link
    assert isinstance(run("link", "gare").exception, InputError)
    assert isinstance(run("link", "centre", "--svg", str(tmp_path)).exception, InputError)


def test_a_link_at_which_nobody_can_knock_yet_says_so(run: Run, house: Any) -> None:
    house.settings.commune = replace(house.settings.commune, knocking=False)
    assert "knocking = true" in run("knocks").output
    assert "knocking = true" in run("link", "centre").output


def code(run: Run, *more: str) -> Result:
    return run(
        *("link-code", "Nadia Ailleurs", "--role", "référente", "--secteur", "centre"), *more
    )


def test_a_code_is_shown_once_and_kept_nowhere(run: Run, house: Any, tmp_path: Path) -> None:
    told = json.loads(
        run(
            *("link-code", "Nadia Ailleurs", "--role", "référente", "--secteur", "centre"),
            as_json=True,
        ).stdout
    )
    signs = typed(told["code"])
    assert signs is not None
    assert told["command"] == f"!lier {told['code']}"
    assert house.link_book.find_code(signs) is not None
    (waiting,) = json.loads(run("codes", as_json=True).stdout)
    assert (waiting["name"], waiting["role"]) == ("Nadia Ailleurs", "referent")
    listed = run("codes").stdout
    assert "Nadia Ailleurs, référent, centre" in listed
    assert told["code"] not in listed
    database = b"".join(p.read_bytes() for p in tmp_path.glob("registry.db*"))
    assert signs.encode() not in database
    assert b"Ailleurs" not in database
    assert actions(house)[0] == "link-code-drawn"


def test_people_are_told_what_to_do_with_it(run: Run) -> None:
    told = code(run).stdout
    assert "@participation:saint-exemple.test" in told
    assert "!lier" in told


def test_a_code_can_be_cancelled(run: Run, house: Any) -> None:
    code(run)
    (waiting,) = house.registry.codes(CODE, NOW)
    assert "Aucun code n'attend." in run("codes", "--annuler", str(waiting.code.id)).stdout
    assert isinstance(run("codes", "--annuler", "999").exception, InputError)


def test_what_is_wrong_with_a_code_is_told_at_once(run: Run, house: Any) -> None:
    over = run(
        *("link-code", "Nadia Ailleurs", "--role", "référente", "--secteur", "centre"),
        *("--fin", "31/12/2020"),
    )
    assert isinstance(over.exception, InputError)
    assert "déjà passée" in over.exception.why
    wrong = run("link-code", "Nadia", "--role", "roi", "--secteur", "nulle-part")
    assert isinstance(wrong.exception, InputError)
    assert wrong.exception.why.count("\n") >= 1
    house.settings.commune = replace(house.settings.commune, federated_with=frozenset())
    assert isinstance(code(run).exception, InputError)
    assert house.registry.codes(CODE, NOW) == []
