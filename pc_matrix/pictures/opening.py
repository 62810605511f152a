"""What carries a commune's pictures and positions, on its open session."""

from __future__ import annotations

from bridges.enclosing import Enclosing
from bridges.ports import Clock, Fingerprint
from pc_matrix.homeserver.attachments.media import Media
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.session import Session
from pc_matrix.pictures.book import EnclosureBook
from pc_matrix.pictures.desk import PictureDesk
from pc_matrix.pictures.posting import Posting
from pc_matrix.registry import Registry
from policies.terms import Commune


def enclosing(
    session: Session,
    http: MatrixHttp,
    registry: Registry,
    commune: Commune,
    fingerprint: Fingerprint,
    clock: Clock,
) -> Enclosing:
    """One for all that carry: photos are then opened one at a time. ``http`` is the bot's."""
    media = Media(http, commune.server_name)
    book = EnclosureBook(registry, commune.code, clock)
    return Enclosing(PictureDesk(media), Posting(session, media), book, fingerprint)
