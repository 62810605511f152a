"""The identities of a commune's people: what is pinned, and what the homeserver says today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bridges.ports import Clock
from pc_matrix.errors import InputError
from pc_matrix.homeserver.device_lists import SeenUser, query_all
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.registry import Registry
from policies.pinning import (
    NewsKind,
    Pin,
    PinOrigin,
    PinRule,
    Standing,
    needs_approval,
    news_of,
    satisfies,
    stands,
)
from policies.terms import Commune, Directory, Role, UserId
from policies.trust import DeviceTrust, judge

_FINGERPRINT = 8
"""How many characters of a key name it on a command line: 48 bits."""


@dataclass(frozen=True, slots=True)
class PersonIdentity:
    """A person's pin beside the master key that the server gives today (public keys).

    ``standing`` is ``None`` when the person's own server could not be asked. ``noticed_at`` is when
    the bot first saw what is wrong. ``roles`` are of the mandates that count today.
    """

    user_id: UserId
    name: str
    roles: tuple[Role, ...]
    pin: Pin | None
    current: str
    standing: Standing | None
    awaits_approval: bool = False
    noticed_at: datetime | None = None
    counting: int = 0
    """Devices that count where first use is enough."""
    unsigned: int = 0
    """Devices that their owner's identity did not sign: ghosts, or a login not yet verified."""

    @property
    def pinned(self) -> str:
        return self.pin.master_key if self.pin else ""

    @property
    def needs_a_human(self) -> bool:
        """Whether something is to be decided: of people alone who hold a mandate."""
        is_wrong = self.standing is not None and news_of(self.standing) is not None
        return bool(self.roles) and (is_wrong or self.awaits_approval)


class Identities:
    """One commune's, read through the bot's own access."""

    def __init__(
        self, registry: Registry, commune: Commune, http: MatrixHttp, clock: Clock
    ) -> None:
        self._registry, self._commune, self._http, self._clock = registry, commune, http, clock

    async def all(self) -> list[PersonIdentity]:
        """Whose identity is pinned, or has to be approved; sorted by Matrix id.

        Asks for all of them together; nothing is pinned or written by it.
        """
        directory = self._registry.directory(self._commune)
        now = self._clock.now()
        pins = self._registry.pins(self._commune.code)
        wanted = pins.keys() | {u for u in directory.persons if needs_approval(u, directory, now)}
        return await self._look(sorted(wanted), directory, pins)

    async def of(self, user_id: UserId) -> PersonIdentity:
        """One person's, as it is to be shown before it is approved.

        Raises ``InputError`` for somebody whom neither the registry nor a pin knows, and when there
        is no identity in order to approve.
        """
        directory = self._registry.directory(self._commune)
        pins = self._registry.pins(self._commune.code)
        if user_id not in directory.persons and user_id not in pins:
            raise _nothing(user_id, "Le registre ne connaît pas cette personne.")
        (found,) = await self._look([user_id], directory, pins)
        match found.standing:
            case None:
                raise _nothing(user_id, "Son serveur Matrix ne répond pas au nôtre.")
            case Standing.GONE | Standing.UNKNOWN:
                raise _nothing(user_id, "Le serveur ne connaît pas d'identité pour cette personne.")
            case Standing.BROKEN:
                raise _nothing(user_id, "Les clés de cette identité ne se signent pas entre elles.")
            case Standing.NEW | Standing.SAME | Standing.CHANGED:
                return found

    def approve(self, shown: PersonIdentity) -> None:
        """Pin exactly the identity that was ``shown``, whatever the server says by now."""
        now, code = self._clock.now(), self._commune.code
        is_known = shown.pinned == shown.current and satisfies(shown.pin, PinRule.APPROVAL)
        if not is_known:
            origin = PinOrigin.APPROVED
            self._registry.set_pin(code, shown.user_id, shown.current, now, origin)
            self._registry.audit(code, now, "identity.approved", shown.user_id)

    async def _look(
        self, user_ids: list[UserId], directory: Directory, pins: Mapping[UserId, Pin]
    ) -> list[PersonIdentity]:
        seen = await query_all(self._http, user_ids)
        noticed = {
            (news.user_id, news.kind, news.current): at
            for news, at in self._registry.identity_news(self._commune.code)
        }
        return [
            self._person(user_id, directory, pins.get(user_id), seen.get(user_id), noticed)
            for user_id in user_ids
        ]

    def _person(
        self,
        user_id: UserId,
        directory: Directory,
        pin: Pin | None,
        seen: SeenUser | None,
        noticed: Mapping[tuple[UserId, NewsKind, str], datetime],
    ) -> PersonIdentity:
        now = self._clock.now()
        person = directory.persons.get(user_id)
        name = person.name if person else ""
        roles = tuple(sorted({m.role for m in directory.mandates_of(user_id, now)}))
        if seen is None:
            return PersonIdentity(user_id, name, roles, pin, "", None)
        current, pinned = seen.identity.master_key, pin.master_key if pin else ""
        standing = stands(pinned, current, is_sound=seen.identity.is_whole)
        awaits = (
            standing in (Standing.NEW, Standing.SAME)
            and not satisfies(pin, PinRule.APPROVAL)
            and needs_approval(user_id, directory, now)
        )
        kind = news_of(standing) or NewsKind.AWAITING
        return PersonIdentity(
            user_id,
            name,
            roles,
            pin,
            current,
            standing,
            awaits,
            noticed.get((user_id, kind, current)),
            _counting(seen, pin),
            sum(not facts.signed_by_owner for _device, facts in seen.devices),
        )


def is_fingerprint_of(given: str, key: str) -> bool:
    """Whether ``given`` names ``key``: at least its first eight characters, spaces left out."""
    compact = "".join(given.split())
    return len(compact) >= _FINGERPRINT and key.startswith(compact)


def _counting(seen: SeenUser, pin: Pin | None) -> int:
    verdicts = [judge(facts, seen.identity, pin) for _device, facts in seen.devices]
    return verdicts.count(DeviceTrust.TRUSTED)


def _nothing(user_id: UserId, why: str) -> InputError:
    return InputError(
        f"Il n'y a rien à approuver pour {user_id}.",
        why,
        "Vérifiez l'identifiant avec « pc-matrix trust list ».",
    )
