"""Room events → what the bot takes up; and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pc_matrix.homeserver.events import incoming, message, words
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent, parse
from policies.formatted import Formatted
from policies.incoming import Consent, Edit, Incoming, Subject, Withdrawal
from policies.terms import (
    Answer,
    Category,
    Command,
    CommuneCode,
    EventId,
    Flag,
    MessageKind,
    RoomId,
    RoomKey,
    RoomKind,
    Said,
    SenderTrust,
    TakeUp,
    UserId,
)
from tests.fakes import commune as c

ROOM, EVENT, TARGET, SENDER = RoomId("!r"), EventId("$e"), EventId("$t"), UserId("@a:ex.test")
SECTOR, PRIVATE, AUTHORITY, REFERENTS = (
    RoomKey(c.CODE, kind, "x")
    for kind in (RoomKind.SECTOR, RoomKind.PRIVATE, RoomKind.AUTHORITY, RoomKind.REFERENTS)
)
SEALED = Ciphertext("curve", "ed")


OTHER_TYPES = (
    *("m.gallery", "m.server_notice", "m.image.extra"),
    *("m.key.verification.request", "org.exemple.unknown", "", "M.TEXT"),
)
OTHER_EVENTS = ("m.poll.start", "org.matrix.msc3381.poll.start", "m.sticker", "m.beacon_info")
MORE_THAN_TEXT: tuple[Json, ...] = (
    {"filename": "karim.jpg"},
    {"url": "mxc://ex.test/a"},
    {"file": {"url": "mxc://ex.test/a"}},
    {"geo_uri": "geo:48.8,2.3"},
    {"info": {}},
)
NEW_CONTENT: Json = {"m.new_content": {"body": "vu"}}
EDIT_OUTSIDE: Json = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$t"}}


def event(kind: str, content: Json, *, sealed: bool = True) -> RoomEvent:
    return RoomEvent(
        EVENT, ROOM, SENDER, c.NOW, kind, content, ciphertext=SEALED if sealed else None
    )


def reaction(mark: str, **changes: object) -> RoomEvent:
    relation = {"rel_type": "m.annotation", "event_id": TARGET, "key": mark, **changes}
    return event("m.reaction", {"m.relates_to": relation}, sealed=False)


def said(body: str, *, reply: bool = False, sealed: bool = True, **changes: object) -> RoomEvent:
    content: Json = {"msgtype": "m.text", "body": body, **changes}
    if reply:
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": TARGET}}
    return event("m.room.message", content, sealed=sealed)


def in_thread(body: str) -> RoomEvent:
    """In the thread of ``TARGET``, as clients write it: an answer to the last message there."""
    relation = {
        "rel_type": "m.thread",
        "event_id": TARGET,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$last"},
    }
    return event("m.room.message", {"msgtype": "m.text", "body": body, "m.relates_to": relation})


def redaction() -> RoomEvent:
    content = {"redacts": TARGET, "reason": "un secret"}
    return event("m.room.redaction", content, sealed=False)


URGENT_FLAG = Flag(EVENT, ROOM, SENDER, TARGET, urgent=True)
TAKEN_BACK = TakeUp(EVENT, ROOM, SENDER, TARGET, closes=False, withdrawn=True)


@pytest.mark.parametrize(
    ("what", "key", "expected"),
    [
        (reaction("🚩"), SECTOR, Flag(EVENT, ROOM, SENDER, TARGET)),
        (reaction("🚩\ufe0f"), SECTOR, Flag(EVENT, ROOM, SENDER, TARGET)),
        (reaction("🚩"), AUTHORITY, None),
        (reaction("🚩"), REFERENTS, None),
        (reaction("👍"), SECTOR, None),
        (reaction("✅"), PRIVATE, Answer(EVENT, ROOM, SENDER, TARGET, send=True)),
        (reaction("✔️"), PRIVATE, Answer(EVENT, ROOM, SENDER, TARGET, send=True)),
        (reaction("❌"), PRIVATE, Answer(EVENT, ROOM, SENDER, TARGET, send=False)),
        (reaction("👀"), AUTHORITY, TakeUp(EVENT, ROOM, SENDER, TARGET, closes=False)),
        (reaction("✅"), AUTHORITY, TakeUp(EVENT, ROOM, SENDER, TARGET, closes=True)),
        (reaction("❌"), AUTHORITY, Answer(EVENT, ROOM, SENDER, TARGET, send=False)),
        (reaction("🚩", rel_type="m.thread"), SECTOR, None),
        (reaction("🚩", event_id=5), SECTOR, None),
        (reaction("🚩"), None, None),
        (reaction("🚩"), RoomKey(CommuneCode("00000"), RoomKind.SECTOR, "x"), None),
        (said("!signaler", reply=True), SECTOR, Flag(EVENT, ROOM, SENDER, TARGET)),
        (
            said("!signaler véhicule", reply=True),
            SECTOR,
            Flag(EVENT, ROOM, SENDER, TARGET, Category.SUSPICIOUS_VEHICLE),
        ),
        (said("!signaler"), SECTOR, Command(EVENT, ROOM, SENDER, "flag")),
        (said("!signlaer", reply=True), SECTOR, Flag(EVENT, ROOM, SENDER, TARGET)),
        (said("Signaler", reply=True), SECTOR, Flag(EVENT, ROOM, SENDER, TARGET)),
        (said("Signaler"), SECTOR, None),
        (said("Il faut signaler cela", reply=True), SECTOR, None),
        (said("Signaler", reply=True), AUTHORITY, None),
        (said("!retier 12"), AUTHORITY, Command(EVENT, ROOM, SENDER, "unknown")),
        (said("!signaler", reply=True), PRIVATE, Command(EVENT, ROOM, SENDER, "flag", TARGET)),
        (said("!signaler urgent", reply=True), SECTOR, URGENT_FLAG),
        (said("!sans-suite", reply=True), AUTHORITY, Command(EVENT, ROOM, SENDER, "drop", TARGET)),
        (in_thread("!sans-suite"), AUTHORITY, Command(EVENT, ROOM, SENDER, "drop", TARGET)),
        (in_thread("👀"), AUTHORITY, TakeUp(EVENT, ROOM, SENDER, TARGET, closes=False)),
        (redaction(), AUTHORITY, TAKEN_BACK),
        (redaction(), PRIVATE, Withdrawal(EVENT, ROOM, SENDER, TARGET)),
        (redaction(), REFERENTS, None),
        (event("m.room.redaction", {"redacts": 5}, sealed=False), AUTHORITY, None),
        (said("!signaler", reply=True, sealed=False), SECTOR, None),
        (said("!diffuser tous x"), AUTHORITY, Command(EVENT, ROOM, SENDER, "broadcast")),
        (said("!blabla"), AUTHORITY, Command(EVENT, ROOM, SENDER, "unknown")),
        (said("bonjour"), SECTOR, None),
        (
            reaction("2️⃣"),
            PRIVATE,
            Subject(EVENT, ROOM, SENDER, TARGET, Category.SUSPICIOUS_VEHICLE, "2"),
        ),
        (reaction("9️⃣"), PRIVATE, Said(EVENT, ROOM, SENDER, TARGET, "9")),
        (reaction("2️⃣"), SECTOR, None),
        (
            said("2", reply=True),
            PRIVATE,
            Subject(EVENT, ROOM, SENDER, TARGET, Category.SUSPICIOUS_VEHICLE),
        ),
        (
            said("Un cambrioalge"),
            PRIVATE,
            Subject(EVENT, ROOM, SENDER, EventId(""), Category.BURGLARY),
        ),
        (said("Le fourgon est revenu hier soir, je crois"), PRIVATE, Said(EVENT, ROOM, SENDER)),
        (said("cambriolage"), SECTOR, None),
        (said("cambriolage", sealed=False), PRIVATE, None),
        (said("!mon-nom", reply=True), SECTOR, Consent(EVENT, ROOM, SENDER, TARGET, given=True)),
        (
            said("!Mon-nom : non", reply=True),
            SECTOR,
            Consent(EVENT, ROOM, SENDER, TARGET, given=False),
        ),
        (said("!mon-nom"), SECTOR, Command(EVENT, ROOM, SENDER, "name")),
        (said("!mon-nom", reply=True), PRIVATE, Command(EVENT, ROOM, SENDER, "name", TARGET)),
        (said("!mon-nom", reply=True, sealed=False), SECTOR, None),
        (event("m.room.message", {}), SECTOR, None),
        (event("m.room.message", {"body": 5}), SECTOR, None),
        (event("m.sticker", {"body": "!signaler"}), SECTOR, None),
    ],
)
def test_incoming(what: RoomEvent, key: RoomKey | None, expected: Incoming | None) -> None:
    assert incoming(what, key, c.commune()) == expected


def test_where_reactions_do_not_count_their_redactions_do_not_either() -> None:
    strict = replace(c.commune(), flag_by_reaction=False)
    gone = Withdrawal(EVENT, ROOM, SENDER, TARGET)
    assert incoming(redaction(), AUTHORITY, strict) == gone


def changed(*, inside: bool = True, sealed: bool = True) -> RoomEvent:
    relation = {"rel_type": "m.replace", "event_id": TARGET}
    content: Json = {"msgtype": "m.text", "body": "!signaler", "m.relates_to": relation}
    made = event("m.room.message", content, sealed=sealed)
    return made if inside else replace(made, ciphertext=replace(SEALED, has_relation=False))


@pytest.mark.parametrize("believes", [True, False])
def test_an_edit_is_no_new_command(believes: bool) -> None:
    commune = replace(c.commune(), flag_by_reaction=believes)
    edit = Edit(EVENT, ROOM, SENDER, TARGET)
    assert incoming(changed(), SECTOR, commune) == edit
    assert incoming(changed(), AUTHORITY, commune) == edit
    assert incoming(changed(), PRIVATE, commune) == edit
    assert incoming(changed(), REFERENTS, commune) is None
    for key in (SECTOR, PRIVATE):
        assert incoming(changed(sealed=False), key, commune) is None


def test_a_server_makes_no_edit_of_a_message() -> None:
    for key in (SECTOR, PRIVATE):
        assert incoming(changed(inside=False), key, c.commune()) is None


@pytest.mark.parametrize("believes", [True, False])
def test_what_is_taken_away_in_a_sector_is_told(believes: bool) -> None:
    commune = replace(c.commune(), flag_by_reaction=believes)
    redaction = event("m.room.redaction", {"redacts": TARGET}, sealed=False)
    assert incoming(redaction, SECTOR, commune) == Withdrawal(EVENT, ROOM, SENDER, TARGET)
    assert incoming(redaction, PRIVATE, commune) == Withdrawal(EVENT, ROOM, SENDER, TARGET)
    assert incoming(redaction, REFERENTS, commune) is None
    nothing = event("m.room.redaction", {"redacts": 5}, sealed=False)
    assert incoming(nothing, SECTOR, commune) is None


def test_a_redaction_of_an_older_room_version_says_outside_what_it_redacts() -> None:
    raw = {
        "event_id": EVENT,
        "sender": SENDER,
        "type": "m.room.redaction",
        "origin_server_ts": 1,
        "redacts": TARGET,
        "content": {},
    }
    older, newer = parse(raw, ROOM), parse({**raw, "content": {"redacts": "$n"}}, ROOM)
    assert older is not None
    assert newer is not None
    assert (older.content["redacts"], newer.content["redacts"]) == (TARGET, "$n")


@pytest.mark.parametrize("falling_back", [True, False])
def test_a_sign_in_a_reports_thread_is_one_under_the_report(falling_back: bool) -> None:
    relation = {
        "rel_type": "m.thread",
        "event_id": TARGET,
        "is_falling_back": falling_back,
        "m.in_reply_to": {"event_id": "$last"},
    }

    def threaded(body: str) -> RoomEvent:
        content: Json = {"msgtype": "m.text", "body": body, "m.relates_to": relation}
        return event("m.room.message", content)

    expected = TakeUp(EVENT, ROOM, SENDER, TARGET, closes=False)
    assert incoming(threaded("👀"), AUTHORITY, c.commune()) == expected
    assert incoming(threaded("On y va"), AUTHORITY, c.commune()) is None
    assert incoming(threaded("signaler"), SECTOR, c.commune()) is None
    in_sector = incoming(threaded("!signaler"), SECTOR, c.commune())
    assert in_sector == Flag(EVENT, ROOM, SENDER, EventId("$last"))


@pytest.mark.parametrize(
    ("mark", "key"),
    [
        ("🚩", SECTOR),
        ("✅", PRIVATE),
        ("❌", PRIVATE),
        ("👀", AUTHORITY),
        ("✔️", AUTHORITY),
    ],
)
def test_a_reply_says_the_same_as_a_reaction_and_a_commune_can_ask_for_it(
    mark: str, key: RoomKey
) -> None:
    strict = replace(c.commune(), flag_by_reaction=False)
    by_reaction = incoming(reaction(mark), key, c.commune())
    assert by_reaction is not None
    assert incoming(reaction(mark), key, strict) is None
    for commune in (c.commune(), strict):
        assert incoming(said(f" {mark}\n", reply=True), key, commune) == by_reaction
        assert incoming(said(mark, reply=True, sealed=False), key, commune) is None
        assert incoming(said(mark), key, commune) is None
        more = incoming(said(f"{mark} merci", reply=True), key, commune)
        assert more is None or isinstance(more, Said), "words, and no sign"
    assert incoming(said("!signaler", reply=True), SECTOR, strict) is not None


@pytest.mark.parametrize(
    ("body", "reply", "expected"),
    [
        ("bonjour", False, "bonjour"),
        ("> <@b:x> avant\n> encore\n\nbonjour", True, "bonjour"),
        ("> <@b:x> avant\nbonjour", True, "bonjour"),
        ("> une citation à moi", False, "> une citation à moi"),
        ("> <@b:x> avant", True, ""),
    ],
)
def test_a_replys_quotation_is_not_the_writers(body: str, *, reply: bool, expected: str) -> None:
    assert words(said(body, reply=reply)) == expected


@pytest.mark.parametrize(
    ("what", "kind", "text"),
    [
        (said("bonjour"), MessageKind.TEXT, "bonjour"),
        (said("Karim.jpg", msgtype="m.image"), MessageKind.FILE, ""),
        (said("Karim.pdf", msgtype="m.file"), MessageKind.FILE, ""),
        (said("Karim.ogg", msgtype="m.audio"), MessageKind.VOICE, ""),
        (said("Karim.mp4", msgtype="m.video"), MessageKind.VIDEO, ""),
        (said("vu ici", msgtype="m.location"), MessageKind.PLACE, "vu ici"),
        (event("m.sticker", {"body": "x"}), MessageKind.OTHER, ""),
        *((said("Karim", msgtype=kind), MessageKind.OTHER, "") for kind in OTHER_TYPES),
        *((said("Karim", **more), MessageKind.OTHER, "") for more in MORE_THAN_TEXT),
        *((event(kind, {"body": "Karim"}), MessageKind.OTHER, "") for kind in OTHER_EVENTS),
        (said("Karim", msgtype=5), MessageKind.OTHER, ""),
        (event("m.room.message", {"body": "Karim"}), MessageKind.OTHER, ""),
        (said("vu", msgtype="m.emote"), MessageKind.TEXT, "vu"),
        (said("vu", msgtype="m.notice"), MessageKind.TEXT, "vu"),
        (said("* vu", **EDIT_OUTSIDE), MessageKind.EDIT, ""),
        (said("* vu", **NEW_CONTENT), MessageKind.EDIT, ""),
    ],
)
def test_message(what: RoomEvent, kind: MessageKind, text: str) -> None:
    made = message(what, SenderTrust.SIGNED)
    assert (made.kind, made.text, made.encrypted) == (kind, text, True)
    assert not message(replace(what, ciphertext=None), SenderTrust.UNSIGNED).encrypted


@pytest.mark.parametrize(
    ("body", "key"), [("🚩", SECTOR), ("✅", PRIVATE), ("👀", AUTHORITY), ("!signaler", SECTOR)]
)
def test_who_believes_no_reaction_believes_no_relation_in_plain(body: str, key: RoomKey) -> None:
    """A server could make a reply to anything of a sign that somebody wrote to himself."""
    reply = said(body, reply=True)
    assert reply.ciphertext is not None
    outside = replace(reply, ciphertext=replace(reply.ciphertext, has_relation=False))
    strict = replace(c.commune(), flag_by_reaction=False)
    assert incoming(outside, key, c.commune()) == incoming(reply, key, c.commune())
    found = incoming(outside, key, strict)
    assert found is None or isinstance(found, Command)


def test_only_a_quotation_that_a_client_made_is_left_out() -> None:
    own = said("> Il a volé un vélo.\n\nC'est faux.", reply=True)
    assert words(own) == "> Il a volé un vélo.\n\nC'est faux."


def test_a_message_has_its_html_too() -> None:
    made = message(said("un", formatted_body="<b>deux</b>"), SenderTrust.SIGNED)
    assert made.formatted == Formatted("deux")
    picture = said("un", formatted_body="<b>deux</b>", msgtype="m.image")
    assert message(picture, SenderTrust.SIGNED).formatted is None
    assert message(said("un", formatted_body=5), SenderTrust.SIGNED).formatted is None


def test_only_a_quotation_in_a_reply_is_left_out_of_the_html() -> None:
    quoted = "<mx-reply><blockquote>Karim</blockquote></mx-reply>Non"
    for reply, text in ((True, "Non"), (False, "> Karim\nNon")):
        made = message(said("Non", reply=reply, formatted_body=quoted), SenderTrust.SIGNED)
        assert made.formatted == Formatted(text)
    late = message(said("Non", reply=True, formatted_body=f"Oui {quoted}"), SenderTrust.SIGNED)
    assert late.formatted is not None
    assert "Karim" in late.formatted.text


@pytest.mark.parametrize("name", ["displayname", "com.beeper.per_message_profile", "avatar_url"])
def test_what_somebody_calls_himself_is_no_part_of_his_message(name: str) -> None:
    profile: Json = {name: {"displayname": "Karim"}}
    made = message(said("vu", **profile), SenderTrust.SIGNED)
    assert made == message(said("vu"), SenderTrust.SIGNED)


@pytest.mark.parametrize(
    ("mark", "sign"),
    [("1️⃣", "1"), ("1", "1"), ("9\u20e3", "9"), ("⏭️", "skip"), ("📝", "new")],
)
def test_a_tap_in_a_private_room_is_an_answer(mark: str, sign: str) -> None:
    found = incoming(reaction(mark), PRIVATE, c.commune())
    assert isinstance(found, Said | Subject)
    assert (found.sign, found.target) == (sign, TARGET)
    assert incoming(reaction(mark), SECTOR, c.commune()) is None
    strict = replace(c.commune(), flag_by_reaction=False)
    assert incoming(reaction(mark), PRIVATE, strict) is None


def test_words_are_heard_in_a_private_room_alone() -> None:
    found = incoming(said("Place Carnot"), PRIVATE, c.commune())
    assert isinstance(found, Said)
    assert (found.sign, found.target) == ("", "")
    assert incoming(said("Place Carnot"), SECTOR, c.commune()) is None
    assert incoming(said("Place Carnot", sealed=False), PRIVATE, c.commune()) is None
