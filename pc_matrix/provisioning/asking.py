"""Questions to the server: a refused one is no answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pc_matrix.errors import AccessDenied, ServerUnreachable
from pc_matrix.homeserver.http import MatrixError


@contextmanager
def asking() -> Iterator[None]:
    """Within it a refusal becomes ``AccessDenied``, or ``ServerUnreachable``: nothing may be
    concluded from it."""
    try:
        yield
    except MatrixError as refusal:
        said = f"Il dit : {refusal.errcode or refusal.status}."
        if refusal.status not in (401, 403):
            raise ServerUnreachable(
                "Le serveur Matrix ne répond pas à ce qui lui est demandé.",
                said,
                "Il est occupé, ou un intermédiaire répond à sa place : relancez la commande.",
            ) from refusal
        raise AccessDenied(
            "Le serveur Matrix refuse de répondre.",
            said,
            "Vérifiez « admin_token » dans secrets.toml et les droits du compte du bot.",
        ) from refusal
