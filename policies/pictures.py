"""Which pictures may leave: by what they truly are, how much they weigh and how large they are.

A file is what its first bytes say, whatever its name and its sender's application say. Only what
can be opened, looked at and made anew leaves; and of that only the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from policies.refusal import Refusal

LARGEST = 20 * 2**20
"""Bytes of a file that are fetched; a telephone's photo has a third of it."""
LONGEST_SIDE = 2560
"""Pixels of what leaves: a number plate stays legible, and a sensor's fingerprint does not."""
WEIGHT = 1_000_000
"""Bytes that what leaves should not exceed: servers in front of homeservers stop at a megabyte."""
HEAD = 32
"""Bytes that ``true_type`` looks at."""
_MOST_OF_JPEG, _MOST = 52_000_000, 16_000_000
"""Pixels. A JPEG is read at a fraction of its size; of everything else the whole is unpacked."""
_LONGEST_READ = 20_000
_ISO_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


class TrueType(StrEnum):
    """Pictures that are opened."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"


_STARTS = (
    (b"\xff\xd8\xff", TrueType.JPEG),
    (b"\x89PNG\r\n\x1a\n", TrueType.PNG),
    (b"GIF87a", TrueType.GIF),
    (b"GIF89a", TrueType.GIF),
)
_UNOPENED = (b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"8BPS", b"\0\0\1\0", b"\xff\x0a")


UNFIT = frozenset(
    {
        Refusal.ATTACHMENT_OPEN,
        Refusal.ATTACHMENT_GONE,
        Refusal.ATTACHMENT_CHANGED,
        Refusal.TOO_BIG,
        Refusal.NOT_A_PICTURE,
        Refusal.ODD_PICTURE,
        Refusal.HUGE_PICTURE,
        Refusal.BROKEN_PICTURE,
    }
)
"""Refusals of a file itself: another one, or none, would change them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was made anew, always a JPEG, and its size in pixels."""

    data: bytes = field(repr=False)
    width: int
    height: int


def true_type(head: bytes) -> TrueType | Refusal:
    """What a file is by its first ``HEAD`` bytes, or why it cannot be passed on."""
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return TrueType.WEBP
    is_iso = head[4:8] == b"ftyp" and head[8:12] in _ISO_BRANDS
    return Refusal.ODD_PICTURE if is_iso or head.startswith(_UNOPENED) else Refusal.NOT_A_PICTURE


def unfit_size(kind: TrueType, width: int, height: int) -> Refusal | None:
    """Why a picture of so many pixels is not unpacked: its few bytes may hold gigabytes."""
    most = _MOST_OF_JPEG if kind is TrueType.JPEG else _MOST
    if min(width, height) < 1:
        return Refusal.BROKEN_PICTURE
    if max(width, height) > _LONGEST_READ or width * height > most:
        return Refusal.HUGE_PICTURE
    return None


def leaving_size(width: int, height: int) -> tuple[int, int]:
    """Its size when it leaves: the same shape, no side longer than ``LONGEST_SIDE``."""
    longest = max(width, height)
    if longest <= LONGEST_SIDE:
        return width, height
    return max(1, width * LONGEST_SIDE // longest), max(1, height * LONGEST_SIDE // longest)


def is_ours(picture: Picture) -> bool:
    """Whether it is at least of the kind that is made here: a JPEG of a size that may leave."""
    longest, least = max(picture.width, picture.height), min(picture.width, picture.height)
    return 1 <= least <= longest <= LONGEST_SIDE and true_type(picture.data) is TrueType.JPEG
