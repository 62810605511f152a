"""May a flagged message leave its sector? One row a refusal, and what repeats safely."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.formatted import Formatted
from policies.positions import Position
from policies.refusal import Refusal
from policies.relay import (
    CERTAIN_FOR,
    History,
    Relayable,
    heeds_danger,
    is_uncertain,
    known_number,
    may_relay,
    referent_sector,
    transaction,
)
from policies.reports import Link, LinkState, Report, ReportState
from policies.terms import (
    Directory,
    EventId,
    Flag,
    Message,
    MessageKind,
    RoomId,
    SenderTrust,
    UserId,
)
from tests.fakes import commune as c

NEW = History(None, 1)


def report(flag_event: EventId = c.FLAG_ID) -> Report:
    return Report(
        1, None, c.CENTRE_ROOM, c.MESSAGE_ID, c.REFERENT, flag_event, None, ReportState.OPEN, c.NOW
    )


def test_a_referent_relays_a_residents_message() -> None:
    verdict = may_relay(c.flag(), c.message(), c.directory(), NEW, c.NOW)
    assert verdict == Relayable(c.CENTRE)


def test_a_referent_relays_his_own_message() -> None:
    own = c.message(sender=c.REFERENT)
    assert may_relay(c.flag(), own, c.directory(), NEW, c.NOW) == Relayable(c.CENTRE)


@pytest.mark.parametrize(
    "message", [c.photo(), c.photo("Un fourgon."), c.place(), c.place("Vu ici.")]
)
def test_a_photo_and_a_place_may_be_judged_also_without_a_word(message: Message) -> None:
    assert may_relay(c.flag(), message, c.directory(), NEW, c.NOW) == Relayable(c.CENTRE)


def test_a_photo_on_a_server_that_takes_part_may_be_fetched() -> None:
    full = c.directory()
    friends = replace(full.commune, federated_with=frozenset({"far.test"}))
    photo = c.photo(enclosed=ELSEWHERE)
    together = replace(full, commune=friends)
    assert may_relay(c.flag(), photo, together, NEW, c.NOW) == Relayable(c.CENTRE)


def ended(user_id: UserId) -> Directory:
    full = c.directory()
    mandates = tuple(replace(m, until=c.NOW) if m.user_id == user_id else m for m in full.mandates)
    return replace(full, mandates=mandates)


def without_charter(user_id: UserId) -> Directory:
    full = c.directory()
    mandates = tuple(
        replace(m, charter_accepted=None) if m.user_id == user_id else m for m in full.mandates
    )
    return replace(full, mandates=mandates)


BROKEN, NOVEL, BLANK = Formatted("", intact=False), Formatted("mot " * 10_000), Formatted(" ")
HERE, ELSEWHERE = Position(48.8, 2.3), c.attachment(server="far.test")
REFUSED = [
    ("stranger", Refusal.NO_MANDATE, c.flag(sender=c.STRANGER), c.message(), c.directory()),
    ("resident", Refusal.NO_MANDATE, c.flag(sender=c.RESIDENT), c.message(), c.directory()),
    ("officer", Refusal.NO_MANDATE, c.flag(sender=c.OFFICER), c.message(), c.directory()),
    ("of another sector", Refusal.NO_MANDATE, c.flag(sender=c.OTHER_REFERENT), c.message(), None),
    ("mandate ended", Refusal.NO_MANDATE, c.flag(), c.message(), ended(c.REFERENT)),
    ("no charter", Refusal.NO_MANDATE, c.flag(), c.message(), without_charter(c.REFERENT)),
    (
        "authority room",
        Refusal.NOT_A_SECTOR_ROOM,
        c.flag(room_id=c.GENDARMERIE_ROOM),
        c.message(room_id=c.GENDARMERIE_ROOM),
        None,
    ),
    ("unknown room", Refusal.NOT_A_SECTOR_ROOM, c.flag(room_id=RoomId("!x")), c.message(), None),
    ("gone", Refusal.UNREADABLE, c.flag(), None, None),
    ("of another room", Refusal.UNREADABLE, c.flag(), c.message(room_id=c.GARE_ROOM), None),
    ("another event", Refusal.UNREADABLE, c.flag(), c.message(event_id=EventId("$x")), None),
    ("plaintext", Refusal.NOT_ENCRYPTED, c.flag(), c.message(encrypted=False), None),
    ("author unknown", Refusal.AUTHOR_UNKNOWN, c.flag(), c.message(sender=c.STRANGER), None),
    ("author of an authority", Refusal.AUTHOR_UNKNOWN, c.flag(), c.message(sender=c.MAYOR), None),
    ("author left", Refusal.AUTHOR_UNKNOWN, c.flag(), c.message(), ended(c.RESIDENT)),
    (
        "ghost device",
        Refusal.UNSIGNED_DEVICE,
        c.flag(),
        c.message(trust=SenderTrust.UNSIGNED),
        None,
    ),
    (
        "new identity",
        Refusal.IDENTITY_CHANGED,
        c.flag(),
        c.message(trust=SenderTrust.IDENTITY_CHANGED),
        None,
    ),
    ("sticker", Refusal.NOT_TEXT, c.flag(), c.message(kind=MessageKind.OTHER), None),
    ("voice", Refusal.VOICE, c.flag(), c.message("", kind=MessageKind.VOICE), None),
    ("video", Refusal.VIDEO, c.flag(), c.message("", kind=MessageKind.VIDEO), None),
    ("photo in the clear", Refusal.ATTACHMENT_OPEN, c.flag(), c.photo(enclosed=None), None),
    ("photo that is a place", Refusal.ATTACHMENT_OPEN, c.flag(), c.photo(enclosed=HERE), None),
    ("photo elsewhere", Refusal.ATTACHMENT_GONE, c.flag(), c.photo(enclosed=ELSEWHERE), None),
    ("photo with a novel", Refusal.TOO_LONG, c.flag(), c.photo("mot " * 10_000), None),
    ("photo, HTML broken", Refusal.UNCHECKED, c.flag(), c.photo("x", formatted=BROKEN), None),
    ("nowhere", Refusal.BAD_PLACE, c.flag(), c.place("ici", enclosed=None), None),
    ("place with a novel", Refusal.TOO_LONG, c.flag(), c.place("mot " * 10_000), None),
    ("a change", Refusal.EDIT, c.flag(), c.message("", kind=MessageKind.EDIT), None),
    ("changed", Refusal.UNSETTLED, c.flag(), c.message("", kind=MessageKind.UNSETTLED), None),
    ("broken HTML", Refusal.UNCHECKED, c.flag(), c.message(formatted=BROKEN), None),
    ("a novel in HTML", Refusal.TOO_LONG, c.flag(), c.message(formatted=NOVEL), None),
    ("invisible", Refusal.EMPTY, c.flag(), c.message("\u200b\u2060", formatted=BLANK), None),
    ("blank", Refusal.EMPTY, c.flag(), c.message(" \n"), None),
    ("a novel", Refusal.TOO_LONG, c.flag(), c.message("mot " * 10_000), None),
]


@pytest.mark.parametrize(
    ("refusal", "flag", "message", "directory"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_refusals(
    refusal: Refusal, flag: Flag, message: Message | None, directory: Directory | None
) -> None:
    assert may_relay(flag, message, directory or c.directory(), NEW, c.NOW) is refusal


def test_a_message_flagged_by_another_flag_is_refused() -> None:
    history = History(report(EventId("$other")), 1)
    verdict = may_relay(c.flag(), c.message(), c.directory(), history, c.NOW)
    assert verdict is Refusal.ALREADY_FLAGGED


@pytest.mark.parametrize("state", ReportState)
def test_the_number_of_what_was_flagged_before_is_known_while_it_stands(
    state: ReportState,
) -> None:
    numbered = replace(report(), number="2026-0042", state=state)
    gone = state in (ReportState.WITHDRAWING, ReportState.WITHDRAWN)
    known = "" if gone else "2026-0042"
    assert known_number(Refusal.ALREADY_FLAGGED, numbered) == known
    assert known_number(Refusal.OVER_QUOTA, numbered) == ""
    assert known_number(Refusal.ALREADY_FLAGGED, replace(numbered, number=None)) == ""
    assert known_number(Refusal.ALREADY_FLAGGED, None) == ""


def test_the_same_flag_goes_on_after_a_crash_whatever_the_quota() -> None:
    history = History(report(), 10_000)
    verdict = may_relay(c.flag(), c.message(), c.directory(), history, c.NOW)
    assert verdict == Relayable(c.CENTRE)


@pytest.mark.parametrize(("flags", "refused"), [(20, False), (21, True)])
def test_the_quota_counts_this_flag(flags: int, *, refused: bool) -> None:
    verdict = may_relay(c.flag(), c.message(), c.directory(), History(None, flags), c.NOW)
    assert (verdict is Refusal.OVER_QUOTA) is refused


@pytest.mark.parametrize(("reports", "refused"), [(100, False), (101, True)])
def test_the_sectors_quota_counts_this_report(reports: int, *, refused: bool) -> None:
    verdict = may_relay(c.flag(), c.message(), c.directory(), History(None, 1, reports), c.NOW)
    assert (verdict is Refusal.SECTOR_QUOTA) is refused


def test_who_may_not_flag_learns_nothing_of_the_message() -> None:
    verdict = may_relay(c.flag(sender=c.STRANGER), None, c.directory(), NEW, c.NOW)
    assert verdict is Refusal.NO_MANDATE


def test_an_empty_directory_allows_nothing() -> None:
    empty = Directory(c.commune(), {}, (), {})
    assert referent_sector(c.REFERENT, c.CENTRE_ROOM, empty, c.NOW) is Refusal.NOT_A_SECTOR_ROOM


BY_ANOTHER = replace(report(EventId("$other")), referent=UserId("@other:ex.test"))


@pytest.mark.parametrize(
    ("refusal", "history", "heeded"),
    [
        (Refusal.OVER_QUOTA, History(None, 21), True),
        (Refusal.OVER_QUOTA, History(None, 200), True),
        (Refusal.OVER_QUOTA, History(None, 201), False),
        (Refusal.SECTOR_QUOTA, History(None, 1, 101), True),
        (Refusal.SECTOR_QUOTA, History(None, 201, 101), False),
        (Refusal.ALREADY_FLAGGED, History(BY_ANOTHER, 1), True),
        (Refusal.ALREADY_FLAGGED, History(BY_ANOTHER, 201), False),
        (Refusal.ALREADY_FLAGGED, History(report(), 1), False),
        (Refusal.ALREADY_FLAGGED, History(None, 1), False),
        (Refusal.NO_MANDATE, History(None, 1), False),
        (Refusal.NOT_A_SECTOR_ROOM, History(None, 1), False),
    ],
)
def test_danger_is_looked_for_where_its_referent_may_read(
    refusal: Refusal, history: History, *, heeded: bool
) -> None:
    assert heeds_danger(refusal, c.flag(), c.directory(), history) is heeded


def test_transactions_differ_by_purpose_source_and_destination() -> None:
    made = {transaction(p, s, d) for p in ("a", "b") for s in ("$1", "$2") for d in ("!1", "!2")}
    assert len(made) == 8
    assert transaction("a", "$1", "!1") == transaction("a", "$1", "!1")


@pytest.mark.parametrize(
    ("state", "age", "uncertain"),
    [
        (LinkState.PENDING, CERTAIN_FOR, False),
        (LinkState.PENDING, CERTAIN_FOR + timedelta(seconds=1), True),
        (LinkState.SENT, timedelta(days=9), False),
    ],
)
def test_only_an_old_unsettled_send_is_uncertain(
    state: LinkState, age: timedelta, *, uncertain: bool
) -> None:
    link = Link(1, 1, c.GENDARMERIE_ROOM, "t", None, state, c.NOW - age)
    assert is_uncertain(link, c.NOW) is uncertain


def test_a_guided_report_is_of_the_sector_that_it_is_about() -> None:
    """Only in its référent's own private room, and only where he is référent."""
    full, own = c.directory(), c.private_room(c.REFERENT)
    assert referent_sector(c.REFERENT, own, full, c.NOW, c.CENTRE) == c.CENTRE
    assert referent_sector(c.REFERENT, own, full, c.NOW, c.GARE) is Refusal.NO_MANDATE
    assert referent_sector(c.REFERENT, own, full, c.NOW) is Refusal.NOT_A_SECTOR_ROOM
    others = c.private_room(c.OTHER_REFERENT)
    for room in (others, c.POLICE_ROOM, RoomId("!elsewhere")):
        found = referent_sector(c.REFERENT, room, full, c.NOW, c.CENTRE)
        assert found is Refusal.NOT_A_SECTOR_ROOM
    assert referent_sector(c.REFERENT, c.GARE_ROOM, full, c.NOW, c.CENTRE) is Refusal.NO_MANDATE
    ended = c.without_mandates(c.REFERENT)
    assert referent_sector(c.REFERENT, own, ended, c.NOW, c.CENTRE) is Refusal.NO_MANDATE
