"""Pictures as telephones and attackers make them, in memory."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

SECRET = b"CAMERA-DE-KARIM"
PLATE = (200, 30, 40)


def photo(size: tuple[int, int] = (64, 32), orientation: int = 1) -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    made = Image.new("RGB", size, PLATE)
    made.paste((20, 30, 220), (size[0] // 2, 0, *size))
    made.getexif()[0x0112] = orientation
    return made


def exif(orientation: int = 1) -> bytes:
    """Device, time, author and the place where it was taken."""
    notes = Image.Exif()
    notes[0x0112], notes[0x010F], notes[0x013B] = orientation, SECRET.decode(), SECRET.decode()
    notes[0x9003] = "2026:11:01 10:00:00"
    gps = notes.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (48.0, 51.0, 29.9), "E", (2.0, 17.0, 40.2)
    gps[29] = "2026:11:01"
    return notes.tobytes()


def jpeg(size: tuple[int, int] = (64, 32), orientation: int = 1, **more: object) -> bytes:
    """A photo with everything that a telephone writes into it."""
    stream = io.BytesIO()
    options = {
        "exif": exif(orientation),
        "comment": SECRET,
        "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>",
        "quality": 95,
        "subsampling": 0,
        **more,
    }
    photo(size).save(stream, "JPEG", **options)
    return stream.getvalue()


def png(size: tuple[int, int] = (64, 32), mode: str = "RGB") -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    stream = io.BytesIO()
    photo(size).convert(mode).save(stream, "PNG", pnginfo=notes, exif=exif())
    return stream.getvalue()


def moving(kind: str) -> bytes:
    """A red picture, then a blue one."""
    stream = io.BytesIO()
    first, second = Image.new("RGB", (16, 16), PLATE), Image.new("RGB", (16, 16), (20, 30, 220))
    first.save(stream, kind, save_all=True, append_images=[second], duration=100)
    return stream.getvalue()


def png_of(width: int, height: int, data: bytes) -> bytes:
    """A PNG that says it is so large, whatever its packed ``data`` holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def bomb() -> bytes:
    """A hundred kilobytes that unpack to a hundred megabytes of black."""
    return png_of(5700, 5700, zlib.compress(bytes((5700 * 3 + 1) * 5700), 9))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
