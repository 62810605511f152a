"""Whether the communes of a home live on the embedded server or on somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pc_matrix.errors import SettingsError
from pc_matrix.homeserver.embedded.server import Embedded
from pc_matrix.settings import Settings

_LOCAL = frozenset({"127.0.0.1", "localhost"})


def embedded_server(home: Path, settings: Sequence[Settings]) -> Embedded | None:
    """The embedded server of ``settings``, which share one address; ``None`` for an external one.

    An address on this machine is the embedded server's, unless an administrator's token was given
    and no embedded server was ever begun: then it is a Synapse that somebody else runs here.
    """
    first = settings[0]
    address = urlsplit(first.homeserver_url)
    if address.scheme != "http" or address.hostname not in _LOCAL:
        return None
    embedded = Embedded(home, first.server_name, address.port or 80)
    begun = first.secrets.registration_shared_secret is not None or embedded.files.config.exists()
    if first.secrets.admin_token is not None and not begun:
        return None
    names = sorted({one.server_name for one in settings})
    if len(names) > 1:
        raise SettingsError(
            "Le serveur intégré ne peut porter qu'un nom.",
            f"Les communes de {home} lui en donnent plusieurs : {', '.join(names)}.",
            "Donnez-leur le même homeserver.server_name, ou un dossier (--home) à chacune.",
        )
    return embedded
