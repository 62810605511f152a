"""Mails: addresses, headers, certificates, when they are tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.certificates import Certificate, CertificateFault, Expiry, Usable, judge
from policies.mail_headers import MailAddress, domain_of, mail_address, message_id, one_line
from policies.mails import (
    GIVEN_UP_AFTER,
    LATE_AFTER,
    Mail,
    MailKind,
    MailOutcome,
    MailState,
    is_given_up,
    is_late,
    pause,
    state_after,
)
from policies.routing import Destination, MailDestination, route
from policies.terms import Category
from tests.fakes import commune as c

MINE = MailAddress("accueil@gendarmerie.ex.test")
GOOD = Certificate(
    b"der",
    "f" * 64,
    "CN=Gendarmerie",
    c.NOW - timedelta(days=10),
    c.NOW + timedelta(days=100),
    2048,
    65537,
    frozenset({"keyEncipherment"}),
    frozenset({"emailProtection"}),
    frozenset({MINE}),
)


@pytest.mark.parametrize(
    "text", ["a@b.fr", "police.municipale+pc@saint-exemple.fr", "x_1@sous.domaine.xn--p1ai", MINE]
)
def test_ordinary_addresses(text: str) -> None:
    assert mail_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@b",
        "@b.fr",
        "a@.fr",
        "a@b..fr",
        "a..b@c.fr",
        ".a@b.fr",
        "a@-b.fr",
        "a b@c.fr",
        "a@b.fr\n",
        "a@b.fr\r\nBcc: x@y.fr",
        "<a@b.fr>",
        "a@b.fr,c@d.fr",
        '"a\r\n"@b.fr',
        "é@b.fr",
        "a@é.fr",
        "a@b.fr\x00",
        "a@[127.0.0.1]",
        f"{'a' * 65}@b.fr",
        f"a@{'b' * 64}.fr",
        f"a@{'b.' * 130}fr",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert mail_address(text) is None


@given(st.text())
def test_whatever_is_an_address_breaks_no_command_and_no_header(text: str) -> None:
    for tried in (text, f"a{text}@b.fr", f"a@b{text}.fr"):
        found = mail_address(tried)
        assert found is None or (found.isascii() and not set(found) & set(' <>,;:\r\n\0"()\\'))


@given(st.text())
def test_a_header_is_one_line(text: str) -> None:
    shown = one_line(text)
    assert shown.splitlines() in ([], [shown])
    shown.encode()
    assert one_line(shown) == shown


def test_what_hides_or_turns_a_line_round_is_gone() -> None:
    assert one_line("=?utf-8?q?=0d=0aBcc?=") == "= ?utf-8?q?=0d=0aBcc?="
    assert one_line("Saint\r\nBcc: x@y.fr\u2028a\u202eb\ud800 c") == "Saint Bcc: x@y.fr a b c"


def test_a_message_id_stays() -> None:
    assert message_id("pc12", MINE) == "<pc12@gendarmerie.ex.test>"
    assert domain_of(MINE) == "gendarmerie.ex.test"


def test_a_good_certificate_may_be_used() -> None:
    assert judge(GOOD, MINE, c.NOW) == Usable(GOOD)
    bare = replace(GOOD, usages=None, purposes=None, addresses=frozenset())
    assert judge(bare, MINE, c.NOW) == Usable(bare)
    shouted = replace(GOOD, addresses=frozenset({MINE.upper(), "b@c.fr"}))
    assert judge(shouted, MINE, c.NOW) == Usable(shouted)
    anything = replace(GOOD, purposes=frozenset({"any"}))
    assert judge(anything, MINE, c.NOW) == Usable(anything)
    assert "der" not in repr(GOOD)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"bits": 0, "exponent": 0}, CertificateFault.NOT_RSA),
        ({"bits": 2047}, CertificateFault.WEAK_KEY),
        ({"exponent": 3}, CertificateFault.WEAK_KEY),
        ({"usages": frozenset({"digitalSignature"})}, CertificateFault.WRONG_USAGE),
        ({"purposes": frozenset({"1.3.6.1.5.5.7.3.1"})}, CertificateFault.WRONG_USAGE),
        ({"addresses": frozenset({"b@c.fr"})}, CertificateFault.OTHER_ADDRESS),
        ({"not_before": c.NOW + timedelta(seconds=1)}, CertificateFault.NOT_YET_VALID),
        ({"not_after": c.NOW - timedelta(seconds=1)}, CertificateFault.EXPIRED),
    ],
)
def test_a_certificate_that_may_not(changes: dict[str, object], fault: CertificateFault) -> None:
    assert judge(replace(GOOD, **changes), MINE, c.NOW) is fault  # type: ignore[arg-type]


def test_a_fault_of_the_file_stays_one() -> None:
    assert judge(CertificateFault.MISSING, MINE, c.NOW) is CertificateFault.MISSING


@pytest.mark.parametrize(
    ("left", "expiry"),
    [
        (timedelta(days=60, seconds=1), None),
        (timedelta(days=60), Expiry.SIXTY_DAYS),
        (timedelta(days=30, seconds=1), Expiry.SIXTY_DAYS),
        (timedelta(days=30), Expiry.THIRTY_DAYS),
        (timedelta(days=7, seconds=1), Expiry.THIRTY_DAYS),
        (timedelta(days=7), Expiry.SEVEN_DAYS),
        (timedelta(0), Expiry.SEVEN_DAYS),
    ],
)
def test_the_end_is_announced(left: timedelta, expiry: Expiry | None) -> None:
    ending = replace(GOOD, not_after=c.NOW + left)
    assert judge(ending, MINE, c.NOW) == Usable(ending, expiry)


def _mail(begun_at: datetime, state: MailState = MailState.WAITING) -> Mail:
    return Mail(1, 1, c.GENDARMERIE, MailKind.REPORT, None, "pc1", state, False, begun_at)


def test_what_waits_is_late_then_given_up() -> None:
    for after, late, over in (
        (LATE_AFTER - timedelta(seconds=1), False, False),
        (LATE_AFTER, True, False),
        (GIVEN_UP_AFTER - timedelta(seconds=1), True, False),
        (GIVEN_UP_AFTER, True, True),
    ):
        mail = _mail(c.NOW - after)
        assert (is_late(mail, c.NOW), is_given_up(mail, c.NOW)) == (late, over)
    done = _mail(c.NOW - timedelta(days=3), MailState.TAKEN)
    assert (is_late(done, c.NOW), is_given_up(done, c.NOW)) == (False, False)


def test_tries_are_further_and_further_apart() -> None:
    pauses = [pause(n) for n in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=30), timedelta(minutes=15))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (MailOutcome.TAKEN, MailState.TAKEN),
        (MailOutcome.LATER, MailState.WAITING),
        (MailOutcome.AWAY, MailState.WAITING),
        (MailOutcome.REFUSED, MailState.REFUSED),
        (MailOutcome.UNKNOWN, MailState.UNCERTAIN),
    ],
)
def test_where_a_try_leaves_a_mail(outcome: MailOutcome, state: MailState) -> None:
    assert state_after(outcome) is state


def test_an_authority_with_an_address_is_written_to_and_its_empty_room_is_not() -> None:
    found = route(Category.BURGLARY, c.mailed_directory(), c.NOW)
    assert isinstance(found, tuple)
    gendarmerie, police = found
    assert isinstance(gendarmerie, MailDestination)
    assert gendarmerie.address == c.GENDARMERIE_MAIL
    assert isinstance(police, Destination)
    assert police.room_id == c.POLICE_ROOM


def test_who_has_an_address_and_officers_receives_both() -> None:
    both = replace(c.mailed_directory(), mandates=c.directory().mandates)
    found = route(Category.VULNERABLE_PERSON, both, c.NOW)
    assert isinstance(found, tuple)
    assert [type(d) for d in found] == [Destination, MailDestination]
    without = replace(both, rooms={})
    alone = route(Category.VULNERABLE_PERSON, without, c.NOW)
    assert isinstance(alone, tuple)
    assert [type(d) for d in alone] == [MailDestination]
