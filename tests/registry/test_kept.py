"""What a plan reads beside the directory: of one commune, or of several at once."""

from __future__ import annotations

from datetime import UTC, datetime

from pc_matrix.registry import Registry
from pc_matrix.registry.kept import Kept
from policies.damage import Damage
from policies.retirement import Retired
from policies.terms import CommuneCode, EventId, RoomId, RoomKey, RoomKind

CODE, OTHER, EMPTY = CommuneCode("59350"), CommuneCode("62041"), CommuneCode("80021")
AT = datetime(2026, 3, 1, tzinfo=UTC)
SPACE = RoomKey(CODE, RoomKind.COMMUNE_SPACE)
CENTRE = RoomKey(CODE, RoomKind.SECTOR, "centre")
GARE = RoomKey(CODE, RoomKind.SECTOR, "gare")


def _fill(registry: Registry) -> Kept:
    """Two communes that differ in everything; what the first one's plan has to read."""
    for key, room in ((SPACE, "!space"), (CENTRE, "!centre")):
        registry.room_made(CODE, key, RoomId(room))
    registry.begin_room(CODE, GARE, "begun, and not made")
    registry.charter_posted(CODE, RoomId("!centre"), EventId("$said"), "2", AT)
    registry.note_image(CODE, "digest", "mxc://here.test/one")
    registry.note_applied(CODE, 9, AT)
    gone = Retired(RoomId("!old"), CENTRE, CENTRE, Damage.LOST, AT, None, closed=True)
    registry.retire_room(CODE, gone)
    elsewhere = RoomKey(OTHER, RoomKind.SECTOR, "centre")
    registry.room_made(OTHER, elsewhere, RoomId("!elsewhere"))
    registry.charter_posted(OTHER, RoomId("!elsewhere"), EventId("$theirs"), "1", AT)
    registry.note_image(OTHER, "digest", "mxc://there.test/two")
    registry.note_applied(OTHER, 4, AT)
    return Kept(
        rooms={SPACE: RoomId("!space"), CENTRE: RoomId("!centre")},
        charters={RoomId("!centre"): EventId("$said")},
        charter_versions={RoomId("!space"): "", RoomId("!centre"): "2"},
        images={"digest": "mxc://here.test/one"},
        retired=frozenset({RoomId("!old")}),
        people=9,
    )


def test_a_commune_has_its_own_and_no_others(registry: Registry) -> None:
    wanted = _fill(registry)
    assert registry.kept(CODE) == wanted
    assert registry.kept(EMPTY) == Kept()


def test_several_are_read_in_order_and_as_each_alone(registry: Registry) -> None:
    _fill(registry)
    many = [CommuneCode(f"{number:05}") for number in range(150)]
    asked = [OTHER, *many, CODE]
    found = list(registry.kept_of(asked))
    assert found == [registry.kept(OTHER), *[Kept()] * 150, registry.kept(CODE)]


def test_an_older_charter_is_not_the_one_that_is_asked_for(registry: Registry) -> None:
    _fill(registry)
    kept = registry.kept(CODE)
    assert kept.chartered("2") == {RoomId("!centre")}
    assert kept.chartered("1") == frozenset()
