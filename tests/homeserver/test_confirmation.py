"""Requests confirmed with the password, and devices ended by one."""

from __future__ import annotations

import pytest

from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver import devices
from pc_matrix.homeserver.confirmation import post_confirmed
from pc_matrix.homeserver.http import Json, MatrixError

BOT = "@bot:ex.test"


class FakeServer:
    """Wants ``password`` confirmed; an empty one is not asked for. Remembers what it was sent."""

    def __init__(self, password: str = "") -> None:
        self.password, self.sent = password, list[Json]()

    async def request(self, method: str, path: str, body: Json | None = None) -> Json:
        if method == "GET":
            listed = [{"device_id": name} for name in ("NEW", "OLD2", "OLD1")]
            return {"devices": [*listed, {"device_id": 7}, "odd"]}
        self.sent.append(body or {})
        given = (body or {}).get("auth", {}).get("password", "")
        if given != self.password:
            raise MatrixError(401, "M_FORBIDDEN" if given else "", "")
        return {"done": True}


async def test_the_password_goes_out_only_when_it_is_asked_for() -> None:
    free, strict = FakeServer(), FakeServer("p")
    for server, sent in ((free, 1), (strict, 2)):
        answer = await post_confirmed(server, "/x", {"a": 1}, BOT, "p")  # type: ignore[arg-type]
        assert (answer, len(server.sent)) == ({"done": True}, sent)
        assert "auth" not in server.sent[0]
    assert strict.sent[1]["a"] == 1
    assert strict.sent[1]["auth"]["identifier"] == {"type": "m.id.user", "user": BOT}


async def test_without_a_password_the_refusal_stands() -> None:
    with pytest.raises(MatrixError):
        await post_confirmed(FakeServer("p"), "/x", {}, BOT, None)  # type: ignore[arg-type]


async def test_the_other_devices_are_named_and_ended() -> None:
    server = FakeServer("p")
    others = await devices.others(server, "NEW")  # type: ignore[arg-type]
    assert others == ("OLD1", "OLD2")
    await devices.log_out(server, others, BOT, "p")  # type: ignore[arg-type]
    assert server.sent[-1]["devices"] == ["OLD1", "OLD2"]


async def test_a_wrong_password_is_told_without_it() -> None:
    with pytest.raises(AccessDenied) as caught:
        await devices.log_out(FakeServer("p"), ["OLD"], BOT, "not-p")  # type: ignore[arg-type]
    assert "bot_password" in caught.value.remedy
    assert "not-p" not in " ".join(caught.value.diagnostics())
