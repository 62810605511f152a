"""Pictures made anew: what they show stays, what they tell beside it is gone; hostile ones are not.

Every file goes through the process in which the bot opens it.
"""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image, ImageCms

from pc_matrix.pictures import workshop
from pc_matrix.pictures.cleaning import cleaned
from policies.pictures import LARGEST, LONGEST_SIDE, WEIGHT, Picture
from policies.refusal import Refusal
from tests.pictures import files

RED, BLUE = (200, 30, 40), (20, 30, 220)


async def made(data: bytes) -> Image.Image:
    found = await workshop.cleaned(data)
    assert isinstance(found, Picture), found
    for left in (files.SECRET, b"Exif", b"http://ns.adobe", b"xmpmeta", b"ICC_PROFILE", b"GPS"):
        assert left not in found.data
    opened = Image.open(io.BytesIO(found.data), formats=["JPEG"])
    assert dict(opened.getexif()) == {}
    assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert (found.width, found.height) == opened.size
    return opened.convert("RGB")


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen = picture.getpixel(at)
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 12 for a, b in zip(seen, colour, strict=True))


async def test_place_date_device_and_comments_are_gone() -> None:
    source = files.jpeg()
    assert all(mark in source for mark in (files.SECRET, b"Exif", b"xmpmeta"))
    assert Image.open(io.BytesIO(source)).getexif().get_ifd(0x8825)[1] == "N"
    clean = await made(source)
    assert clean.size == (64, 32)
    assert near(clean, (5, 5), RED)
    assert near(clean, (60, 5), BLUE)


async def test_it_stands_upright_without_its_note() -> None:
    clean = await made(files.jpeg(orientation=6))  # turned by 90° clockwise to be seen
    assert clean.size == (32, 64)
    assert near(clean, (5, 5), RED)
    assert near(clean, (5, 60), BLUE)


async def test_a_large_photo_is_turned_too_and_made_small() -> None:
    clean = await made(files.jpeg((6000, 3000), orientation=8))
    assert clean.size == (LONGEST_SIDE // 2, LONGEST_SIDE)
    assert near(clean, (20, LONGEST_SIDE - 20), RED)


async def test_a_profile_is_applied_then_left_out() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert near(await made(files.jpeg(icc_profile=profile)), (5, 5), RED)
    assert near(await made(files.jpeg(icc_profile=b"no profile at all" * 20)), (5, 5), RED)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1", "I;16"])
async def test_screenshots_of_every_kind(mode: str) -> None:
    clean = await made(files.png(mode=mode))
    if mode in ("RGB", "RGBA"):
        assert near(clean, (5, 5), RED)


async def test_sixteen_bits_are_not_cut_off() -> None:
    stream = io.BytesIO()
    Image.new("I;16", (8, 8), 32768).save(stream, "PNG")
    assert near(await made(stream.getvalue()), (4, 4), (128, 128, 128))


async def test_what_is_see_through_shows_nothing() -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (8, 8), (200, 30, 40, 0)).save(stream, "PNG")
    assert near(await made(stream.getvalue()), (4, 4), (255, 255, 255))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
async def test_of_what_moves_the_first_picture(kind: str) -> None:
    assert near(await made(files.moving(kind)), (8, 8), RED)


async def test_what_hangs_behind_a_picture_stays_behind() -> None:
    page = b"<script>alert(1)</script>" + files.SECRET
    assert near(await made(files.jpeg() + b"PK\x03\x04" + page), (5, 5), RED)
    stream = io.BytesIO()
    files.photo().save(stream, "MPO", save_all=True, append_images=[files.photo()])
    assert near(await made(stream.getvalue() + page), (5, 5), RED)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
HOSTILE = [
    ("truncated", files.jpeg((400, 400))[:2000], Refusal.BROKEN_PICTURE),
    ("only a head", b"\xff\xd8\xff\xe0", Refusal.BROKEN_PICTURE),
    ("broken png", files.png_of(8, 8, b"not packed"), Refusal.BROKEN_PICTURE),
    ("lying png", files.png_of(4000, 4000, zlib.compress(b"\0" * 50)), Refusal.BROKEN_PICTURE),
    ("bomb", files.bomb(), Refusal.HUGE_PICTURE),
    ("endless", files.png_of(2**31 - 1, 2**31 - 1, b""), Refusal.HUGE_PICTURE),
    ("a line", files.png_of(30_000, 1, b""), Refusal.HUGE_PICTURE),
    ("svg", SVG, Refusal.NOT_A_PICTURE),
    ("page", b"<!DOCTYPE html><img src=x onerror=alert(1)>", Refusal.NOT_A_PICTURE),
    ("pdf", b"%PDF-1.7\n" + files.jpeg(), Refusal.NOT_A_PICTURE),
    ("archive", b"PK\x03\x04" + bytes(40), Refusal.NOT_A_PICTURE),
    ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n", Refusal.NOT_A_PICTURE),
    ("heic", b"\0\0\0\x18ftypheic" + bytes(40), Refusal.ODD_PICTURE),
    ("nothing", b"", Refusal.NOT_A_PICTURE),
    ("too much", b"\xff\xd8\xff" + bytes(LARGEST), Refusal.TOO_BIG),
]


@pytest.mark.parametrize(("data", "refusal"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
async def test_a_hostile_file_is_refused(data: bytes, refusal: Refusal) -> None:
    assert await workshop.cleaned(data) is refusal


def test_no_reader_but_that_of_its_type_opens_a_file() -> None:
    stream = io.BytesIO()
    files.photo().save(stream, "TIFF")
    assert cleaned(stream.getvalue()) is Refusal.ODD_PICTURE
    assert cleaned(b"\x89PNG\r\n\x1a\n" + files.jpeg()) is Refusal.BROKEN_PICTURE


async def test_a_process_that_dies_of_it_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "_CHILD", ("-c", "import os; os.abort()"))
    assert await workshop.cleaned(files.jpeg()) is Refusal.BROKEN_PICTURE


STRANGE = [
    "print('{}')",
    "print('no json')",
    """print('{"width": 4, "height": 3}'); print('<script>')""",
    """print('{"width": 4000, "height": 3}'); print('x')""",
    """print('{"refusal": "unheard-of"}')""",
    "import os\nwhile True: os.write(1, bytes(65536))",
]


@pytest.mark.parametrize("program", STRANGE)
async def test_a_process_that_says_strange_things_is_a_no(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(workshop, "_CHILD", ("-c", program))
    assert await workshop.cleaned(files.jpeg((1000, 1000))) is Refusal.BROKEN_PICTURE


async def test_a_photo_full_of_leaves_weighs_no_more_than_servers_take() -> None:
    noise = Image.effect_noise((1600, 1200), 40).convert("RGB")
    stream = io.BytesIO()
    noise.save(stream, "JPEG", quality=95)
    found = await workshop.cleaned(stream.getvalue())
    assert isinstance(found, Picture)
    assert len(found.data) <= WEIGHT < len(stream.getvalue())


async def test_a_process_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "_SECONDS", 0.2)
    monkeypatch.setattr(workshop, "_CHILD", ("-c", "while True: pass"))
    assert await workshop.cleaned(files.jpeg()) is Refusal.BROKEN_PICTURE


async def test_it_is_given_no_secret_and_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PC_MATRIX_VAULT_KEY", "secret")
    spy = """
import json, os, resource, sys
from pc_matrix.pictures.child import confine
confine()
assert "PC_MATRIX_VAULT_KEY" not in os.environ, os.environ
assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == 0
assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
assert resource.getrlimit(resource.RLIMIT_AS)[0] <= 2**30
sys.stdin.buffer.read()
print(json.dumps({"width": 1, "height": 1}), flush=True)
sys.stdout.buffer.write(bytes([255, 216, 255]))
"""
    monkeypatch.setattr(workshop, "_CHILD", ("-c", spy))
    assert isinstance(await workshop.cleaned(files.jpeg()), Picture)
