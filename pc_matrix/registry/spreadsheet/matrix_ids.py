"""Matrix ids as people write them: ``@marie:mairie.example``, or ``marie`` alone."""

from __future__ import annotations

import re
from collections.abc import Collection

from pc_matrix.registry.spreadsheet.words import localpart
from policies.terms import Commune, UserId

_FULL = re.compile(r"@([^:]+):(.+)")
_LOCALPART = re.compile(r"[a-z0-9._=/+-]+")
"""Matrix specification, appendix "User identifiers"."""
_HISTORICAL = re.compile(r"[\x21-\x39\x3B-\x7E]+")
"""The same appendix: what a foreign server may still hold."""
_LONGEST = 255


class BadIdError(ValueError):
    """Why it is no Matrix id that may take part here, in French."""


def full_id(text: str, commune: Commune) -> UserId:
    """The full id, completed with the commune's server. Raises ``BadIdError``."""
    match = _FULL.fullmatch(text)
    local, server = (match[1], match[2]) if match else (text.removeprefix("@"), commune.server_name)
    if server == commune.server_name:
        local = local.lower()
    elif server not in commune.federated_with:
        raise BadIdError(_foreign(server, commune))
    allowed = _LOCALPART if server == commune.server_name else _HISTORICAL
    user_id = UserId(f"@{local}:{server}")
    if allowed.fullmatch(local) is None or len(user_id) > _LONGEST:
        raise BadIdError(
            f"« {text} » n'est pas un identifiant Matrix ; écrivez @marie.dupont:"
            f"{commune.server_name}, ou marie.dupont (lettres sans accent, chiffres, . _ -)"
        )
    if user_id == commune.bot:
        raise BadIdError(f"« {text} » est le compte du robot de la commune")
    return user_id


def proposed(first: str, family: str, commune: Commune, taken: Collection[UserId]) -> UserId:
    """A free id on the commune's server made of the name: ``@marie.dupont:…``, then ``…2``."""
    base = localpart(first, family) or "personne"
    number = 1
    while True:
        suffix = "" if number == 1 else str(number)
        user_id = UserId(f"@{base}{suffix}:{commune.server_name}")
        if user_id not in taken and user_id != commune.bot:
            return user_id
        number += 1


def _foreign(server: str, commune: Commune) -> str:
    if not commune.federated_with:
        return (
            f"le serveur {server} n'est pas celui de la commune ({commune.server_name}) et la "
            "fédération est coupée"
        )
    others = ", ".join(sorted(commune.federated_with))
    return f"le serveur {server} n'est pas admis ; admis : {commune.server_name}, {others}"
