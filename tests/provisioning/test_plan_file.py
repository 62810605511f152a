"""Plans in files: exactly the plan that was read, or a word on what changed."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pc_matrix.cli import french
from pc_matrix.errors import BrakeError, IncompleteError, InputError, StalePlan
from pc_matrix.vault import Vault
from policies.terms import Person, Role
from tests.policies.worlds import user
from tests.provisioning.conftest import PEOPLE
from tests.provisioning.fakes import BOT
from tests.provisioning.test_cli import Town, town

__all__ = ["town"]


@pytest.fixture
def settled(town: Town) -> Town:
    """Everything is in place; then a mandate ends and another begins."""
    assert town.run("apply", "--yes").exit_code == 0
    town.stage.server.everybody_joins()
    town.stage.now += timedelta(hours=1)
    town.stage.registry.end_mandates("59999", user("bob"), town.stage.now)  # type: ignore[arg-type]
    town.stage.appoint("erik", Role.RESIDENT, "gare")
    return town


def kept(town: Town) -> Path:
    result = town.run("plan", "--output", str(town.folder / "p.json"))
    assert result.exit_code == 2
    assert f"pc-matrix apply {town.folder / 'p.json'}" in result.stdout.replace("\n", "")
    return town.folder / "p.json"


def test_a_plan_that_was_kept_is_done_exactly(settled: Town) -> None:
    path = kept(settled)
    assert settled.run("apply", str(path), "--yes").exit_code == 0
    sector = settled.stage.room("sector", "gare")
    assert settled.stage.server.membership(sector, user("erik")) == "invite"
    assert settled.run("plan").exit_code == 0
    # Done, it fits no more, and cannot be done twice.
    assert isinstance(settled.run("apply", str(path), "--yes").exception, StalePlan)


def test_it_is_its_owners_alone_and_names_nobody_and_no_secret(settled: Town) -> None:
    path = kept(settled)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert "@erik:here.test" in text
    for name, *_ in [*PEOPLE, ("erik",)]:
        assert name.title() not in text
    for password in settled.stage.server.passwords.values():
        assert password not in text
    body = json.loads(text)
    assert (body["format"], body["version"], body["commune"]) == ("pc-matrix-plan", 1, "59999")
    assert body["removals"] == 1
    kinds = {action["action"] for action in body["actions"]}
    assert kinds == {"kick-person", "make-account", "invite-person"}


def test_a_folder_is_given_a_proposed_name_and_plan_proposes_one(settled: Town) -> None:
    folder = settled.folder / "plans"
    folder.mkdir()
    settled.run("plan", "--output", str(folder))
    assert [p.name for p in folder.iterdir()] == ["plan-59999-2026-06-01-1300.json"]
    shown = settled.run("plan").stdout
    assert "pc-matrix plan --output plan-59999-2026-06-01-1300.json" in shown


def test_with_json_the_file_is_written_and_only_json_is_said(settled: Town) -> None:
    path = settled.folder / "p.json"
    result = settled.run("plan", "--output", str(path), as_json=True)
    assert json.loads(result.stdout)["actions"]
    assert path.exists()


def _name(town: Town) -> None:
    town.stage.registry.add_person(town.stage.commune.code, Person(user("anna"), "Annette"))


def _mandate(town: Town) -> None:
    town.stage.appoint("fred", Role.RESIDENT, "centre")


def _intruder(town: Town) -> None:
    town.stage.server.member(town.stage.room("sector", "centre"), "@eve:here.test", "join", BOT)


def _setting(town: Town) -> None:
    sector = town.stage.room("sector", "centre")
    town.stage.server.put(sector, "m.room.join_rules", {"join_rule": "public"})


def _gone(town: Town) -> None:
    town.stage.server.member(town.stage.room("referents"), BOT, "leave", "@admin:here.test")


def _account(town: Town) -> None:
    town.stage.server.passwords[user("erik")] = "his own"


def _undone(town: Town) -> None:
    town.stage.server.member(town.stage.room("sector", "centre"), user("bob"), "leave", "@bob")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_name, "Annette (@anna:here.test) : son inscription au registre a changé."),
        (_mandate, "Fred (@fred:here.test) : son inscription au registre a changé."),
        (_mandate, "En plus : + créer un compte pour Fred"),
        (_intruder, "Salon du secteur Centre : des personnes y sont venues ou parties."),
        (_intruder, "En plus : Salon du secteur Centre : - retirer @eve:here.test"),
        (_setting, "Salon du secteur Centre : ses réglages ont changé."),
        (_gone, "Salon des référents : il a été créé, perdu ou retrouvé."),
        (_account, "Erik (@erik:here.test) : son compte a changé."),
        (_undone, "Ne valent plus dans ce plan : 1 ligne."),
    ],
)
def test_when_the_world_has_changed_nothing_is_done_and_the_change_is_named(
    settled: Town, change: Callable[[Town], None], said: str
) -> None:
    path = kept(settled)
    change(settled)
    before = [r for r in settled.stage.server.requests if r.startswith(("kick", "invite", "set"))]
    found = settled.run("apply", str(path), "--yes").exception
    assert isinstance(found, StalePlan)
    what, why, remedy = found.diagnostics()
    assert "fait le 1er juin 2026, 15:00" in what
    assert said in why
    assert "pc-matrix plan --output plan-59999-" in remedy
    after = [r for r in settled.stage.server.requests if r.startswith(("kick", "invite", "set"))]
    assert after == before


def test_a_room_that_is_made_for_others_is_named_once(town: Town) -> None:
    path = town.folder / "p.json"
    assert town.run("plan", "--output", str(path)).exit_code == 2
    town.stage.appoint("zoe", Role.RESIDENT, "gare")
    found = town.run("apply", str(path)).exception
    assert isinstance(found, StalePlan)
    others = "à créer aussi, mais pas pour les mêmes personnes."
    assert f"Salon du secteur Gare : {others}" in found.why
    assert f"Espace de la commune : {others}" in found.why
    assert "En plus : + créer un compte pour Zoe" in found.why
    assert "En plus : Salon" not in found.why
    assert "Ne valent plus" not in found.why


def test_time_alone_can_outdate_a_plan(settled: Town) -> None:
    settled.stage.registry.end_mandates(
        settled.stage.commune.code, user("carl"), settled.stage.now + timedelta(hours=2)
    )
    path = kept(settled)
    settled.stage.now += timedelta(hours=3)
    found = settled.run("apply", str(path), "--yes").exception
    assert isinstance(found, StalePlan)
    assert "En plus : Salon du secteur Centre : - retirer Carl" in found.why


def test_an_accepted_invitation_and_what_is_not_ours_outdate_nothing(settled: Town) -> None:
    sector = settled.stage.room("sector", "gare")
    settled.stage.appoint("fred", Role.RESIDENT, "gare")
    assert settled.run("apply", "--yes").exit_code == 0
    settled.stage.appoint("gus", Role.RESIDENT, "gare")
    path = kept(settled)
    settled.stage.server.member(sector, user("fred"), "join", user("fred"))
    settled.stage.server.put(sector, "org.example.call", {"on": True})
    assert settled.run("apply", str(path), "--yes").exit_code == 0


def test_many_changes_are_told_in_part(settled: Town) -> None:
    path = kept(settled)
    for n in range(12):
        settled.stage.appoint(f"new{n}", Role.RESIDENT, "gare")
    found = settled.run("apply", str(path), "--yes").exception
    assert isinstance(found, StalePlan)
    lines = found.why.splitlines()
    assert lines[8] == "… et 16 autres."  # of twelve people and as many accounts
    assert len(lines) == 8 + 1 + 8 + 1


def test_the_brake_holds_for_a_plan_from_a_file_too(settled: Town) -> None:
    for name in ("anna", "carl", "dora"):
        settled.stage.registry.end_mandates(
            settled.stage.commune.code, user(name), settled.stage.now
        )
    path = kept(settled)
    assert isinstance(settled.run("apply", str(path), "--yes").exception, BrakeError)
    assert settled.run("apply", str(path), "--yes", "--allow-removals", "4").exit_code == 0


def test_between_the_question_and_the_work_it_is_looked_at_again(
    settled: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(settled)
    monkeypatch.setattr(french, "confirm", lambda *_, **__: _intruder(settled))
    assert isinstance(settled.run("apply", str(path)).exception, IncompleteError)


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda body: body.pop(name)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_without("seal"), "modifié"),
        (_without("format"), "pas un fichier"),
        (lambda body: body.update(version=2), "autre version"),
        (lambda body: body.update(commune="59998"), "autre commune"),
        (lambda body: body.update(actions=[]), "modifié"),
        (lambda body: body["actions"][0].update(user_id="@anna:here.test"), "modifié"),
    ],
)
def test_a_file_that_was_changed_makes_nobody_do_anything(
    settled: Town, change: Callable[[dict[str, Any]], object], why: str
) -> None:
    path = kept(settled)
    body = json.loads(path.read_text(encoding="utf-8"))
    change(body)
    path.write_text(json.dumps(body), encoding="utf-8")
    found = settled.run("apply", str(path), "--yes").exception
    assert isinstance(found, InputError)
    assert why in found.why


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_plan_is_refused(settled: Town, content: bytes) -> None:
    path = settled.folder / "other"
    path.write_bytes(content)
    assert isinstance(settled.run("apply", str(path), "--yes").exception, InputError)


def test_a_plan_under_another_key_is_refused(settled: Town) -> None:
    path = kept(settled)
    settled.vault = Vault(bytes(31) + b"1")
    assert isinstance(settled.run("apply", str(path), "--yes").exception, InputError)
