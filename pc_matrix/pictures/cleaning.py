"""A picture made anew from its pixels alone.

Whatever else its file held stays behind: EXIF with place, date and device, XMP, comments,
thumbnails, further pictures, colour profiles (they are converted), and bytes after the end.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageCms, ImageOps

from policies.pictures import HEAD, WEIGHT, Picture, TrueType, leaving_size, true_type, unfit_size
from policies.refusal import Refusal

_READERS = {
    TrueType.JPEG: ["JPEG", "MPO"],  # an MPO is a JPEG with more pictures after it
    TrueType.PNG: ["PNG"],
    TrueType.WEBP: ["WEBP"],
    TrueType.GIF: ["GIF"],
}
_QUALITIES = (85, 75, 60, 40)
_WHITE = (255, 255, 255)
# Our own limits, which depend on the kind, are asked before anything is unpacked.
Image.MAX_IMAGE_PIXELS = None


def cleaned(data: bytes) -> Picture | Refusal:
    """The picture in ``data`` as an upright JPEG in sRGB, no larger than may leave, or why not.

    Of what moves, the first picture. Raises ``MemoryError`` alone.
    """
    kind = true_type(data[:HEAD])
    if isinstance(kind, Refusal):
        return kind
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _made_anew(data, kind)
    except MemoryError:
        raise
    except Exception:  # Pillow's readers raise whatever a hostile file makes them
        return Refusal.BROKEN_PICTURE


def _made_anew(data: bytes, kind: TrueType) -> Picture | Refusal:
    with Image.open(io.BytesIO(data), formats=_READERS[kind]) as found:
        refusal = unfit_size(kind, *found.size)
        if refusal is not None:
            return refusal
        size = leaving_size(*found.size)
        found.draft("RGB", size)  # a JPEG is unpacked at a half or a quarter of its size
        found.load()
        upright = ImageOps.exif_transpose(_of_size(found, size))
        return _written(_flat(upright, found.info.get("icc_profile")))


def _of_size(found: Image.Image, size: tuple[int, int]) -> Image.Image:
    """``found`` at ``size``, with colours that can be blended; its notes go along."""
    has_palette = found.mode == "P"
    full = found.convert("RGBA") if has_palette else found
    if full.size == size:
        return full
    small = full.resize(size, Image.Resampling.LANCZOS)
    small.info = dict(found.info)
    return small


def _flat(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Red, green and blue in sRGB, on white: what was see-through must not show by itself."""
    if picture.mode in ("RGBA", "LA", "PA"):
        seen = picture.convert("RGBA")
        ground = Image.new("RGBA", seen.size, (*_WHITE, 255))
        picture = Image.alpha_composite(ground, seen).convert("RGB")
    if picture.mode.startswith("I"):  # 16 bits: Pillow's own conversion would cut them off
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    converted = _in_srgb(picture, profile) if profile else None
    return converted or picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _written(picture: Image.Image) -> Picture:
    # A new one: nothing that came along beside the pixels can be written by mistake.
    bare = Image.new("RGB", picture.size, _WHITE)
    bare.paste(picture)
    data = b""
    for quality in _QUALITIES:
        data = _encoded(bare, quality)
        if len(data) <= WEIGHT:
            break
    return Picture(data, *bare.size)


def _encoded(picture: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, optimize=True)
    return stream.getvalue()
