"""Encrypted files: read strictly, opened only when whole, sealed anew, fetched within bounds."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from nio.crypto.attachments import decrypt_attachment, encrypt_attachment

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.attachments.contents import brought, picture_content, place_content
from pc_matrix.homeserver.attachments.encrypted_file import attachment, opened, sealed
from pc_matrix.homeserver.attachments.media import Media
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp
from policies.attachments import Attachment
from policies.pictures import Picture
from policies.positions import Position
from policies.refusal import Refusal
from policies.terms import EventId, MessageKind

PLAIN = b"\xff\xd8\xff a photo " * 1000
MXC = "mxc://ex.test/abc_DEF-1"


def theirs(plain: bytes = PLAIN) -> tuple[bytes, Json]:
    """A file as another client seals it, and its ``EncryptedFile``."""
    data, keys = encrypt_attachment(plain)
    return data, {**keys, "url": MXC}


def test_what_another_client_sealed_is_opened() -> None:
    data, file = theirs()
    found = attachment(file)
    assert found is not None
    assert (found.server, found.media_id) == ("ex.test", "abc_DEF-1")
    assert opened(data, found) == PLAIN


def test_another_client_opens_what_we_sealed_and_no_key_comes_twice() -> None:
    one, two = sealed(PLAIN), sealed(PLAIN)
    assert one.data != two.data
    assert (one.key, one.iv) != (two.key, two.iv)
    assert one.iv[8:] == bytes(8)
    file = one.described(MXC)
    key, sha256 = file["key"]["k"], file["hashes"]["sha256"]
    assert decrypt_attachment(one.data, key, sha256, file["iv"]) == PLAIN
    again = attachment(file)
    assert again is not None
    assert opened(one.data, again) == PLAIN
    assert "key" not in repr(again)
    assert file["key"]["k"] not in repr(one) + repr(again)


def test_a_file_that_is_not_the_one_that_was_sealed_is_not_opened() -> None:
    data, file = theirs()
    found = attachment(file)
    assert found is not None
    for other in (data[:-1], data + b"x", bytes([data[0] ^ 1]) + data[1:], b""):
        assert opened(other, found) is None


def padded(file: Json) -> None:
    file["iv"] += "=="
    file["key"]["k"] += "="


def test_padding_is_no_matter() -> None:
    data, file = theirs()
    file["iv"], file["key"]["k"] = file["iv"].rstrip("="), file["key"]["k"].rstrip("=")
    padded(file)
    found = attachment(file)
    assert found is not None
    assert opened(data, found) == PLAIN


def put(*path: str, value: object) -> Callable[[Json], None]:
    def change(file: Json) -> None:
        inner = file
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value

    return change


SHORT = base64.urlsafe_b64encode(bytes(16)).decode().rstrip("=")
GARBLED = [
    put("v", value="v1"),
    put("url", value="https://ex.test/x"),
    put("url", value="mxc://ex.test/../x"),
    put("url", value="mxc://ex.test/a/b"),
    put("url", value="mxc://ex.test/é"),
    put("url", value=None),
    put("key", value="k"),
    put("key", "k", value=SHORT),
    put("key", "k", value="é" * 43),
    put("key", "k", value="A" * 10_000),
    put("key", "alg", value="A128CBC"),
    put("key", "kty", value="RSA"),
    put("key", "key_ops", value=["encrypt"]),
    put("iv", value=""),
    put("iv", value=SHORT + SHORT),
    put("hashes", value={}),
    put("hashes", "sha256", value=SHORT),
    put("hashes", "sha256", value=7),
]


@pytest.mark.parametrize("change", GARBLED)
def test_a_garbled_description_opens_nothing(change: Callable[[Json], None]) -> None:
    file = copy.deepcopy(theirs()[1])
    assert attachment(file) is not None
    change(file)
    assert attachment(file) is None


@pytest.mark.parametrize("file", [None, [], "x", 7, {}])
def test_what_is_no_description_opens_nothing(file: object) -> None:
    assert attachment(file) is None


def image(**more: Any) -> Json:
    return {"msgtype": "m.image", "body": "Karim.jpg", "file": theirs()[1], **more}


def test_a_caption_is_a_text_and_a_file_name_is_none() -> None:
    for content in (image(), image(filename="Karim.jpg"), image(filename="")):
        found = brought(content)
        assert found is not None
        assert (found.kind, found.text, found.has_html) == (MessageKind.FILE, "", False)
        assert isinstance(found.enclosed, Attachment)
    captioned = brought(image(body="Un fourgon blanc.", filename="Karim.jpg"))
    assert captioned is not None
    assert (captioned.text, captioned.has_html) == ("Un fourgon blanc.", True)
    assert "fourgon" not in repr(captioned)


def test_what_lies_open_is_not_taken() -> None:
    for content in (image(url=MXC), {"msgtype": "m.image", "body": "x", "url": MXC}):
        found = brought(content)
        assert found is not None
        assert found.enclosed is None


@pytest.mark.parametrize(
    ("msgtype", "kind"), [("m.audio", MessageKind.VOICE), ("m.video", MessageKind.VIDEO)]
)
def test_recordings_bring_nothing(msgtype: str, kind: MessageKind) -> None:
    found = brought({**image(), "msgtype": msgtype})
    assert found is not None
    assert (found.kind, found.text, found.enclosed) == (kind, "", None)


GEO = "geo:48.858370,2.294481;u=35"
WEB = {
    "msgtype": "m.location",
    "body": f'Location "Le garage" {GEO} at 2026-11-29T08:00:00.000Z',
    "geo_uri": GEO,
    "org.matrix.msc3488.location": {"uri": GEO, "description": "Le garage"},
    "org.matrix.msc3488.asset": {"type": "m.pin"},
    "org.matrix.msc1767.text": f'Location "Le garage" {GEO} at 2026-11-29T08:00:00.000Z',
}


@pytest.mark.parametrize(
    ("content", "text", "own"),
    [
        (WEB, "Le garage", False),
        ({**WEB, "body": f"User Location {GEO} at 2026-11-29T08:00:00Z"}, "Le garage", False),
        ({"body": f"Location was shared at {GEO}", "geo_uri": GEO}, "", True),
        ({"body": f"User Location {GEO}", "geo_uri": GEO}, "", True),
        ({"body": f"Vu ici : {GEO}", "geo_uri": GEO}, "Vu ici :", True),
        ({"body": "a", "m.location": {"uri": GEO, "description": "b"}, "geo_uri": GEO}, "a\nb", 1),
    ],
)
def test_a_place_brings_its_words_in_all_their_forms(content: Json, text: str, own: bool) -> None:
    found = brought({**content, "msgtype": "m.location"})
    assert found is not None
    assert found.text == text
    assert found.enclosed == Position(48.85837, 2.294481, 35.0, bool(own))


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"geo_uri": "https://ex.test"},
        {"geo_uri": GEO, "m.location": {"uri": "geo:1,2"}},
        {"org.matrix.msc3488.location": {"uri": GEO}, "geo_uri": "geo:1,2"},
        {"geo_uri": 5},
    ],
)
def test_a_place_that_is_nowhere_or_in_two_places_is_none(content: Json) -> None:
    found = brought({"msgtype": "m.location", "body": "x", **content})
    assert found is not None
    assert found.enclosed is None


def test_what_the_bot_sends_is_understood_again() -> None:
    file = sealed(PLAIN).described(MXC)
    answers = EventId("$report")
    shown = picture_content(Picture(PLAIN, 4, 3), file, "signalement-2026-0042-1.jpg", answers)
    found = brought(shown)
    assert found is not None
    assert (found.text, found.enclosed) == ("", attachment(file))
    assert shown["info"] == {"mimetype": "image/jpeg", "size": len(PLAIN), "w": 4, "h": 3}
    assert shown["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$report",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$report"},
    }
    place = place_content(Position(48.85837, 2.294481, 35.0, True), "Signalement", None)
    again = brought(place)
    assert again is not None
    assert again.enclosed == Position(48.85837, 2.294481, 35.0, False)
    assert "m.relates_to" not in place


class Server:
    """A homeserver with one file, which says of its length whatever it likes."""

    def __init__(self, data: bytes, status: int = 200) -> None:
        self.data, self.status = data, status
        self.paths: list[str] = []
        self.uploaded: list[tuple[bytes, str]] = []
        self.served = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        assert request.headers["Authorization"] == "Bearer token"
        if request.method == "POST":
            self.uploaded.append((await request.read(), request.headers["Content-Type"]))
            return web.json_response({"content_uri": "mxc://ex.test/new"})
        if self.status != 200:
            return web.json_response({"errcode": "M_NOT_FOUND"}, status=self.status)
        response = web.StreamResponse()  # chunked: no length is announced
        await response.prepare(request)
        for start in range(0, len(self.data), 4096):
            await response.write(self.data[start : start + 4096])
            self.served += 4096
        return response


@asynccontextmanager
async def media(server: Server) -> AsyncIterator[Media]:
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with MatrixHttp(f"http://{host}:{port}", "token") as http:
            yield Media(http, "ex.test")
    finally:
        await runner.cleanup()


def of(file: Json) -> Attachment:
    found = attachment(file)
    assert found is not None
    return found


async def test_a_file_is_fetched_over_authenticated_media_and_opened() -> None:
    data, file = theirs()
    server = Server(data)
    async with media(server) as desk:
        assert await desk.fetch(of(file), 2**20) == PLAIN
        assert await desk.fetch(of(file), len(data)) == PLAIN
    assert server.paths[0] == "/_matrix/client/v1/media/download/ex.test/abc_DEF-1"


async def test_a_file_that_is_too_long_or_another_or_gone_is_refused() -> None:
    data, file = theirs(PLAIN * 400)
    server = Server(data)
    async with media(server) as desk:
        assert await desk.fetch(of(file), 2**16) is Refusal.TOO_BIG
        assert await desk.fetch(of(theirs()[1]), 2**26) is Refusal.ATTACHMENT_CHANGED
    for status in (404, 403, 400, 410, 302):
        async with media(Server(b"", status)) as desk:
            assert await desk.fetch(of(file), 2**20) is Refusal.ATTACHMENT_GONE


async def test_nobody_waits_for_anothers_server_and_everybody_for_ours() -> None:
    _, file = theirs()
    elsewhere = of({**file, "url": "mxc://far.test/x"})
    async with media(Server(b"", 502)) as desk:
        assert await desk.fetch(elsewhere, 2**20) is Refusal.ATTACHMENT_GONE
        with pytest.raises(ServerUnreachable):
            await desk.fetch(of(file), 2**20)
    async with media(Server(b"", 429)) as desk:
        with pytest.raises(MatrixError):
            await desk.fetch(of(file), 2**20)


async def test_what_is_uploaded_is_sealed_and_tells_no_type() -> None:
    server = Server(b"")
    async with media(server) as desk:
        file = await desk.put(PLAIN)
    ((data, mimetype),) = server.uploaded
    assert mimetype == "application/octet-stream"
    assert PLAIN[:20] not in data
    assert hashlib.sha256(data).digest() == of(file).sha256
    assert of(file).media_id == "new"
    assert opened(data, of(file)) == PLAIN
