"""A user's account data on the server: what secret storage is kept in."""

from __future__ import annotations

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path

DEFAULT_KEY = "m.secret_storage.default_key"


def description_of(key_id: str) -> str:
    """The type of the account data that describes the storage key ``key_id``."""
    return f"m.secret_storage.key.{key_id}"


class AccountData:
    """One user's, read and written with his own access; specification: "Client Config"."""

    def __init__(self, http: MatrixHttp, user_id: str) -> None:
        self._http, self._user_id = http, user_id

    async def get(self, kind: str) -> Json:
        """The content of that type, empty when there is none."""
        try:
            return await self._http.request("GET", self._path(kind))
        except MatrixError as refusal:
            if refusal.status == 404:
                return {}
            raise

    async def put(self, kind: str, content: Json) -> None:
        """Replace the content of that type. Raises ``StoreError`` when the server refuses it."""
        try:
            await self._http.request("PUT", self._path(kind), content)
        except MatrixError as refusal:
            raise StoreError(
                "Le serveur Matrix refuse de garder l'identité chiffrée du bot.",
                f"Réponse du serveur : {refusal.errcode or refusal.status}.",
                "Vérifiez que le compte du bot n'est ni limité ni suspendu, puis relancez.",
            ) from refusal

    def _path(self, kind: str) -> str:
        return client_path("user", self._user_id, "account_data", kind)
