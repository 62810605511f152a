"""``/keys/query``: asking for people's keys in bulk, and what the answer proves about each.

Specification: client-server API, "POST /_matrix/client/v3/keys/query" and "Device keys". Every
signature is verified here, by ``signing``; what follows from it is ``policies.trust``'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import at, mapping, string, strings
from pc_matrix.homeserver.signing import is_signed_by
from policies.roles import server_of
from policies.terms import UserId
from policies.trust import DeviceFacts, DeviceTrust, IdentityFacts, KeyFacts, judge

BATCH = 250
"""How many users one request asks about."""
_REMOTE_MS = 10_000  # how long our server waits for others; the specification's recommendation
_ALGORITHMS = frozenset({"m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"})


@dataclass(frozen=True, slots=True)
class Device:
    """A device: its owner, its id and its two public keys."""

    user_id: str
    device_id: str
    ed25519: str
    curve25519: str


@dataclass(frozen=True)
class SeenUser:
    """What one answer showed of a user, signatures checked, nothing believed yet."""

    identity: IdentityFacts
    devices: tuple[tuple[Device, DeviceFacts], ...]

    @cached_property
    def claims(self) -> dict[tuple[str, str], tuple[str, str]]:
        """The keys that those devices claim which are good in themselves, whatever is pinned."""
        return {
            (d.user_id, d.device_id): (f"curve25519:{d.curve25519}", f"ed25519:{d.ed25519}")
            for d, facts in self.devices
            if judge(facts, self.identity, None) is DeviceTrust.TRUSTED
        }


async def query(http: MatrixHttp, user_ids: Collection[str]) -> dict[str, SeenUser]:
    """What the server knows of ``user_ids``, in one request; at most ``BATCH`` of them.

    Users of servers that ours could not reach (``failures``) are left out: nothing was said about
    them, not even that they have no keys. Raises what ``MatrixHttp`` raises.
    """
    body: Json = {"device_keys": {u: [] for u in user_ids}, "timeout": _REMOTE_MS}
    answer = await http.request("POST", client_path("keys", "query"), body)
    failed = mapping(answer, "failures").keys()
    return {u: read(u, answer) for u in user_ids if server_of(UserId(u)) not in failed}


async def query_all(http: MatrixHttp, user_ids: Collection[str]) -> dict[str, SeenUser]:
    """``query`` for however many users, a batch at a time."""
    ordered, found = sorted(user_ids), {}
    for start in range(0, len(ordered), BATCH):
        found.update(await query(http, ordered[start : start + BATCH]))
    return found


def read(user_id: str, answer: Json) -> SeenUser:
    """What ``answer`` shows of ``user_id``; never raises, whatever the server sent."""
    master = _key(mapping(answer, "master_keys", user_id), user_id, "master")
    keys = mapping(answer, "self_signing_keys", user_id)
    self_signing = _key(keys, user_id, "self_signing")
    signed = is_signed_by(keys, user_id, master.public, master.public)
    identity = IdentityFacts(master, self_signing, signed)
    signer = self_signing.public if signed and self_signing.is_sound else ""
    found = mapping(answer, "device_keys", user_id)
    return SeenUser(identity, tuple(_device(user_id, d, keys, signer) for d, keys in found.items()))


def _key(keys: Json, user_id: str, usage: str) -> KeyFacts:
    """A cross-signing key object's facts; one key alone, under its own name, is a key."""
    public = mapping(keys, "keys")
    ((key_id, key),) = public.items() if len(public) == 1 else (("", ""),)
    if not isinstance(key, str) or not key or key_id != f"ed25519:{key}":
        return KeyFacts()
    names_owner = string(keys, "user_id") == user_id
    return KeyFacts(key, names_owner, names_usage=at(keys, "usage") == [usage])


def _device(
    user_id: str, device_id: str, keys: Json, self_signing: str
) -> tuple[Device, DeviceFacts]:
    device = Device(
        user_id,
        device_id,
        string(keys, "keys", f"ed25519:{device_id}"),
        string(keys, "keys", f"curve25519:{device_id}"),
    )
    names_itself = string(keys, "user_id") == user_id and string(keys, "device_id") == device_id
    facts = DeviceFacts(
        names_itself=names_itself and bool(device.ed25519 and device.curve25519),
        signed_by_itself=is_signed_by(keys, user_id, device_id, device.ed25519),
        signed_by_owner=is_signed_by(keys, user_id, self_signing, self_signing),
        speaks=set(strings(keys, "algorithms")) >= _ALGORITHMS,
    )
    return device, facts
