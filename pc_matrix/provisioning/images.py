"""The picture of each kind of room: ours, or the commune's own, uploaded once."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from pc_matrix.errors import SettingsError
from pc_matrix.provisioning.ports import RoomRegistry, RoomServer
from policies.terms import CommuneCode, RoomKind

_LARGEST = 2**20
"""Bytes: an avatar is shown at the size of a fingernail, and every member's client fetches it."""
_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Image:
    """A picture and its type (``image/png``)."""

    data: bytes = field(repr=False)
    mimetype: str

    @property
    def digest(self) -> str:
        """What it is known by: the SHA-256 of its bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class Images:
    """One commune's pictures, and where they are on its homeserver."""

    def __init__(
        self,
        pictures: Mapping[RoomKind, Image],
        server: RoomServer,
        registry: RoomRegistry,
        code: CommuneCode,
    ) -> None:
        self._server, self._registry, self._code = server, registry, code
        self._of_kind = {kind: image.digest for kind, image in pictures.items()}
        self._by_digest = {image.digest: image for image in pictures.values()}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def digest(self, kind: RoomKind) -> str:
        """The digest of that kind's picture."""
        return self._of_kind[kind]

    @property
    def digests(self) -> Collection[str]:
        """Those of all kinds of room."""
        return self._by_digest.keys()

    async def address(self, digest: str) -> str:
        """The ``mxc://`` address of a picture, which is uploaded if it never was.

        A crash between the upload and the note leaves a file that nobody refers to, no more.
        Raises what the server's refusals raise.
        """
        async with self._turns[digest]:
            known = self._registry.images(self._code).get(digest)
            if known is not None:
                return known
            image = self._by_digest[digest]
            mxc = await self._server.upload(image.data, image.mimetype)
            self._registry.note_image(self._code, digest, mxc)
            return mxc


def pictures(own: Mapping[RoomKind, Path]) -> dict[RoomKind, Image]:
    """A picture for every kind of room: the commune's ``own`` file, otherwise ours.

    Raises ``SettingsError`` when a file of the commune's is no small PNG or JPEG picture.
    """
    return {kind: _read(own[kind]) if kind in own else _ours(kind) for kind in RoomKind}


def _ours(kind: RoomKind) -> Image:
    name = f"{kind.value}.png"
    found = files("pc_matrix.provisioning") / "pictures" / name
    return Image(found.read_bytes(), "image/png")


def _read(path: Path) -> Image:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise _refused(path, f"Le système répond : {error.strerror}.") from None
    if len(data) > _LARGEST:
        raise _refused(path, "Elle fait plus de 1 Mio.")
    mimetype = next((t for start, t in _TYPES.items() if data.startswith(start)), None)
    if mimetype is None:
        raise _refused(path, "Ce n'est ni du PNG ni du JPEG.")
    return Image(data, mimetype)


def _refused(path: Path, why: str) -> SettingsError:
    return SettingsError(
        f"L'image {path} ne peut pas être utilisée.",
        why,
        "Donnez sous [images] une image PNG ou JPEG carrée, de 96 à 512 pixels de côté.",
    )
