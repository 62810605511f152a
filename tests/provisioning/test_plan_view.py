"""A plan in a town hall's words, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pc_matrix.cli.plan_json import plan_as_json, report_as_json, survey_as_json
from pc_matrix.cli.plan_view import one_line, sections
from pc_matrix.cli.plan_words import drift_words
from pc_matrix.provisioning import ApplyReport, Failure, NewAccount, Survey
from policies import actions as act
from policies.actions import Action, Notice, PowerChange
from policies.damage import Damage
from policies.membership import Expected, expected
from policies.plan import Plan
from policies.reasons import Drift
from policies.room_shapes import Content, power_levels, shape
from policies.terms import Role, RoomId, RoomKind, Sector, SectorCode
from policies.why import Why
from policies.world import Observed, ObservedRoom
from tests.policies.worlds import (
    BEFORE,
    COMMUNE,
    NOW,
    SECTOR,
    SPACE,
    directory,
    key,
    mandate,
    texts,
    user,
)

ANNA = user("anna")
PEOPLE = directory(mandate(ANNA, Role.REFERENT, "centre", NOW - timedelta(days=1)))
FEDERATING = replace(COMMUNE, federated_with=frozenset({"a.test"}))


WANTED = expected(PEOPLE, NOW, texts)
POWERS = power_levels(WANTED.rooms[SECTOR].shape.powers, {})
ROOM = ObservedRoom(
    RoomId("!a"), SECTOR, "n", NOW, "12", False, False, {}, {"m.room.power_levels": POWERS}
)
SINCE = "référent, secteur Centre, depuis le 31 mai 2026, 14:00"


def survey(plan: Plan, wanted: Expected = WANTED, room: ObservedRoom = ROOM) -> Survey:
    return Survey(wanted, Observed((room,), {SECTOR: room.room_id}), plan)


def every_action() -> Iterator[tuple[Action, str]]:
    for why in (Why.NO_MANDATE, Why.MANDATE_ENDED, Why.ROOM_CLOSED, Why.FOREIGN_SERVER):
        yield act.KickPerson(SECTOR, user("mallory"), why), "- retirer @mallory:here.test : "
    for why in (Why.CHARTER_NOT_ACCEPTED, Why.MANDATE_NOT_BEGUN):
        yield (
            act.WithdrawInvitation(SECTOR, ANNA, why),
            "- reprendre l'invitation envoyée à Anna",
        )
    yield act.SetPower(SECTOR, {}, ()), "~ remettre les droits du salon"
    changes = (PowerChange(ANNA, 0, 50),)
    yield (
        act.SetPower(SECTOR, POWERS, changes),
        "+ donner des droits à Anna (@anna:here.test), qui sera mod",
    )
    changes = (PowerChange(user("bob"), 100, 0),)
    yield (
        act.SetPower(SECTOR, POWERS, changes),
        "qui sera simple membre : aucun mandat ne lui donne ce",
    )
    yield act.ForgetRoom(SECTOR, RoomId("!a")), "~ rayer ce salon du registre"
    for damage in Damage:
        retire = act.RetireRoom(SECTOR, RoomId("!a"), damage, (SECTOR,))
        yield retire, "peut le lire 30 jours, puis il est vidé"
    merged = act.RetireRoom(SECTOR, RoomId("!a"), Damage.REPLACED, (key(RoomKind.SECTOR, "gare"),))
    yield merged, "un autre secteur prend sa suite (Salon du secteur Gare)"
    yield act.AdoptRoom(SECTOR, RoomId("!a")), "~ inscrire ce salon au registre"
    yield act.MakeAccount(ANNA, "Anna"), "+ créer un compte pour Anna"
    yield act.RenewPassword(ANNA, "Anna"), "~ nouveau mot de passe pour Anna"
    whole = shape(SECTOR, FEDERATING, texts(SECTOR))
    yield act.CreateRoom(SECTOR, whole, {}, (ANNA,)), "+ le créer : il n'existe pas encore"
    yield act.CreateRoom(SECTOR, whole, {}, (), Why.ROOM_LOST), "+ le créer : le bot n'est plus"
    for event_type, content in whole.state.items():
        words = "~ renommer" if event_type == "m.room.name" else "~ remettre l"
        yield act.CorrectState(SECTOR, event_type, content), words
    yield act.SetAvatar(SECTOR, "image"), "~ remettre l'image"
    yield act.SetAlias(SECTOR, "#a:here.test"), "~ donner une adresse : rien → « #a:here.test »"
    yield act.PinCharter(SECTOR, ()), "~ y épingler la charte"
    yield act.LinkChild(SPACE, SECTOR, {}), "+ y ranger : Salon du secteur Centre"
    yield act.LinkParent(SECTOR, SPACE, {}), "~ le rattacher à : Espace de la commune"
    yield act.UnlinkChild(SPACE, RoomId("!x")), "- n'y plus ranger un salon"
    yield act.UnlinkParent(SECTOR, RoomId("!x")), "- ne plus le ranger dans un espace"
    yield act.RegainPower(SECTOR), "~ faire rendre ses droits au bot par le serveur"
    yield act.LiftBan(SECTOR, ANNA), "~ lever le bannissement prononcé contre Anna"
    for role in Role:
        yield act.InvitePerson(SECTOR, ANNA, role), f"+ inviter Anna (@anna:here.test) : {SINCE}"
    yield act.PostCharter(SECTOR), "+ y publier la charte"


NOTICES: list[tuple[Notice, str]] = [
    (act.Duplicate(SECTOR, RoomId("!b")), "! Salon du secteur Centre existe en double"),
    (act.CannotChange(SECTOR, "version"), "sa version de salon ne peut plus changer"),
    (act.CannotChange(SECTOR, "federation"), "son ouverture aux autres serveurs"),
    (act.CannotChange(SECTOR, "space"), "sa nature"),
    (act.LeftByThemselves(SECTOR, ANNA), "Anna (@anna:here.test) est parti de son plein gré"),
    (act.LeftOut(ANNA, Why.SECTOR_SPLIT), "son secteur a été partagé"),
    (act.LeftOut(ANNA, Why.CHARTER_NOT_ACCEPTED), "n'est dans aucun salon commun : la charte"),
]


@pytest.mark.parametrize(("action", "words"), list(every_action()))
def test_every_action_has_its_words_and_its_json(action: Action, words: str) -> None:
    plan = Plan((action,))
    lines = [line for section in sections(survey(plan)) for line in section.lines]
    invited = action.invitees if isinstance(action, act.CreateRoom) else ()
    assert lines[1:] == [f"+ inviter Anna (@anna:here.test) : {SINCE}" for _ in invited]
    assert words in lines[0]
    assert words in one_line(action, survey(plan))
    found = json.loads(json.dumps(plan_as_json(plan)))["actions"]
    assert found[0]["why"] == action.why


@pytest.mark.parametrize(("notice", "words"), NOTICES)
def test_every_notice_has_its_words_and_its_json(notice: Notice, words: str) -> None:
    plan = Plan((), (notice,))
    assert words in sections(survey(plan))[0].lines[0]
    assert json.loads(json.dumps(plan_as_json(plan)))["notices"][0]["action"]


def test_who_waits_for_his_half_of_a_sector_is_told_with_the_command() -> None:
    centre = (SectorCode("centre"),)
    halves = (
        Sector(SectorCode("nord"), "Nord", centre),
        Sector(SectorCode("sud"), "Sud", centre),
    )
    people = directory(
        mandate(ANNA, Role.REFERENT, "centre"), commune=replace(COMMUNE, sectors=halves)
    )
    found = survey(Plan((), (act.LeftOut(ANNA, Why.SECTOR_SPLIT),)), expected(people, NOW, texts))
    (line,) = sections(found)[0].lines
    assert line.endswith(
        "lequel est le sien ; dites-le (SECTEUR : nord ou sud) : pc-matrix registry appoint "
        "@anna:here.test --role référent --secteur SECTEUR --charte 02/05/2026"
    )


def test_levels_and_times_are_told_as_what_they_are() -> None:
    levels = {
        "invite": (0, 100),
        "redact": (50, 150),
        "rotation_period_ms": (604_800_000, 86_400_000),
    }
    said = drift_words([Drift(name, was, becomes) for name, (was, becomes) in levels.items()])
    assert said == (
        "inviter tous → le robot seul, effacer les modérateurs → le robot seul, jours par clé 7 → 1"
    )
    assert drift_words([Drift("allow_ip_literals", True, False)]) == "adresses IP oui → non"


def test_every_kind_of_room_has_a_name() -> None:
    titles = {
        sections(survey(Plan((act.PostCharter(key(kind, "centre")),))))[0].title
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
    assert [(s.title, len(s.lines)) for s in sections(survey(plan))] == [
        ("Comptes", 1),
        ("Salon du secteur Centre", 2),
        ("Salon de l'autorité Mairie", 1),
    ]


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (
            {"until": NOW - timedelta(hours=2)},
            "son mandat (habitant, secteur Centre) est terminé depuis le 1er juin 2026, 12:00",
        ),
        (
            {"since": NOW + timedelta(days=1)},
            "son mandat (habitant, secteur Centre) ne commence que le 2 juin 2026, 14:00",
        ),
        ({"accepted": None}, "la charte n'est pas acceptée (habitant, secteur Centre)"),
    ],
)
def test_a_removal_names_the_mandate_and_the_hour_in_the_communes_time(
    dates: dict[str, Any], words: str
) -> None:
    bob = user("bob")
    wanted = expected(directory(mandate(bob, Role.RESIDENT, "centre", **dates)), NOW, texts)
    kick = act.KickPerson(SECTOR, bob, wanted.why_out(SECTOR, bob))
    assert one_line(kick, survey(Plan((kick,)), wanted)).endswith(f": {words}")


def test_an_invitation_names_the_end_of_a_mandate_and_an_authority_its_name() -> None:
    until = NOW + timedelta(days=30)
    dora = user("dora")
    wanted = expected(
        directory(mandate(dora, Role.OFFICER, "gendarmerie", until=until)), NOW, texts
    )
    room = key(RoomKind.AUTHORITY, "gendarmerie")
    invite = act.InvitePerson(room, dora, Role.OFFICER)
    assert one_line(invite, survey(Plan((invite,)), wanted)).endswith(
        ": agent, Gendarmerie, depuis le 2 mai 2026, 14:00, jusqu'au 1er juillet 2026, 14:00"
    )


@pytest.mark.parametrize(
    ("event_type", "was", "becomes", "words"),
    [
        ("m.room.name", {"name": "Club"}, {"name": "Centre"}, "~ renommer : « Club » → « Centre »"),
        (
            "m.room.join_rules",
            {"join_rule": "public"},
            {"join_rule": "invite"},
            "~ remettre la règle d'entrée : ouverte à tous → sur invitation",
        ),
        ("m.room.encryption", None, {"algorithm": "x"}, "le chiffrement : rien n'était réglé"),
        (
            "m.room.encryption",
            {"rotation_period_msgs": 9000, "algorithm": "x"},
            {"rotation_period_msgs": 50, "algorithm": "x"},
            "le chiffrement : messages par clé 9000 → 50",
        ),
        (
            "m.room.server_acl",
            {"allow": ["*"], "deny": [], "allow_ip_literals": True},
            {"allow": ["here.test"], "deny": [], "allow_ip_literals": False},
            "les serveurs admis : admis * → here.test, adresses IP oui → non",
        ),
        (
            "m.room.topic",
            {"topic": "x" * 200 + "\n"},
            {"topic": "17"},
            f"le sujet : « {'x' * 59}… » → « 17 »",
        ),
        ("m.x", dict.fromkeys("abcdef", 1), {}, "d 1 → rien, et 2 autres"),
        ("m.x", {"deny": []}, {"deny": ["a.test"]}, "refusés personne → a.test"),
    ],
)
def test_a_drift_is_told_from_what_to_what(
    event_type: str, was: Content | None, becomes: Content, words: str
) -> None:
    room = replace(ROOM, state={} if was is None else {event_type: was})
    action = act.CorrectState(SECTOR, event_type, becomes)
    assert one_line(action, survey(Plan((action,)), room=room)).endswith(words)


def test_rights_of_people_and_of_the_room_are_told_apart() -> None:
    has = {**POWERS, "invite": 0, "users": {user("bob"): 50}}
    room = replace(ROOM, state={"m.room.power_levels": has})
    changes = (PowerChange(ANNA, 0, 50), PowerChange(user("bob"), 50, 0))
    action = act.SetPower(SECTOR, POWERS, changes)
    assert list(sections(survey(Plan((action,)), room=room))[0].lines) == [
        f"+ donner des droits à Anna (@anna:here.test), qui sera modérateur : {SINCE}",
        "- ôter des droits à @bob:here.test, qui sera simple membre : "
        "aucun mandat ne lui donne ce salon",
        "~ remettre les droits du salon : inviter tous → le robot seul",
    ]


def test_programs_are_told_the_mandate_and_the_drift() -> None:
    room = replace(ROOM, state={"m.room.name": {"name": "Club"}})
    plan = Plan(
        (
            act.InvitePerson(SECTOR, ANNA, Role.REFERENT),
            act.KickPerson(SECTOR, user("eve"), Why.NO_MANDATE),
            act.CorrectState(SECTOR, "m.room.name", {"name": "Centre"}),
            act.PostCharter(SECTOR),
        )
    )
    told = json.loads(json.dumps(survey_as_json(survey(plan, room=room))))["actions"]
    assert told[0]["mandate"] == {
        "role": "referent",
        "since": (NOW - timedelta(days=1)).isoformat(),
        "until": None,
        "sector": "centre",
        "authority": None,
        "charter_accepted": BEFORE.isoformat(),
        "charter_version": "",
        "charter_lapses": None,
        "end_note": None,
    }
    assert "mandate" not in told[1]
    assert told[2]["drift"] == [{"name": "name", "was": "Club", "becomes": "Centre"}]
    assert told[3] == {
        "action": "post-charter",
        "room": {"kind": "sector", "code": "centre"},
        "why": "charter-missing",
    }


def test_a_report_tells_passwords_to_programs_too() -> None:
    kick = act.KickPerson(SECTOR, ANNA, Why.NO_MANDATE)
    report = ApplyReport((kick,), (Failure(kick, "M_X"),), (NewAccount(ANNA, "Anna", "a-b"),))
    told = report_as_json(report)
    assert told["accounts"] == [{"user_id": ANNA, "name": "Anna", "password": "a-b"}]
    assert told["failed"][0]["reason"] == "M_X"
    assert told["done"][0]["room"] == {"kind": "sector", "code": "centre"}
