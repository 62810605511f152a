"""Nothing that is said in an authority room reaches a sector: events of every shape, a marker in
each of their places, through the bot's own reading of them and all of its bridges.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pc_matrix.homeserver.events import incoming, message
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from policies.terms import Directory, EventId, Person, RoomKey, RoomKind, SenderTrust
from tests.bridges.conftest import World
from tests.fakes import commune as c

MARKER = "sekretmarker"
PRIVATE = c.private_room(c.REFERENT)
SIDE = (c.CENTRE_ROOM, c.GARE_ROOM, PRIVATE, c.private_room(c.OTHER_REFERENT))
TARGETS = ("$report", "$sign", "$flagged", "$elsewhere", MARKER)
WORDS = st.sampled_from(
    [
        *("", "👀", "✅", "🚩", "❌", "bonjour", "2026-0001", "!aide", "!rapport", "!inconnu"),
        *("!signaler", "!signaler urgent", "!mes-signalements", "!quitter", "!diffuser"),
        *("!diffuser tous", "!accepter", "> <@a:ex.test> !repondre 2026-0001", "! repondre"),
        *("> !sans-suite 2026-0001", "voir !repondre 2026-0001", "* !repondre 2026-0001"),
    ]
)


def _marked(words: str) -> str:
    return f"{words} {MARKER}".strip()


BODIES = st.one_of(WORDS, WORDS.map(_marked))
RELATIONS: st.SearchStrategy[Json] = st.builds(
    lambda kind, target, key, fallback: {
        "rel_type": kind,
        "event_id": target,
        "key": key,
        "is_falling_back": fallback,
        "m.in_reply_to": {"event_id": target},
    },
    st.sampled_from(["m.replace", "m.thread", "m.annotation", "m.reference", "", MARKER]),
    st.sampled_from(TARGETS),
    st.sampled_from(["👀", "✅", "🚩", MARKER]),
    st.booleans(),
)
CONTENTS: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "msgtype": st.sampled_from(["m.text", "m.notice", "m.image", "m.file", "m.emote"]),
        "body": BODIES,
    },
    optional={
        "m.relates_to": RELATIONS,
        "m.new_content": BODIES.map(lambda body: {"msgtype": "m.text", "body": body}),
        "format": st.just("org.matrix.custom.html"),
        "formatted_body": BODIES.map(lambda body: f"<mx-reply>{MARKER}</mx-reply>{body}"),
        "filename": st.just(f"{MARKER}.pdf"),
        "url": st.just(f"mxc://ex.test/{MARKER}"),
        "redacts": st.sampled_from(TARGETS),
        "reason": st.just(MARKER),
        "displayname": st.just(MARKER),
        "topic": st.just(MARKER),
        "m.mentions": st.just({"user_ids": [c.REFERENT]}),
    },
)
TYPES = st.sampled_from(
    [
        *("m.room.message", "m.room.message", "m.reaction", "m.room.redaction", "m.room.member"),
        *("m.room.topic", "m.room.name", "m.sticker", "m.poll.start", "m.room.pinned_events"),
    ]
)


@st.composite
def events(draw: st.DrawFn) -> RoomEvent:
    """Something that an officer does in the gendarmerie's room, or lets his client do."""
    sealed = draw(st.booleans())
    return RoomEvent(
        f"$drawn{draw(st.integers(0, 10**9))}",
        c.GENDARMERIE_ROOM,
        draw(st.sampled_from([c.OFFICER, c.REFERENT, c.POLICEMAN])),
        c.NOW,
        draw(TYPES),
        draw(CONTENTS),
        ciphertext=Ciphertext("curve", "ed", draw(st.booleans())) if sealed else None,
    )


def directory() -> Directory:
    """The officer calls himself by the marker."""
    full = c.directory()
    named = {**full.persons, c.OFFICER: Person(c.OFFICER, MARKER)}
    return replace(full, persons=named)


@pytest.fixture
async def relayed(world: World) -> World:
    world.said_by_resident("Un fourgon blanc tourne dans la rue depuis ce matin.")
    await world.carrier.carry(c.flag(), directory())
    return world


def _meant(what: RoomEvent, world: World) -> RoomEvent:
    """With the targets that are meant: the report in that room, its officers' sign, the message."""
    report = world.ledger.links(1)[0].event_id
    signs = [step.event for _, step in world.ledger.all_steps if step.event]
    real = {"$report": report, "$sign": signs[-1] if signs else "$none", "$flagged": c.MESSAGE_ID}
    content = dict(what.content)
    relation = content.get("m.relates_to")
    if relation is not None:
        target = real.get(relation["event_id"], relation["event_id"])
        reply = {"event_id": target}
        content["m.relates_to"] = {**relation, "event_id": target, "m.in_reply_to": reply}
    if "redacts" in content:
        content["redacts"] = real.get(content["redacts"], content["redacts"])
    return replace(what, content=content)


async def _happens(world: World, drawn: RoomEvent) -> None:
    what = _meant(drawn, world)
    world.reader.holds(message(what, SenderTrust.SIGNED))
    key = RoomKey(c.CODE, RoomKind.AUTHORITY, c.GENDARMERIE)
    item = incoming(what, key, c.commune())
    if item is not None:
        await world.carrier.carry(item, directory())


def _heard(world: World) -> list[str]:
    return [s.notice.body + s.notice.html for s in world.rooms.said if s.room_id in SIDE]


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(what=events())
async def test_no_event_of_an_authority_room_reaches_a_sector(
    relayed: World, what: RoomEvent
) -> None:
    """One world for all of them: what happened before may not let anything through either."""
    await _happens(relayed, what)
    assert MARKER not in "".join(_heard(relayed))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    name=st.sampled_from(["!repondre", "!répondre", "!sans-suite", "!sans suite"]),
    number=st.sampled_from(["2026-0001", ""]),
    relation=st.one_of(st.none(), RELATIONS),
    extra=CONTENTS,
)
async def test_an_answer_brings_its_own_words_and_nothing_around_them(
    relayed: World, name: str, number: str, relation: Json | None, extra: Json
) -> None:
    """The marker stands everywhere but in the officer's own words."""
    quoted = f"> <@a:ex.test> {MARKER}\n> {MARKER}\n\n" if relation else ""
    content = {**extra, "msgtype": "m.text", "body": f"{quoted}{name} {number} merci à vous"}
    content.pop("m.relates_to", None)
    if relation is not None:
        content["m.relates_to"] = relation
    event_id = f"$answer{len(relayed.reader.messages)}"
    sealed = Ciphertext("curve", "ed")
    what = RoomEvent(
        event_id, c.GENDARMERIE_ROOM, c.OFFICER, c.NOW, "m.room.message", content, None, sealed
    )
    await _happens(relayed, what)
    heard = "".join(_heard(relayed))
    assert MARKER not in heard
    sectors = [s.notice.body for s in relayed.rooms.said if s.room_id == c.CENTRE_ROOM]
    assert all("merci" not in body for body in sectors)


async def test_the_words_of_an_answer_are_what_they_were_when_it_was_given(
    relayed: World,
) -> None:
    """An edit that comes before the bot reads is no part of it: nothing was shown to him of it."""
    said = c.message(
        "!repondre 2026-0001 Merci.",
        event_id=EventId("$said"),
        room_id=c.GENDARMERIE_ROOM,
        sender=c.OFFICER,
    )
    relayed.reader.edited[said.event_id] = replace(said, text=f"!repondre 2026-0001 {MARKER}")
    what = RoomEvent(
        "$said",
        c.GENDARMERIE_ROOM,
        c.OFFICER,
        c.NOW,
        "m.room.message",
        {"msgtype": "m.text", "body": said.text},
        None,
        Ciphertext("curve", "ed"),
    )
    await _happens(relayed, what)
    heard = "".join(_heard(relayed))
    assert "Merci." in heard
    assert MARKER not in heard
