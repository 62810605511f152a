"""Requests that the server wants confirmed with the account's password.

Specification: client-server API, "User-Interactive Authentication", password-based.
"""

from __future__ import annotations

from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp


async def post_confirmed(
    http: MatrixHttp, path: str, body: Json, user_id: str, password: str | None
) -> Json:
    """The answer to ``POST path``; the password goes out only when the server asks for it.

    Raises ``MatrixError`` for a refusal, a wrong or missing password included.
    """
    try:
        return await http.request("POST", path, body)
    except MatrixError as refusal:
        if refusal.status != 401 or password is None:
            raise
    # The session id of the refused request is optional for password authentication alone.
    authentication = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user_id},
        "password": password,
    }
    return await http.request("POST", path, {**body, "auth": authentication})
