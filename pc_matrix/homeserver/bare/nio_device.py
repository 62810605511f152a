"""A device of bare matrix-nio: logged in, signed so that honest people write to it, up to date."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nio

from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.identity import Identity, publish
from pc_matrix.homeserver.nio_keys import own_device_keys
from pc_matrix.homeserver.sealed_file import make_private

_LOGIN = "login.json"


class NioError(Exception):
    """nio answered with an error object."""


async def prepare(
    base_url: str, user_id: str, password: str, folder: Path, identity: Identity
) -> str:
    """A new device in ``folder``, signed by ``identity``; the cursor up to which it has read.

    Raises ``NioError``, and what ``publish`` raises.
    """
    # What was said before this device came stays closed to it, and nio says so of each event.
    logging.getLogger("nio").setLevel(logging.CRITICAL)
    make_private(folder)
    async with _client(base_url, user_id, folder) as client:
        ok(await client.login(password, device_name="nio"))
        ok(await client.keys_upload())
        async with MatrixHttp(base_url, client.access_token) as http:
            await publish(http, identity, own_device_keys(client.olm), password)
        answer = ok(await client.sync(timeout=0))
        login = {k: getattr(client, k) for k in ("user_id", "device_id", "access_token")}
        (folder / _LOGIN).write_text(json.dumps(login), encoding="utf-8")
        return str(answer.next_batch)


@asynccontextmanager
async def found_again(base_url: str, folder: Path) -> AsyncIterator[Any]:
    """The device of ``folder`` as a ``nio.AsyncClient``, with nio's default settings and store."""
    login = json.loads((folder / _LOGIN).read_text(encoding="utf-8"))
    async with _client(base_url, login["user_id"], folder) as client:
        client.restore_login(**login)
        yield client


@asynccontextmanager
async def _client(base_url: str, user_id: str, folder: Path) -> AsyncIterator[Any]:
    client = nio.AsyncClient(base_url, user_id, store_path=str(folder))
    try:
        yield client
    finally:
        await client.close()
        if client.store is not None:
            client.store.database.close()


def ok(answer: Any) -> Any:
    """nio's answer, or its error as an exception."""
    if isinstance(answer, nio.ErrorResponse):
        raise NioError(f"{type(answer).__name__} {answer.status_code}")
    return answer


async def tend(client: Any) -> None:
    """What nio's own endless sync does between two syncs."""
    await client.send_to_device_messages()
    if client.should_upload_keys:
        ok(await client.keys_upload())
    if client.should_query_keys:
        ok(await client.keys_query())
