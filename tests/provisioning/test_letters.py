"""Accounts and their letters: closed until handed over, told once, and told of when unused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridges.wording.catalogue import LANGUAGES
from bridges.wording.letter import Access, letter
from pc_matrix.arrivals.letters import write_letters
from pc_matrix.arrivals.links import login_link, room_link, square
from pc_matrix.cli.plan_view import sections
from pc_matrix.errors import IncompleteError, SettingsError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning import Closed, NewAccount
from pc_matrix.provisioning.accounts import NEVER_OPENED_AFTER
from pc_matrix.registry import AccountState
from policies.terms import Person, RoomId, UserId
from tests.policies.worlds import COMMUNE, directory, user
from tests.provisioning.conftest import PEOPLE, Stage

ANNA = Person(user("anna"), "Anna <b>Martin</b>")
ACCOUNT = NewAccount(ANNA.user_id, ANNA.name, "abcd-efgh-jkmn-pqrs")
KNOWN = replace(directory(), persons={ANNA.user_id: ANNA})


async def handed_over(stage: Stage) -> None:
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    await provisioner.hand_over(report.accounts)


async def test_an_account_that_cannot_be_opened_gets_another_password(stage: Stage) -> None:
    provisioner = stage.provisioner()
    report = await provisioner.apply(await provisioner.plan())
    refusal = MatrixError(500, "M_UNKNOWN", "")
    stage.server.refuse = lambda request: refusal if request == "open_account" else None
    with pytest.raises(IncompleteError) as caught:
        await provisioner.hand_over(report.accounts)
    assert str(len(PEOPLE)) in caught.value.what
    assert all(
        account.password not in str(caught.value.diagnostics()) for account in report.accounts
    )
    stage.server.refuse = lambda request: None
    again = await provisioner.plan()
    assert len(again.plan.actions) == len(PEOPLE)
    assert stage.server.locked == {user(name) for name, *_ in PEOPLE}


async def test_an_account_that_nobody_opened_is_told_after_a_while(stage: Stage) -> None:
    await handed_over(stage)
    stage.now += NEVER_OPENED_AFTER - timedelta(seconds=1)
    assert (await stage.provisioner().plan()).plan.notices == ()
    stage.now += timedelta(seconds=1)
    stage.server.used.add(user("anna"))
    survey = await stage.provisioner().plan()
    assert survey.plan.actions == ()
    lines = sections(survey)[-1].lines
    assert len(lines) == len(PEOPLE) - 1
    assert "Bob (@bob:here.test) n'a jamais ouvert son compte, remis le 01/06/2026" in lines[0]


async def test_who_came_is_not_asked_for(stage: Stage) -> None:
    await handed_over(stage)
    stage.server.everybody_joins()
    stage.now += NEVER_OPENED_AFTER
    stage.server.requests.clear()
    assert (await stage.provisioner().plan()).plan.notices == ()
    assert "user" not in stage.server.requests


@pytest.mark.parametrize(
    ("used", "lost", "closed"),
    [(False, False, None), (True, False, Closed.IN_USE), (True, True, None)],
)
async def test_a_lost_letter_is_written_again(
    stage: Stage, used: bool, lost: bool, closed: Closed | None
) -> None:
    await handed_over(stage)
    before = stage.server.passwords[ANNA.user_id]
    stage.server.used |= {ANNA.user_id} if used else set()
    provisioner = stage.provisioner()
    new, refused = await provisioner.new_passwords([ANNA], lost_password=lost)
    assert [why for _who, why in refused] == ([closed] if closed else [])
    await provisioner.hand_over(new)
    assert (stage.server.passwords[ANNA.user_id] != before) is (closed is None)


async def test_accounts_of_others_get_no_password(stage: Stage) -> None:
    stage.server.passwords[ANNA.user_id] = "her own"
    people = [ANNA, Person(user("bob"), "Bob")]
    new, refused = await stage.provisioner().new_passwords(people, lost_password=True)
    assert new == ()
    assert dict(refused) == {ANNA.user_id: Closed.NOT_OURS, user("bob"): Closed.NO_ACCOUNT}
    with pytest.raises(SettingsError):
        await stage.provisioner(admin=False).new_passwords(people, lost_password=True)
    state = stage.registry.account_state(stage.commune.code, ANNA.user_id)
    assert state is AccountState.NONE


def test_a_letter_is_its_owners_alone_and_says_everything(tmp_path: Path) -> None:
    folder = tmp_path / "lettres"
    written = write_letters(folder, [ACCOUNT], KNOWN)
    path = written[ANNA.user_id]
    assert path.name == "lettre-anna.html"
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    page = path.read_text("utf-8")
    for wanted in ("here.test", ">anna<", "abcd-efgh-jkmn-pqrs", "<svg", "Element X", "17", "112"):
        assert wanted in page
    assert "Anna &lt;b&gt;Martin&lt;/b&gt;" in page
    assert "supprimez ce fichier" in page
    assert not re.search(r"<script|src=|href=|url\(", page)


def test_another_letter_takes_the_place_of_the_first(tmp_path: Path) -> None:
    write_letters(tmp_path, [ACCOUNT], KNOWN)
    written = write_letters(tmp_path, [replace(ACCOUNT, password="new")], KNOWN)
    assert list(tmp_path.iterdir()) == [written[ANNA.user_id]]
    assert "abcd-efgh" not in written[ANNA.user_id].read_text("utf-8")


def test_no_name_leaves_the_folder(tmp_path: Path) -> None:
    names = ("../x", "a/b", "a_b", ".hidden")
    accounts = [NewAccount(UserId(f"@{name}:here.test"), "X", "p") for name in names]
    written = write_letters(tmp_path / "in", accounts, KNOWN)
    assert {path.parent for path in written.values()} == {tmp_path / "in"}
    assert len(set(written.values())) == len(names)


def test_a_folder_that_cannot_be_written_opens_no_account(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError) as caught:
        write_letters(tmp_path / "file", [ACCOUNT], KNOWN)
    assert "Aucun compte n'a été ouvert" in caught.value.remedy


@pytest.mark.parametrize("language", LANGUAGES)
def test_whom_to_call_is_the_communes(language: str) -> None:
    person, access = replace(ANNA, language=language), Access("here.test", "anna", "p", "<svg/>")
    called = replace(COMMUNE, contact="Mairie, 03 20 00 00 00")
    assert "03\u00a020\u00a000\u00a000\u00a000" in letter(person, called, access)
    town_hall = "la mairie" if language == "fr" else "the town hall"
    assert f": {town_hall}." in letter(person, COMMUNE, access)
    assert "'p'" not in repr(access)


def test_links_are_those_that_phones_open() -> None:
    assert login_link(ANNA.user_id) == (
        "https://mobile.element.io/element/?account_provider=here.test"
        "&login_hint=mxid:@anna:here.test"
    )
    found = room_link(RoomId("!a/b?c"), "here.test:8448")
    assert found == "https://matrix.to/#/!a%2Fb%3Fc?via=here.test:8448"
    assert square(found).startswith("<svg")
    assert json.dumps(square(found)) != json.dumps(square(found + "x"))
