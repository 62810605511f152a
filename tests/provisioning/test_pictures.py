"""The pictures of rooms: ours for every kind, or the commune's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pc_matrix.errors import SettingsError
from pc_matrix.provisioning import pictures
from policies.terms import RoomKind

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


def test_every_kind_of_room_has_a_small_picture_of_its_own() -> None:
    ours = pictures({})
    assert set(ours) == set(RoomKind)
    assert len({image.digest for image in ours.values()}) == len(RoomKind)
    for image in ours.values():
        assert image.mimetype == "image/png"
        assert image.data.startswith(b"\x89PNG")
        assert len(image.data) < 4096


@pytest.mark.parametrize(
    ("data", "mimetype"), [(PNG, "image/png"), (b"\xff\xd8\xff\xe0x", "image/jpeg")]
)
def test_the_communes_own_takes_the_place_of_ours(
    tmp_path: Path, data: bytes, mimetype: str
) -> None:
    path = tmp_path / "own"
    path.write_bytes(data)
    found = pictures({RoomKind.SECTOR: path})
    assert (found[RoomKind.SECTOR].data, found[RoomKind.SECTOR].mimetype) == (data, mimetype)
    assert found[RoomKind.PRIVATE] == pictures({})[RoomKind.PRIVATE]
    assert "x" * 5 not in repr(found[RoomKind.SECTOR])


@pytest.mark.parametrize(
    ("data", "why"),
    [(None, "No such file"), (b"<svg/>", "PNG"), (b"", "PNG"), (PNG + bytes(2**20), "1 Mio")],
)
def test_what_is_no_small_picture_is_explained(
    tmp_path: Path, data: bytes | None, why: str
) -> None:
    path = tmp_path / "own"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        pictures({RoomKind.SECTOR: path})
    what, reason, remedy = caught.value.diagnostics()
    assert str(path) in what
    assert why in reason
    assert "[images]" in remedy
