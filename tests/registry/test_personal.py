"""What is held of a person is found wherever it stands, and forgotten but for what has to stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from pc_matrix.registry import Contact, Registry
from pc_matrix.registry.personal import SOMEBODY_ELSE, Fate, fate_of
from pc_matrix.registry.tables import METADATA
from policies.guided import Filled, Form, Step
from policies.mails import MailKind
from policies.pinning import IdentityNews, NewsKind
from policies.reports import Choice, Showing, Shown
from policies.terms import (
    AuthorityCode,
    Commune,
    EventId,
    Flag,
    Mandate,
    Person,
    Role,
    RoomId,
    RoomKey,
    RoomKind,
    SectorCode,
    UserId,
)
from policies.verification import Comparison, Stage, Verification
from tests.registry.conftest import CODE, NOW, OTHER

ANNE = UserId("@anne:s.test")
LONGER = UserId("@anne:s.test.fr")
BORIS = UserId("@boris:s.test")
ROOM = RoomId("!r:s.test")
GENDARMERIE = AuthorityCode("gendarmerie")


def lived(registry: Registry) -> None:
    """A référent's life in the registry, and that of somebody with a longer name."""
    for user_id in (ANNE, LONGER):
        registry.add_person(CODE, Person(user_id, "Anne Petit"), Contact("a@x.fr", "0601020304"))
        registry.add_mandate(CODE, Mandate(user_id, Role.REFERENT, NOW, sector=SectorCode("gare")))
        registry.set_pin(CODE, user_id, "KEY", NOW)
        registry.audit(CODE, NOW, "invite-person", f"{user_id} private:{user_id}", "pc-matrix")
        registry.room_made(CODE, RoomKey(CODE, RoomKind.PRIVATE, user_id), RoomId(f"!{user_id}"))
    registry.audit(CODE, NOW, "identity.approved", BORIS, ANNE)
    registry.note_identity(CODE, IdentityNews(ANNE, NewsKind.CHANGED, "KEY", "NEW"), NOW)
    shown = Verification(ANNE, "flow", "!x", NOW, Stage.SHOWN, (1, 2), (3, 4), Comparison.OPEN)
    registry.set_verification(CODE, shown)
    flag = Flag(EventId("$flag"), ROOM, ANNE, EventId("$source"))
    registry.take_in(CODE, [flag, Flag(EventId("$new"), ROOM, ANNE, EventId("$2"))], "s1", NOW)
    registry.settle(CODE, registry.waiting(CODE)[0][0], "relayed", NOW)
    report = registry.open_report(CODE, flag, NOW)
    registry.showed(CODE, report.id, Showing(Shown.HOLD, EventId("$p"), ("rule",)), NOW)
    registry.chose(CODE, EventId("$p"), Choice.CONFIRMED, NOW)
    registry.mail(CODE, report.id, GENDARMERIE, MailKind.REPORT, "txn", None, NOW)
    registry.certificate_told(CODE, GENDARMERIE, "aa", "expired", NOW)
    registry.open_posting(CODE, EventId("$b"), RoomId("!r"), ANNE, NOW)


def everything(registry: Registry) -> dict[str, list[dict[str, Any]]]:
    with Session(registry._transactions.engine) as session:
        return {
            table.name: [dict(row) for row in session.execute(select(table)).mappings()]
            for table in METADATA.sorted_tables
        }


def names(registry: Registry, user_id: str) -> set[str]:
    """The tables in which that id stands, as the whole of a value or beside something else."""
    found = set()
    for table, rows in everything(registry).items():
        for row in rows:
            words = " ".join(str(value) for value in row.values()).replace("private:", " ").split()
            found |= {table} if user_id in words else set()
    return found


def test_every_row_of_a_person_is_handed_over(registry: Registry) -> None:
    lived(registry)
    held = registry.held(CODE, ANNE)
    assert {table: len(rows) for table, rows in held.items()} == {
        "person": 1,
        "mandate": 1,
        "pin": 1,
        "identity_news": 1,
        "verification": 1,
        "room": 1,
        "inbox": 2,
        "report": 1,
        "showing": 1,
        "mail": 1,
        "bulletin": 1,
        "audit": 2,
    }
    (person,) = held["person"]
    assert (person["name"], person["email"], person["phone"]) == (
        "Anne Petit",
        "a@x.fr",
        "0601020304",
    )
    assert registry.held(OTHER, ANNE) == {}
    assert registry.held(CODE, UserId("@ann_:s.test")) == {}


def test_nobody_else_is_handed_over_with_him(registry: Registry) -> None:
    lived(registry)
    audits = registry.held(CODE, ANNE)["audit"]
    assert [(a["subject"], a["actor"]) for a in audits] == [
        (f"{ANNE} private:{ANNE}", "pc-matrix"),
        (SOMEBODY_ELSE, ANNE),
    ]


def test_who_is_forgotten_stands_nowhere_but_where_he_must(registry: Registry) -> None:
    lived(registry)
    before = everything(registry)
    done = registry.erase(CODE, ANNE, NOW + timedelta(days=1), "cli")
    assert names(registry, ANNE) == {"room", "farewell"}  # until he is out of the rooms
    assert done.rows[Fate.KEPT] == {"room": 1}
    assert done.rows[Fate.ERASED] == {
        "person": 1,
        "mandate": 1,
        "pin": 1,
        "identity_news": 1,
        "verification": 1,
    }
    assert done.rows[Fate.RENAMED] == {"inbox": 2, "report": 1, "bulletin": 1, "audit": 2}
    after = everything(registry)
    assert [r["id"] for r in after["report"]] == [r["id"] for r in before["report"]]
    assert after["report"][0]["referent"] == done.alias
    assert (after["mail"], after["certificate_news"]) == (
        before["mail"],
        before["certificate_news"],
    )
    subjects = {row["subject"] for row in after["audit"]}
    assert {f"{done.alias} private:{done.alias}", f"{LONGER} private:{LONGER}"} <= subjects
    last = registry.audits(CODE, 1)[0]
    assert (last.action, last.subject, last.actor) == ("person-erased", done.alias, "cli")


def test_others_keep_all_of_theirs(registry: Registry) -> None:
    lived(registry)
    before = registry.held(CODE, LONGER)
    registry.erase(CODE, ANNE, NOW)
    assert registry.held(CODE, LONGER) == before
    assert registry.contact(CODE, LONGER) == Contact("a@x.fr", "0601020304")


def test_what_he_asked_for_is_dropped_and_never_done(registry: Registry) -> None:
    lived(registry)
    assert len(registry.waiting(CODE)) == 1
    registry.erase(CODE, ANNE, NOW)
    assert registry.waiting(CODE) == []
    inbox = {row["event_id"]: row["outcome"] for row in everything(registry)["inbox"]}
    assert inbox == {"$flag": "relayed", "$new": "erased"}


def test_forgetting_twice_forgets_what_came_between(registry: Registry) -> None:
    lived(registry)
    first = registry.erase(CODE, ANNE, NOW)
    registry.audit(CODE, NOW, "kick-member", ANNE, "pc-matrix")
    second = registry.erase(CODE, ANNE, NOW)
    assert second.rows[Fate.RENAMED] == {"audit": 1}
    assert second.alias != first.alias
    assert second.rows[Fate.ERASED] == {"farewell": 1}
    third = registry.erase(CODE, ANNE, NOW)
    assert third.is_nothing
    assert [a.action for a in registry.audits(CODE)].count("person-erased") == 2


def test_only_the_commune_that_was_asked_forgets(registry: Registry, commune: Commune) -> None:
    lived(registry)
    registry.add_person(OTHER, Person(ANNE, "Anne Petit"))
    registry.erase(CODE, ANNE, NOW)
    assert registry.person(OTHER, ANNE) == Person(ANNE, "Anne Petit")
    assert ANNE not in registry.directory(commune).persons


def test_what_is_sealed_is_erased_with_its_row() -> None:
    """A new table whose row of a person is sealed, but not erased, has to say so in ``_FATES``."""
    from pc_matrix.registry.columns import Sealed

    sealed = [t for t in METADATA.sorted_tables if any(isinstance(c.type, Sealed) for c in t.c)]
    assert {t.name for t in sealed if fate_of(t) is not Fate.ERASED} == set()


def test_a_renamed_row_has_no_key_that_names_somebody() -> None:
    """What is renamed is found by its key: were the id in it, two rows could become one."""
    renamed = [t for t in METADATA.sorted_tables if "commune" in t.c and fate_of(t) is Fate.RENAMED]
    in_keys = {c.name for t in renamed for c in t.primary_key}
    assert in_keys & {"user_id", "sender", "subject", "author", "referent"} == set()
    assert "id" in in_keys


def test_what_names_nobody_itself_has_no_room_for_an_id() -> None:
    """Mails and certificates belong to a report or an authority: no column for a person."""
    columns = {c.name for name in ("mail", "certificate_news") for c in METADATA.tables[name].c}
    assert columns & {"user_id", "sender", "referent", "actor", "email", "address"} == set()


def test_nothing_is_left_of_the_forms_of_who_is_erased(
    registry: Registry, commune: Commune
) -> None:
    for user_id in (ANNE, BORIS):
        registry.add_person(CODE, Person(user_id, "Anne Petit"))
        filled = Filled(EventId(f"$a{user_id}"), NOW)
        form = Form(
            EventId(f"$s{user_id}"),
            EventId(f"$b{user_id}"),
            RoomId("!r"),
            user_id,
            NOW,
            (SectorCode("gare"),),
            answers={Step.FACTS: filled},
            photos=(filled,),
        )
        registry.keep_form(CODE, form)
    held = registry.held(CODE, ANNE)
    assert [len(held[table]) for table in ("form", "form_answer", "form_photo")] == [1, 1, 1]
    erased = registry.erase(CODE, ANNE, NOW)
    assert {"form", "form_answer", "form_photo"} <= set(erased.rows[Fate.ERASED])
    for table in ("form", "form_answer", "form_photo"):
        (row,) = everything(registry)[table]
        assert row["user_id"] == BORIS
    assert registry.open_form(CODE, ANNE) is None
    assert registry.open_form(CODE, BORIS) is not None
