"""Positions, true types, sizes: what may come with a message, and never without a human."""

from __future__ import annotations

import pytest

from policies.attachments import Album, Attachment, mark, parts, seen_first
from policies.denunciation.verdict import Decision, Verdict
from policies.enclosures import Enclosure, pictures_of
from policies.pictures import (
    HEAD,
    LONGEST_SIDE,
    Picture,
    TrueType,
    is_ours,
    leaving_size,
    true_type,
    unfit_size,
)
from policies.positions import Position, position
from policies.refusal import Refusal
from tests.fakes import commune as c

ATTACHED = c.attachment()
HERE = Position(48.85837, 2.294481)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("geo:48.85837,2.294481", HERE),
        ("GEO:48.85837,2.294481,35;crs=WGS84;u=12.5", Position(48.85837, 2.294481, 12.5)),
        ("geo:-21.1,55.5;name=chez%20Karim", Position(-21.1, 55.5)),
        ("geo:90,180", Position(90, 180)),
        ("geo:0,-0", Position(0, 0)),
        ("geo:91,0", None),
        ("geo:0,181", None),
        ("geo:48.8", None),
        ("geo:48.8,2.2;crs=moon", None),
        ("geo:48.8,2.2;u=1;u=2", None),
        ("geo:48.8,2.2;u=far", None),
        ("geo:48.8,2.2;u", None),
        ("geo:48.8,2.2;u=9999999", None),
        ("geo:1e9,2", None),
        ("geo:4٨.8,2.2", None),
        ("geo:48.8,2.2 Karim", None),
        ("https://osm.org/48.8,2.2", None),
        ("", None),
    ],
)
def test_a_position_is_read_strictly(uri: str, expected: Position | None) -> None:
    assert position(uri) == expected


def test_a_position_is_written_anew_without_what_stood_with_it() -> None:
    found = position("geo:48.8583701234,2.2944810,120;u=35.0;name=Karim", is_own=True)
    assert found is not None
    assert found.uri == "geo:48.85837,2.294481;u=35"
    assert found.coordinates == "48.85837, 2.294481"
    assert "48" not in repr(found)
    assert Position(-0.0000001, 10).uri == "geo:0,10"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0", TrueType.JPEG),
        (b"\x89PNG\r\n\x1a\n", TrueType.PNG),
        (b"GIF87a", TrueType.GIF),
        (b"GIF89a", TrueType.GIF),
        (b"RIFF\x10\0\0\0WEBPVP8 ", TrueType.WEBP),
        (b"RIFF\x10\0\0\0WAVEfmt ", Refusal.NOT_A_PICTURE),
        (b"\0\0\0\x18ftypheic", Refusal.ODD_PICTURE),
        (b"\0\0\0\x18ftypavif", Refusal.ODD_PICTURE),
        (b"\0\0\0\x18ftypmp42", Refusal.NOT_A_PICTURE),
        (b"II*\0", Refusal.ODD_PICTURE),
        (b"BM", Refusal.ODD_PICTURE),
        (b" \xff\xd8\xff", Refusal.NOT_A_PICTURE),
        (b"", Refusal.NOT_A_PICTURE),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, expected: TrueType | Refusal) -> None:
    assert true_type(head[:HEAD]) is expected


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        (TrueType.JPEG, (8160, 6120), None),
        (TrueType.JPEG, (8160, 8160), Refusal.HUGE_PICTURE),
        (TrueType.PNG, (4000, 4000), None),
        (TrueType.PNG, (8160, 6120), Refusal.HUGE_PICTURE),
        (TrueType.GIF, (20_001, 1), Refusal.HUGE_PICTURE),
        (TrueType.WEBP, (0, 5), Refusal.BROKEN_PICTURE),
    ],
)
def test_what_would_not_fit_into_memory_is_not_unpacked(
    kind: TrueType, size: tuple[int, int], expected: Refusal | None
) -> None:
    assert unfit_size(kind, *size) is expected


@pytest.mark.parametrize(
    ("size", "leaving"),
    [
        ((640, 480), (640, 480)),
        ((LONGEST_SIDE, 10), (LONGEST_SIDE, 10)),
        ((LONGEST_SIDE * 2, 2000), (LONGEST_SIDE, 1000)),
        ((3000, LONGEST_SIDE * 2), (1500, LONGEST_SIDE)),
        ((20_000, 1), (LONGEST_SIDE, 1)),
    ],
)
def test_what_leaves_keeps_its_shape(size: tuple[int, int], leaving: tuple[int, int]) -> None:
    assert leaving_size(*size) == leaving


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Picture(b"\xff\xd8\xff", 4, 3), True),
        (Picture(b"\xff\xd8\xff", LONGEST_SIDE, LONGEST_SIDE), True),
        (Picture(b"\xff\xd8\xff", LONGEST_SIDE + 1, 3), False),
        (Picture(b"\xff\xd8\xff", 4, 0), False),
        (Picture(b"GIF89a", 4, 3), False),
        (Picture(b"", 4, 3), False),
    ],
)
def test_what_is_not_made_here_does_not_leave(picture: Picture, *, expected: bool) -> None:
    assert is_ours(picture) is expected


@pytest.mark.parametrize("enclosed", [ATTACHED, HERE])
def test_nothing_enclosed_leaves_without_a_human(enclosed: Attachment | Position) -> None:
    plain = Verdict(Decision.RELAY, "Un fourgon.")
    assert seen_first(plain, None) == plain
    assert seen_first(plain, enclosed).decision is Decision.HOLD
    for decision in (Decision.REDACT, Decision.HOLD, Decision.RETURN):
        assert seen_first(Verdict(decision, "x"), enclosed).decision is decision


def test_an_album_is_told_by_all_its_files() -> None:
    other = c.attachment(sha256=bytes(32))
    assert parts(None) == ()
    assert parts(HERE) == (HERE,)
    assert parts(Album((ATTACHED, other))) == (ATTACHED, other)
    assert mark(Album((ATTACHED,))) == mark(ATTACHED)
    both = {mark(Album(files)) for files in ((ATTACHED, other), (other, ATTACHED), (ATTACHED,))}
    assert len(both) == 3


def test_only_pictures_of_what_leaves_are_pictures() -> None:
    picture = Picture(b"x", 1, 1)
    found = (Enclosure(HERE, "a"), Enclosure(picture, "b"))
    assert pictures_of(found, ("one", "two")) == (("two", picture),)


def test_one_enclosure_is_told_from_another() -> None:
    other = c.attachment(sha256=bytes(32))
    marks = {mark(None), mark(ATTACHED), mark(other), mark(HERE), mark(Position(1, 2))}
    assert len(marks) == 5
    assert mark(None) == ""
