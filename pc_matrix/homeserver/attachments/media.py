"""The homeserver's files: an encrypted one fetched and opened, a picture sealed and put there.

What is opened stays in memory: no plain byte of it touches a disk or a log.
"""

from __future__ import annotations

from urllib.parse import quote

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.attachments.encrypted_file import opened, sealed
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, ServerFault
from pc_matrix.homeserver.rooms import Rooms
from policies.attachments import Attachment
from policies.refusal import Refusal

_OPAQUE = "application/octet-stream"


class Media:
    """The files that one account may see, over authenticated media (specification 1.11)."""

    def __init__(self, http: MatrixHttp, own_server: str) -> None:
        self._http, self._rooms, self._own = http, Rooms(http), own_server

    async def fetch(self, attachment: Attachment, largest: int) -> bytes | Refusal:
        """What an attachment holds, or why it cannot be had.

        ``largest`` is in bytes. Raises ``ServerUnreachable`` when our own server is away, and
        ``MatrixError`` when it wants to be left alone.
        """
        path = "/_matrix/client/v1/media/download/" + "/".join(
            quote(part, safe="") for part in (attachment.server, attachment.media_id)
        )
        try:
            data = await self._http.fetch_file(path, largest)
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise
            return Refusal.ATTACHMENT_GONE
        except ServerUnreachable as error:
            # Our server answers, for another that does not: nobody else must wait for that one.
            if attachment.server == self._own or not isinstance(error, ServerFault):
                raise
            return Refusal.ATTACHMENT_GONE
        if data is None:
            return Refusal.TOO_BIG
        plain = opened(data, attachment)
        return Refusal.ATTACHMENT_CHANGED if plain is None else plain

    async def put(self, plain: bytes) -> Json:
        """Seal a file under fresh keys and upload it; the ``EncryptedFile`` that opens it.

        One that is uploaded again after a crash leaves a file that nobody can open, no more.
        """
        file = sealed(plain)
        return file.described(await self._rooms.upload(file.data, _OPAQUE))
