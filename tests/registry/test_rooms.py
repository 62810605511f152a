from __future__ import annotations

from datetime import timedelta

from pc_matrix.registry import Registry
from policies.charter import Posted
from policies.terms import EventId, RoomId, RoomKey, RoomKind
from tests.registry.conftest import CODE, NOW, OTHER

CENTRE = RoomKey(CODE, RoomKind.SECTOR, "centre")
REFERENTS = RoomKey(CODE, RoomKind.REFERENTS)


def test_an_intent_keeps_its_first_nonce(registry: Registry) -> None:
    assert registry.begin_room(CODE, CENTRE, "n1") == "n1"
    assert registry.begin_room(CODE, CENTRE, "n2") == "n1"
    assert registry.room_intents(CODE) == {CENTRE: "n1"}
    assert registry.rooms(CODE) == {}


def test_a_made_room_is_no_intent(registry: Registry) -> None:
    registry.begin_room(CODE, CENTRE, "n1")
    registry.begin_room(CODE, REFERENTS, "n2")
    registry.room_made(CODE, CENTRE, RoomId("!a"))
    assert registry.rooms(CODE) == {RoomId("!a"): CENTRE}
    assert registry.room_intents(CODE) == {REFERENTS: "n2"}
    assert registry.rooms(OTHER) == {}


def test_a_room_found_again_needs_no_intent(registry: Registry) -> None:
    registry.room_made(CODE, CENTRE, RoomId("!a"))
    assert registry.rooms(CODE) == {RoomId("!a"): CENTRE}


def test_a_forgotten_room_is_begun_anew(registry: Registry) -> None:
    registry.begin_room(CODE, CENTRE, "n1")
    registry.room_made(CODE, CENTRE, RoomId("!a"))
    registry.forget_room(CODE, RoomId("!a"))
    assert registry.rooms(CODE) == {}
    assert registry.begin_room(CODE, CENTRE, "n2") == "n2"


def test_which_rooms_lack_a_version_of_the_charter(registry: Registry) -> None:
    registry.room_made(CODE, CENTRE, RoomId("!b"))
    registry.room_made(CODE, REFERENTS, RoomId("!a"))
    assert registry.rooms_without_charter(CODE, "1") == [RoomId("!a"), RoomId("!b")]
    registry.charter_posted(CODE, RoomId("!a"), EventId("$e"), "1", NOW)
    assert registry.rooms_without_charter(CODE, "1") == [RoomId("!b")]
    assert registry.rooms_without_charter(CODE, "2") == [RoomId("!a"), RoomId("!b")]


def test_the_last_charter_of_a_room(registry: Registry) -> None:
    registry.room_made(CODE, CENTRE, RoomId("!a"))
    assert registry.charter_of(CODE, RoomId("!a")) is None
    registry.charter_posted(CODE, RoomId("!a"), EventId("$e"), "1", NOW)
    registry.charter_posted(CODE, RoomId("!a"), EventId("$f"), "2", NOW + timedelta(days=1))
    assert registry.charter_of(CODE, RoomId("!a")) == Posted(
        "2", NOW + timedelta(days=1), EventId("$f")
    )
    assert registry.charter_of(OTHER, RoomId("!a")) is None


def test_the_last_charter_message_of_each_room(registry: Registry) -> None:
    registry.room_made(CODE, CENTRE, RoomId("!a"))
    registry.room_made(CODE, REFERENTS, RoomId("!b"))
    assert registry.charter_events(CODE) == {}
    registry.charter_posted(CODE, RoomId("!a"), EventId("$e"), "1", NOW)
    registry.charter_posted(CODE, RoomId("!a"), EventId("$f"), "2", NOW)
    assert registry.charter_events(CODE) == {RoomId("!a"): EventId("$f")}
    assert registry.charter_events(OTHER) == {}


def test_the_size_of_the_last_apply_and_the_pictures_are_remembered(registry: Registry) -> None:
    assert registry.kept(CODE).people is None
    registry.note_applied(CODE, 12, NOW)
    registry.note_applied(CODE, 9, NOW + timedelta(days=1))
    assert registry.kept(CODE).people == 9
    assert registry.kept(OTHER).people is None
    registry.note_image(CODE, "a1", "mxc://s.test/1")
    registry.note_image(CODE, "b2", "mxc://s.test/2")
    registry.note_image(CODE, "a1", "mxc://s.test/3")
    assert registry.images(CODE) == {"a1": "mxc://s.test/3", "b2": "mxc://s.test/2"}
    assert registry.images(OTHER) == {}
