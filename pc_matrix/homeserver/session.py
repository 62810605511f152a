"""The bot's encrypted session: what comes in by ``/sync``, and what goes out, always encrypted.

The cursor is not kept here. ``next`` returns it with what came, and the caller writes both in one
transaction; asking again with an old cursor redelivers, and is safe.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.answers import not_understood
from pc_matrix.homeserver.arrivals import Arrivals
from pc_matrix.homeserver.audiences import Audiences, first_use, nobody
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.crypto.key_supply import one_time_key_count
from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.device_mail import DeviceMail
from pc_matrix.homeserver.edits import NoEdit
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.intake import Found, Intake
from pc_matrix.homeserver.invitations import invitations
from pc_matrix.homeserver.late_log import LateLog
from pc_matrix.homeserver.listening import Listening
from pc_matrix.homeserver.putting import Putting
from pc_matrix.homeserver.rereading import Rereading
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.homeserver.room_states import room_states
from pc_matrix.homeserver.room_view import RoomView
from pc_matrix.homeserver.sync import SyncAnswer, fetch, present_cursor
from pc_matrix.homeserver.trust import DeviceBook
from pc_matrix.homeserver.verification_line import VerificationLine
from policies.incidents import IncidentKind
from policies.pinning import NewsKind, PinRule
from policies.terms import SenderTrust

_log = LateLog(__name__)
_ROOM_SECONDS = 30.0


class Session:
    """One device of the bot, on one open store.

    ``entitled`` tells who may read a room by the registry, ``rule`` whose identity counts there;
    keys go to those of them who are joined or invited, on devices that their owner signed.
    ``guests``, given who just invited the bot, tells who else may write to it.
    """

    def __init__(
        self,
        http: MatrixHttp,
        machine: Machine,
        devices: DeviceBook,
        entitled: Callable[[str], frozenset[str]],
        incidents: Incidents,
        rule: Callable[[str], PinRule] = first_use,
        guests: Callable[[Iterable[str]], Iterable[str]] = nobody,
    ) -> None:
        self.incidents = incidents
        self._http, self._machine, self._devices = http, machine, devices
        self._entitled, self._rule = entitled, rule
        self._audiences = Audiences(devices, entitled, rule, incidents, machine.account.user_id)
        self._intake = Intake(http, machine, incidents, entitled)
        self._mail = DeviceMail(machine, devices, self._intake, incidents, guests)
        self._listening, self._putting = Listening(http), Putting(http, self.user_id)
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._arrivals = Arrivals()
        self._rereading = Rereading(http, machine, self._intake, self._arrivals)
        self._absent: set[str] = set()
        self._knows_rooms = False
        self._to_forget: tuple[str, list[str]] = ("", [])

    @property
    def user_id(self) -> str:
        return self._machine.account.user_id

    def verification_line(self) -> VerificationLine:
        """Where verification events, and nothing else, leave."""
        own = self._devices.own
        return VerificationLine(self._http, self._machine, own, self._turns, self._view)

    def device_keys(self) -> Json:
        """The device's own public keys, signed by itself."""
        return self._machine.account.device_keys()

    async def next(self, since: str | None, wait: float = 30.0) -> Batch:
        """The next batch after ``since``; the first call also learns every room's state.

        With ``since`` ``None`` (a new device) what the rooms said before is not brought. Raises
        ``ServerUnreachable`` (the batch comes again with the next call) and ``AccessDenied``.
        """
        try:
            return await self._next(since, wait)
        except BaseException:
            self._intake.recent.deaf()
            raise

    async def _next(self, since: str | None, wait: float) -> Batch:
        is_first = not self._knows_rooms
        answer = await self._first_answer(since) if is_first else None
        answer = answer or await self._listening.hear(since, 0 if is_first else wait)
        if not answer.cursor:
            raise not_understood(self._http.base_url)
        self._confirm(since)
        if since is None:
            self._mail.take(answer)  # what the rooms said until now is not brought: none overtakes
        else:
            answer = await self._listening.all_keys(answer, self._mail.take)
        invited = invitations(answer.invited, self.user_id)
        found = await self._gather(answer, since)
        self._intake.recent.all_heard()
        self._knows_rooms = True
        self._save(found, since, answer.cursor)
        self._machine.keys_came = False
        self._arrivals.came()
        await self._tend(answer)
        events, moved = tuple(found.events), frozenset(found.moved)
        # Who spoke will be looked at next: one question for all of them, not one for each.
        self._devices.will_need(event.sender for event in events)
        news = self._devices.drain_news()
        for item in news:
            if item.kind is NewsKind.CHANGED:
                self.incidents.drop(IncidentKind.IDENTITY_CHANGED, item.user_id)
        incidents, echoes = self.incidents.drain(), self._putting.heard(answer.rooms)
        to_device = self._mail.hand_over(answer.cursor)
        return Batch(answer.cursor, events, moved, to_device, incidents, news, invited, echoes)

    async def _first_answer(self, since: str | None) -> SyncAnswer | None:
        """Learn every room's state: as it was kept, or else from the server.

        A server that tells all rooms only in a full ``/sync`` gives that as the answer.
        """
        kept = self._machine.rooms.load(since)
        if kept is not None:
            self._intake.rooms.update(kept)
            return None
        self._machine.rooms.clear()
        # The cursor is older than the states: what happened between is told twice, never missed.
        answer = None if since is not None else await present_cursor(self._http)
        states = await room_states(self._http, self.user_id)
        if states is None:
            return await fetch(self._http, since, full=True, wait=0)
        self._intake.rooms.update(states)
        return answer

    async def _gather(self, answer: SyncAnswer, since: str | None) -> Found:
        found = Found()
        if self._machine.keys_came:
            found.events, done = await self._intake.late()
            self._to_forget = (answer.cursor, done)
        if not self._knows_rooms:
            found.learned.update(self._intake.rooms)
        await self._intake.take(answer.rooms, since, found)
        for room_id in answer.left:
            self._intake.left(room_id, found)
        return found

    def _save(self, found: Found, since: str | None, cursor: str) -> None:
        machine = self._machine
        # How far it was read alone need not be on the disk: rooms are learned anew without it.
        with machine.database.transaction(lastingly=machine.opened.has_news or bool(found.learned)):
            machine.opened.save()
            machine.rooms.save(self._intake.rooms, found.learned, since, cursor)

    def _confirm(self, since: str | None) -> None:
        """Asking on from a batch's cursor tells that its late events are safe.

        Asking again from an earlier one tells that they are not: they are handed out again.
        """
        self._mail.asked_from(since)
        cursor, event_ids = self._to_forget
        if cursor == since:
            self._intake.forget(event_ids)
        elif event_ids:
            self._machine.keys_came = True
        self._to_forget = ("", [])

    async def _tend(self, answer: SyncAnswer) -> None:
        """Keys supplied, what is broken mended: never at the price of what just came."""
        try:
            if answer.key_counts is not None:
                count = one_time_key_count(answer.key_counts)
                await self._machine.supply_keys(
                    self._http, count, fallback_used=answer.fallback_used
                )
        except (MatrixError, ServerUnreachable) as error:
            _log.warning("keys.not_supplied", error=type(error).__name__)
        await self._machine.healing.step()

    async def read(self, room_id: str, event_id: str, patience: float = 10.0) -> RoomEvent | None:
        """One event, fetched and decrypted again; ``None`` when it cannot be read, or is redacted.

        ``patience`` is how many seconds to wait for a key that is late. An event in plain comes
        without ``ciphertext``. Raises ``ServerUnreachable``.
        """
        return await self._rereading.read(room_id, event_id, patience)

    async def read_edit(self, original: RoomEvent) -> RoomEvent | NoEdit:
        """The newest change of ``original`` by its sender, opened; raises as ``read`` does."""
        return await self._rereading.read_edit(original)

    async def trust_of(self, event: RoomEvent) -> SenderTrust:
        """Whether ``event`` came from a device that its sender signed; plain events never did."""
        closed = event.ciphertext
        if closed is None:
            return SenderTrust.UNSIGNED
        keys, rule = (closed.sender_key, closed.claimed_ed25519), self._rule(event.room_id)
        return await self._devices.sender_trust(event.sender, *keys, rule)

    async def send(self, room_id: str, kind: str, content: Json, txn: str) -> str:
        """Send an encrypted event and return its id; the same ``txn`` never makes a second one.

        Raises ``MatrixError`` when the server refuses, ``ServerUnreachable`` when it is away.
        """
        async with self._turns[room_id]:
            view = await self._view(room_id)
            audience = await self._audiences.of_message(room_id, view)
            encrypt = self._machine.outbound.encrypt
            body = await encrypt(room_id, kind, content, audience, view.rotation)
            return await self._putting.put(room_id, "m.room.encrypted", body, txn)

    async def _view(self, room_id: str) -> RoomView:
        """What is known of a room; one that was just made may come with the next sync.

        Nothing is ever sent on a guess of who is in a room: nobody could read it. A room that was
        waited for in vain is not waited for again: everything else would wait with it.
        """
        rooms, nothing = self._intake.rooms, RoomView()

        def is_known() -> bool:
            # A view in which not even the bot is was never told whole.
            return rooms.get(room_id, nothing).memberships.get(self.user_id) == "join"

        patience = 0.0 if room_id in self._absent else _ROOM_SECONDS
        if not await self._arrivals.until(is_known, patience):
            self._absent.add(room_id)
            raise MatrixError(404, "M_NOT_FOUND", "the bot is not in this room")
        self._absent.discard(room_id)
        return rooms[room_id]

    async def until_present(self, room_id: str, user_id: str) -> bool:
        """Wait until he is seen there, or invited: what is said before, he could not read."""
        rooms, nothing = self._intake.rooms, RoomView()
        return await self._arrivals.until(
            lambda: user_id in rooms.get(room_id, nothing).present, _ROOM_SECONDS
        )

    async def send_lasting(self, room_id: str, kind: str, content: Json, txn: str) -> str:
        """Send what everybody who is invited now can read, also on a device that comes later.

        Raises as ``send`` does.
        """
        lasting = self._machine.lasting
        async with self._turns[room_id]:
            view = await self._view(room_id)
            audience = view.present & self._entitled(room_id)
            body = lasting.close_up(room_id, kind, content, txn, audience)
            await lasting.reach(room_id, await self._audiences.devices(room_id, audience))
            return await self._putting.put(room_id, "m.room.encrypted", body, txn)

    async def reach_newcomers(self) -> int:
        """Give lasting messages to devices of their audience that appeared since; to how many."""
        reached, lasting = 0, self._machine.lasting
        for room_id in lasting.rooms():
            view = self._intake.rooms.get(room_id)
            if view is None:
                continue
            audience = view.present & self._entitled(room_id) & lasting.audience(room_id)
            reached += await lasting.reach(
                room_id, await self._audiences.devices(room_id, audience)
            )
        return reached

    def unreached(self, room_id: str) -> frozenset[str]:
        """Who is joined, entitled, and cannot read the room's last lasting message."""
        view = self._intake.rooms.get(room_id)
        joined = view.joined if view is not None else frozenset()
        return (joined & self._entitled(room_id)) - self._machine.lasting.audience(room_id)

    async def react(self, room_id: str, event_id: str, key: str, txn: str) -> str:
        """React to an event. Reactions are not encrypted, in Matrix: the server sees them."""
        return await self._putting.annotate(room_id, event_id, key, txn)

    async def redact(self, room_id: str, event_id: str, txn: str) -> None:
        """Take one's own event away. Raises as ``send`` does."""
        await self._putting.redact(room_id, event_id, txn)
