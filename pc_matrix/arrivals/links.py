"""Links that phones open, and the squares that carry them."""

from __future__ import annotations

import io
from urllib.parse import quote

import segno

from policies.roles import server_of
from policies.terms import RoomId, UserId

_ELEMENT = "https://mobile.element.io/element/"
"""What Element X opens by itself on a phone that has it; the last slash matters to Android."""


def login_link(user_id: UserId) -> str:
    """A link that opens Element X at the person's server, with his name filled in.

    Element's "provisioning links" (Element X since 2025): it carries no secret.
    """
    server = quote(server_of(user_id), safe="")
    return f"{_ELEMENT}?account_provider={server}&login_hint=mxid:{quote(user_id, safe='@:')}"


def room_link(room_id: RoomId, server_name: str) -> str:
    """A link to a room, for a sign: who opens it may knock."""
    return f"https://matrix.to/#/{quote(room_id, safe='!:')}?via={quote(server_name, safe=':')}"


def square(link: str) -> str:
    """The link as a QR code: an SVG element, black on white, to be set into a page."""
    stream = io.BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(stream, kind="svg", xmldecl=False, svgns=True, omitsize=True, light="#fff")
    return stream.getvalue().decode("utf-8").strip()
