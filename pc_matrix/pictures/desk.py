"""From a message's encrypted file to the picture that may leave: one at a time."""

from __future__ import annotations

import asyncio

from pc_matrix.homeserver.attachments.media import Media
from pc_matrix.pictures.workshop import cleaned
from policies.attachments import Attachment
from policies.pictures import LARGEST, Picture
from policies.refusal import Refusal


class PictureDesk:
    """``bridges.ports.Pictures``: fetched, opened, made anew; nothing is kept."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._turn = asyncio.Lock()

    async def cleaned(self, attachment: Attachment) -> Picture | Refusal:
        """The picture that may leave, or why none may; raises what ``Media.fetch`` raises.

        One at a time, so that many flagged photos take no more memory than one.
        """
        async with self._turn:
            plain = await self._media.fetch(attachment, LARGEST)
            return plain if isinstance(plain, Refusal) else await cleaned(plain)
