"""A plan in a town hall's words, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from pc_matrix.cli.plan_json import plan_as_json, report_as_json
from pc_matrix.cli.plan_view import one_line, sections
from pc_matrix.provisioning import ApplyReport, Failure, NewAccount
from policies import actions as act
from policies.actions import Action, Notice, PowerChange, Why
from policies.plan import Plan
from policies.room_shapes import shape
from policies.terms import Role, RoomId, RoomKind
from tests.policies.worlds import COMMUNE, NOW, SECTOR, SPACE, directory, key, mandate, texts, user

ANNA = user("anna")
PEOPLE = directory(mandate(ANNA, Role.REFERENT, "centre", NOW - timedelta(days=1)))
FEDERATING = replace(COMMUNE, federated_with=frozenset({"a.test"}))


def every_action() -> Iterator[tuple[Action, str]]:
    for why in (Why.NO_MANDATE, Why.MANDATE_ENDED, Why.ROOM_CLOSED, Why.FOREIGN_SERVER):
        yield act.KickPerson(SECTOR, user("mallory"), why), "- retirer @mallory:here.test : "
    for why in (Why.CHARTER_NOT_ACCEPTED, Why.MANDATE_NOT_BEGUN):
        yield act.WithdrawInvitation(SECTOR, ANNA, why), "- reprendre l'invitation de Anna (@anna"
    yield act.SetPower(SECTOR, {}, ()), "~ remettre les droits du salon"
    changes = (PowerChange(ANNA, 0, 50), PowerChange(user("bob"), 100, 0))
    yield act.SetPower(SECTOR, {}, changes), "(0 → 50, modérateur), @bob"
    yield act.ForgetRoom(SECTOR, RoomId("!a")), "~ rayer ce salon du registre"
    yield act.AdoptRoom(SECTOR, RoomId("!a")), "~ inscrire ce salon au registre"
    yield act.MakeAccount(ANNA, "Anna"), "+ créer le compte de Anna"
    yield act.RenewPassword(ANNA, "Anna"), "~ nouveau mot de passe pour Anna"
    whole = shape(SECTOR, FEDERATING, texts(SECTOR))
    yield act.CreateRoom(SECTOR, whole, {}, (ANNA,)), "+ créer : il n'existe pas encore"
    yield act.CreateRoom(SECTOR, whole, {}, (), Why.ROOM_LOST), "+ créer : le bot n'est plus"
    for event_type, content in whole.state.items():
        yield act.CorrectState(SECTOR, event_type, content), "~ remettre l"
    yield act.LinkChild(SPACE, SECTOR, {}), "+ y ranger : Salon du secteur Centre"
    yield act.LinkParent(SECTOR, SPACE, {}), "~ le rattacher à : Espace de la commune"
    yield act.UnlinkChild(SPACE, RoomId("!x")), "- défaire un rattachement"
    yield act.UnlinkParent(SECTOR, RoomId("!x")), "- défaire un rattachement"
    yield act.LiftBan(SECTOR, ANNA), "~ lever le bannissement de Anna"
    for role in Role:
        yield act.InvitePerson(SECTOR, ANNA, role), "+ inviter Anna (@anna:here.test) : "
    yield act.PostCharter(SECTOR), "+ y publier la charte"


NOTICES: list[tuple[Notice, str]] = [
    (act.Duplicate(SECTOR, RoomId("!b")), "! Salon du secteur Centre existe en double"),
    (act.CannotChange(SECTOR, "version"), "sa version de salon ne peut plus changer"),
    (act.CannotChange(SECTOR, "federation"), "son ouverture aux autres serveurs"),
    (act.CannotChange(SECTOR, "space"), "sa nature"),
    (act.LeftByThemselves(SECTOR, ANNA), "Anna (@anna:here.test) est parti de son plein gré"),
    (act.LeftOut(ANNA, Why.CHARTER_NOT_ACCEPTED), "n'est dans aucun salon commun : la charte"),
]


@pytest.mark.parametrize(("action", "words"), list(every_action()))
def test_every_action_has_its_words_and_its_json(action: Action, words: str) -> None:
    plan = Plan((action,))
    lines = [line for section in sections(plan, PEOPLE) for line in section.lines]
    invited = action.invitees if isinstance(action, act.CreateRoom) else ()
    assert lines[1:] == ["+ inviter Anna (@anna:here.test)" for _ in invited]
    assert words in lines[0]
    assert words in one_line(action, PEOPLE)
    found = json.loads(json.dumps(plan_as_json(plan)))["actions"]
    assert found[0]["why"] == action.why


@pytest.mark.parametrize(("notice", "words"), NOTICES)
def test_every_notice_has_its_words_and_its_json(notice: Notice, words: str) -> None:
    plan = Plan((), (notice,))
    assert words in sections(plan, PEOPLE)[0].lines[0]
    assert json.loads(json.dumps(plan_as_json(plan)))["notices"][0]["action"]


def test_every_kind_of_room_has_a_name() -> None:
    titles = {
        sections(Plan((act.PostCharter(key(kind, "centre")),)), PEOPLE)[0].title
        for kind in RoomKind
    }
    assert len(titles) == len(RoomKind)


def test_sections_are_by_room_in_the_order_of_the_plan() -> None:
    mairie = key(RoomKind.AUTHORITY, "mairie")
    plan = Plan(
        (
            act.KickPerson(SECTOR, user("bob"), Why.NO_MANDATE),
            act.MakeAccount(ANNA, "Anna"),
            act.InvitePerson(mairie, user("m"), Role.MAYOR),
            act.InvitePerson(SECTOR, ANNA, Role.REFERENT),
        )
    )
    assert [(s.title, len(s.lines)) for s in sections(plan, PEOPLE)] == [
        ("Comptes", 1),
        ("Salon du secteur Centre", 2),
        ("Salon de l'autorité Mairie", 1),
    ]


def test_a_report_tells_passwords_to_programs_too() -> None:
    kick = act.KickPerson(SECTOR, ANNA, Why.NO_MANDATE)
    report = ApplyReport((kick,), (Failure(kick, "M_X"),), (NewAccount(ANNA, "Anna", "a-b"),))
    told = report_as_json(report)
    assert told["accounts"] == [{"user_id": ANNA, "name": "Anna", "password": "a-b"}]
    assert told["failed"][0]["reason"] == "M_X"
    assert told["done"][0]["room"] == {"kind": "sector", "code": "centre"}
