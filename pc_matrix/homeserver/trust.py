"""Whose devices count, found out: raw ``/keys/query``, every signature checked, identities pinned.

``policies.trust`` decides. What cannot be checked is not trusted: a server can hide a device from
us, but it cannot make us believe in one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pc_matrix.homeserver.device_lists import BATCH, Device, SeenUser, query
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.identity_news import NewsDesk
from pc_matrix.homeserver.pins import KnownPins, OwnIdentity, Pins
from policies.pinning import IdentityNews, Pin, PinRule, Precedence, Standing, stands
from policies.terms import SenderTrust
from policies.trust import DeviceTrust, duplicates, judge

__all__ = ["Device", "DeviceBook", "ExcludedDevice", "OwnIdentity", "Pins", "UserDevices"]

_Claims = dict[tuple[str, str], tuple[str, str]]
_ROUNDS = 3  # how often to ask again for users whose devices change while we ask
_UNANSWERED_FOR = 60.0  # seconds before users of a server that ours cannot reach are asked again


@dataclass(frozen=True, slots=True)
class ExcludedDevice:
    """A device that gets no key and is not listened to, and why."""

    user_id: str
    device_id: str
    curve25519: str
    verdict: DeviceTrust


@dataclass(frozen=True, slots=True)
class UserDevices:
    """A user's devices as last checked: those that count, and what the others are worth."""

    trusted: frozenset[Device] = frozenset()
    excluded: frozenset[ExcludedDevice] = frozenset()
    standing: Standing = Standing.UNKNOWN

    @property
    def others(self) -> dict[str, DeviceTrust]:
        return {device.device_id: device.verdict for device in self.excluded}

    @property
    def awaits(self) -> bool:
        """Whether a device would count if only a human approved the identity."""
        return DeviceTrust.AWAITING_APPROVAL in self.others.values()

    @property
    def identity_changed(self) -> bool:
        return self.standing is Standing.CHANGED


class DeviceBook:
    """The devices of everybody the session deals with, asked for in bulk and kept until stale.

    What the server showed is kept; what it is worth is judged against the pins at every use.
    ``own`` is never pinned at first use: its devices descend from the identity known here. A user
    whose devices changed has none until the server has answered: a trusted set outlives a server
    that cannot be reached only while nothing was said to have changed in it.
    """

    def __init__(
        self,
        http: MatrixHttp,
        pins: Pins,
        own: OwnIdentity | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http, self.own, self._clock = http, own, clock
        self._pins, self._known = pins, KnownPins(pins, own)
        self._seen: dict[str, SeenUser] = {}
        self._due: set[str] = set()
        self._asked: frozenset[str] = frozenset()
        self._changed_meanwhile: set[str] = set()
        self._unanswered: dict[str, float] = {}
        self._met: dict[str, tuple[Pin | None, Precedence]] = {}
        self._claims: _Claims | None = None
        self._contested: frozenset[tuple[str, str]] = frozenset()
        self._judged: dict[tuple[str, PinRule], tuple[Pin | None, UserDevices]] = {}
        self._turn = asyncio.Lock()
        self._news = NewsDesk()

    def forget(self, user_ids: Iterable[str]) -> None:
        """The server says that these users' devices changed: ask again before the next use."""
        for user_id in user_ids:
            if self._seen.pop(user_id, None) is not None:
                self._due.add(user_id)
                self._judge_anew()
            if user_id in self._asked:
                self._changed_meanwhile.add(user_id)
            self._unanswered.pop(user_id, None)

    def will_need(self, user_ids: Iterable[str]) -> None:
        """These users are about to be asked for: the next question includes them."""
        self._due.update(frozenset(user_ids) - self._seen.keys())

    def drain_news(self) -> tuple[IdentityNews, ...]:
        """What was noticed of people's identities since the last call, each thing once."""
        return self._news.drain()

    async def trusted(
        self, user_ids: Iterable[str], rule: PinRule = PinRule.FIRST_USE
    ) -> frozenset[Device]:
        """Every device that counts in a room of ``rule`` among those of ``user_ids``.

        Raises what ``MatrixHttp`` raises when the server has to be asked.
        """
        found = await self._all(frozenset(user_ids), rule)
        return frozenset().union(*(devices.trusted for devices in found))

    async def excluded(
        self, user_ids: Iterable[str], rule: PinRule = PinRule.FIRST_USE
    ) -> frozenset[ExcludedDevice]:
        """Every device of ``user_ids`` that does not count in a room of ``rule``, with the reason.

        Raises as ``trusted`` does.
        """
        found = await self._all(frozenset(user_ids), rule)
        return frozenset().union(*(devices.excluded for devices in found))

    async def devices_of(self, user_id: str, rule: PinRule = PinRule.FIRST_USE) -> UserDevices:
        """The devices of one user, asked for when they are not known."""
        (found,) = await self._all(frozenset({user_id}), rule)
        return found

    async def sender_trust(
        self,
        user_id: str,
        curve25519: str,
        ed25519: str,
        rule: PinRule = PinRule.FIRST_USE,
    ) -> SenderTrust:
        """Whether the device with these keys is one of ``user_id``'s that count.

        Both keys have to match: a Megolm session names its sender's curve25519 key openly, and its
        claimed ed25519 key came inside the encrypted room key.
        """
        devices = await self.devices_of(user_id, rule)
        for device in devices.trusted:
            if device.curve25519 == curve25519 and device.ed25519 == ed25519:
                return SenderTrust.SIGNED
        waits = devices.identity_changed or devices.awaits
        return SenderTrust.IDENTITY_CHANGED if waits else SenderTrust.UNSIGNED

    async def _all(self, wanted: frozenset[str], rule: PinRule) -> list[UserDevices]:
        await self._freshen(wanted)
        # Everybody's pin first: a key that two claim counts for neither, whoever is first.
        for user_id in wanted & self._seen.keys():
            self._meet(user_id, self._seen[user_id])
        return [self._look(user_id, rule) for user_id in wanted]

    async def _freshen(self, wanted: frozenset[str]) -> None:
        """Ask for those of ``wanted`` that are not known; whoever else asks waits for the answer.

        A user who changes again and again while the server is asked has no device for now.
        """
        if not self._lacking(wanted):
            return
        async with self._turn:
            for _ in range(_ROUNDS):
                lacking = self._lacking(wanted)
                if not lacking:
                    return
                await self._ask(lacking)

    def _lacking(self, wanted: frozenset[str]) -> frozenset[str]:
        missing, now = wanted - self._seen.keys(), self._clock()
        return frozenset(u for u in missing if self._unanswered.get(u, now) <= now)

    async def _ask(self, lacking: frozenset[str]) -> None:
        """Ask for ``lacking``, and fill the last request up with whoever else is due."""
        others = sorted(self._lacking(frozenset(self._due)) - lacking)
        ordered = [*sorted(lacking), *others[: -len(lacking) % BATCH]]
        for start in range(0, len(ordered), BATCH):
            await self._ask_batch(frozenset(ordered[start : start + BATCH]))

    async def _ask_batch(self, batch: frozenset[str]) -> None:
        self._asked = batch
        self._changed_meanwhile.clear()
        try:
            found = await query(self._http, batch)
        finally:
            self._asked = frozenset()
        # An answer older than a change notice is no answer: these users stay due.
        known = {u: seen for u, seen in found.items() if u not in self._changed_meanwhile}
        self._seen.update(known)
        self._due = (self._due | batch) - known.keys()
        again_at = self._clock() + _UNANSWERED_FOR
        self._unanswered.update(dict.fromkeys(batch - found.keys(), again_at))
        self._judge_anew()

    def _judge_anew(self) -> None:
        self._claims = None
        self._judged.clear()

    def _meet(self, user_id: str, seen: SeenUser) -> None:
        """Pin a user's identity at first use, and notice a pin that was replaced."""
        pin = self._known.of(user_id, PinRule.FIRST_USE)
        if pin is None and seen.claims:
            key = seen.identity.master_key
            self._pins.pin(user_id, key)
            # What is pinned now, if the pins took it at all, and nobody else was faster.
            pin = self._known.of(user_id, PinRule.FIRST_USE)
            if pin is not None and pin.master_key == key:
                self._news.first_seen(user_id, key)
        now = pin, self._known.rank(user_id)
        if self._met.get(user_id) != now:
            self._met[user_id] = now
            self._judge_anew()

    def _look(self, user_id: str, rule: PinRule) -> UserDevices:
        """What is known of a user, judged against his pin as it is now."""
        seen = self._seen.get(user_id)
        if seen is None:
            return UserDevices()
        pin = self._known.of(user_id, rule)
        known = self._judged.get((user_id, rule))
        if known is not None and known[0] == pin:
            return known[1]
        found = self._judge(seen, pin, rule)
        self._judged[user_id, rule] = pin, found
        pinned = pin.master_key if pin else ""
        self._news.noticed(user_id, found.standing, pinned, _master(seen), awaits=found.awaits)
        return found

    def _judge(self, seen: SeenUser, pin: Pin | None, rule: PinRule) -> UserDevices:
        trusted, excluded, contested = set(), set(), self._contested_by(seen, pin)
        for device, facts in seen.devices:
            verdict = judge(facts, seen.identity, pin, rule)
            if (device.user_id, device.device_id) in contested:
                verdict = DeviceTrust.DUPLICATE
            if verdict is DeviceTrust.TRUSTED:
                trusted.add(device)
            else:
                keys = (device.user_id, device.device_id, device.curve25519)
                excluded.add(ExcludedDevice(*keys, verdict))
        key, whole = _master(seen), seen.identity.is_whole
        standing = stands(pin.master_key if pin else "", key, is_sound=whole)
        return UserDevices(frozenset(trusted), frozenset(excluded), standing)

    def _contested_by(self, seen: SeenUser, pin: Pin | None) -> frozenset[tuple[str, str]]:
        """The devices whose keys are claimed twice, as far as they concern ``seen``.

        Only people whose pinned identity stands contest a key, and the earlier pin wins: who names
        an officer's curve25519 key, which nobody has to prove, puts out his own device alone.
        """
        if self._claims is None:
            standing = [u for u, seen in self._seen.items() if self._stands_pinned(u, seen)]
            self._claims = {d: k for u in standing for d, k in self._seen[u].claims.items()}
            self._contested = self._duplicates(self._claims)
        if pin is not None:
            return self._contested
        return self._duplicates({**self._claims, **seen.claims})

    def _duplicates(self, claims: _Claims) -> frozenset[tuple[str, str]]:
        return duplicates(claims, {device: self._known.rank(device[0]) for device in claims})

    def _stands_pinned(self, user_id: str, seen: SeenUser) -> bool:
        pin = self._known.of(user_id, PinRule.FIRST_USE)
        return pin is not None and pin.master_key == _master(seen)


def _master(seen: SeenUser) -> str:
    return seen.identity.master_key
