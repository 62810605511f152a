"""A homeserver and its admin API in memory, which can die before or after any request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pc_matrix.homeserver.admin import AccountInfo
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.rooms import StateEvent

BOT = "@bot:here.test"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Killed(BaseException):
    """The process was killed here; nothing in it may catch that."""


class FakeServer:
    """Rooms and accounts. ``dies_at`` counts requests; ``after`` says that the request was done."""

    def __init__(self) -> None:
        self.rooms: dict[str, dict[tuple[str, str], StateEvent]] = {}
        self.passwords: dict[str, str] = {}
        self.locked: set[str] = set()
        self.used: set[str] = set()
        self.admins: set[str] = set()
        self.deactivated: set[str] = set()
        self.lifted: set[str] = set()
        self.uploads: list[tuple[bytes, str]] = []
        self.aliases: dict[str, str] = {}
        self.requests: list[str] = []
        self.senders: dict[str, str] = {}
        self.shadow_banned = False
        self.dies_at: int | None = None
        self.after = False
        self.has_sliding = True
        self.refuse: Callable[[str], Exception | None] = lambda request: None

    # -- rooms ---------------------------------------------------------------------------------

    async def create(self, body: Json) -> str:
        with self._request("create"):
            room_id = f"!{len(self.rooms)}"
            self.rooms[room_id] = {}
            creation = {**body["creation_content"], "room_version": body["room_version"]}
            self.put(room_id, "m.room.create", creation)
            self.member(room_id, BOT, "join", BOT)
            for event in body["initial_state"]:
                self.put(room_id, event["type"], event["content"], event["state_key"])
            for user_id in body["invite"]:
                self.member(room_id, user_id, "invite", BOT)
            return room_id

    async def joined(self) -> list[str]:
        with self._request("joined"):
            return [r for r, s in self.rooms.items() if _membership(s, BOT) == "join"]

    async def all_states(self) -> dict[str, list[StateEvent]] | None:
        """Also of the rooms that the bot was put out of, as a real server answers."""
        with self._request("all"):
            if not self.has_sliding:
                return None
            return {room_id: list(state.values()) for room_id, state in self.rooms.items()}

    async def state(self, room_id: str) -> list[StateEvent]:
        with self._request("state"):
            if _membership(self.rooms.get(room_id, {}), BOT) != "join":
                raise MatrixError(403, "M_FORBIDDEN", "")
            return list(self.rooms[room_id].values())

    async def set_state(
        self, room_id: str, event_type: str, content: Json, state_key: str = ""
    ) -> None:
        with self._request(f"set {event_type}"):
            if self.shadow_banned:
                return
            of_alias = event_type == "m.room.canonical_alias"
            if of_alias and self.aliases.get(content["alias"]) != room_id:
                raise MatrixError(400, "M_BAD_ALIAS", "")
            self.put(room_id, event_type, content, state_key)

    async def invite(self, room_id: str, user_id: str, *, direct: bool = False) -> None:
        with self._request(f"invite {user_id}"):
            self.member(room_id, user_id, "invite", BOT)

    async def kick(self, room_id: str, user_id: str) -> None:
        with self._request(f"kick {user_id}"):
            self.member(room_id, user_id, "leave", BOT)

    async def unban(self, room_id: str, user_id: str) -> None:
        with self._request(f"unban {user_id}"):
            self.member(room_id, user_id, "leave", BOT)

    async def sender_of(self, room_id: str, event_id: str) -> str:
        with self._request(f"sender of {event_id}"):
            return self.senders.get(event_id, "")

    async def leave(self, room_id: str) -> None:
        with self._request("leave"):
            self.member(room_id, BOT, "leave", BOT)

    async def versions(self) -> frozenset[str]:
        with self._request("versions"):
            return frozenset({"11", "12", "13"})

    async def upload(self, data: bytes, mimetype: str) -> str:
        with self._request("upload"):
            self.uploads.append((data, mimetype))
            return f"mxc://here.test/{len(self.uploads)}"

    async def lead(self, alias: str, room_id: str) -> None:
        with self._request(f"lead {alias}"):
            self.aliases[alias] = room_id

    async def with_keys(self, user_ids: Sequence[str]) -> frozenset[str]:
        with self._request("keys"):
            return frozenset(user_ids) & self.used

    # -- accounts ------------------------------------------------------------------------------

    async def user(self, user_id: str) -> AccountInfo | None:
        with self._request("user"):
            if user_id not in self.passwords:
                return None
            seen = START if user_id in self.used else None
            locked = user_id in self.locked
            admin, closed = user_id in self.admins, user_id in self.deactivated
            return AccountInfo(user_id, "", admin, closed, locked=locked, last_seen=seen)

    async def create_locked(self, user_id: str, display_name: str) -> None:
        with self._request("create_locked"):
            assert user_id not in self.passwords
            self.passwords[user_id] = ""
            self.locked.add(user_id)

    async def open_account(self, user_id: str, password: str) -> None:
        with self._request("open_account"):
            assert user_id in self.passwords
            self.passwords[user_id] = password
            self.locked.discard(user_id)

    async def deactivate(self, user_id: str, *, erase: bool = False) -> None:
        with self._request(f"deactivate {user_id} {erase}"):
            self.deactivated.add(user_id)

    async def lift_rate_limit(self, user_id: str) -> None:
        with self._request("lift"):
            self.lifted.add(user_id)

    async def lift_shadow_ban(self, user_id: str) -> None:
        with self._request("lift_shadow_ban"):
            self.shadow_banned = False

    async def make_room_admin(self, room_id: str, user_id: str) -> None:
        with self._request(f"make_room_admin {room_id}"):
            levels = self.content(room_id, "m.room.power_levels")
            users = {**levels["users"], user_id: 100}
            others = [u for u, level in levels["users"].items() if level >= 100]
            if not others:
                raise MatrixError(400, "M_UNKNOWN", "No local admin user in room")
            self.put(room_id, "m.room.power_levels", {**levels, "users": users}, "", others[0])

    # -- what others do ------------------------------------------------------------------------

    def put(
        self, room_id: str, event_type: str, content: Json, state_key: str = "", sender: str = BOT
    ) -> None:
        at = START + timedelta(seconds=len(self.requests))
        self.rooms[room_id][event_type, state_key] = StateEvent(
            event_type, state_key, sender, dict(content), at
        )

    def member(self, room_id: str, user_id: str, membership: str, sender: str) -> None:
        self.put(room_id, "m.room.member", {"membership": membership}, user_id, sender)

    def everybody_joins(self) -> None:
        for room_id, state in self.rooms.items():
            for kind, who in list(state):
                if kind == "m.room.member" and _membership(state, who) == "invite":
                    self.member(room_id, who, "join", who)

    def content(self, room_id: str, event_type: str, state_key: str = "") -> Json:
        return self.rooms[room_id][event_type, state_key].content

    def membership(self, room_id: str, user_id: str) -> str | None:
        return _membership(self.rooms[room_id], user_id)

    @contextmanager
    def _request(self, name: str) -> Iterator[None]:
        number = len(self.requests)
        self.requests.append(name)
        if self.dies_at == number and not self.after:
            raise Killed
        refusal = self.refuse(name)
        if refusal is not None:
            raise refusal
        yield
        if self.dies_at == number and self.after:
            raise Killed


def _membership(state: dict[tuple[str, str], StateEvent], user_id: str) -> str | None:
    event = state.get(("m.room.member", user_id))
    value: Any = event.content.get("membership") if event else None
    return value if isinstance(value, str) else None
