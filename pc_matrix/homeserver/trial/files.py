"""A trial phone's files: sealed and opened by matrix-nio."""

from __future__ import annotations

import base64
import io
from typing import Any

import nio
from nio.crypto.attachments import decrypt_attachment

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.trial.memory import TrialError


async def sealed_file(client: Any, request: Json) -> Json:
    """The content of an event with a file, which is sealed and uploaded."""
    plain = base64.b64decode(request["data"])
    answer, keys = await client.upload(
        io.BytesIO(plain), "application/octet-stream", encrypt=True, filesize=len(plain)
    )
    if isinstance(answer, nio.ErrorResponse):
        raise TrialError(answer.status_code or "Upload", answer.message)
    name = request["name"]
    return {
        "msgtype": request.get("msgtype") or "m.image",
        "body": request.get("caption") or name,
        "filename": name,
        "file": {**keys, "url": answer.content_uri},
        "info": {"mimetype": request.get("mimetype"), "size": len(plain)},
    }


async def opened_file(client: Any, content: Json) -> Json:
    """What a file's event says of it, and its plain bytes as base64."""
    file = content["file"]
    answer = await client.download(file["url"])
    if isinstance(answer, nio.ErrorResponse):
        raise TrialError(answer.status_code or "Download", answer.message)
    key, sha256 = file["key"]["k"], file["hashes"]["sha256"]
    plain = decrypt_attachment(answer.body, key, sha256, file["iv"])
    told = {name: content.get(name) for name in ("body", "filename", "msgtype", "info")}
    return {**told, "data": base64.b64encode(plain).decode(), "url": file["url"], "k": key}
