"""Publishing and fetching the seeds: crash anywhere, servers that lose or forge, lost keys."""

from __future__ import annotations

import copy
from pathlib import Path
from urllib.parse import unquote

import pytest

from pc_matrix.errors import InputError, PcError, ServerUnreachable, StoreError
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.identity import Identity, draw, keep, kept, own
from pc_matrix.homeserver.recovery.fetching import fetch
from pc_matrix.homeserver.recovery.publishing import (
    StorageKey,
    draw_pending,
    offer,
    publish_once,
    shut_out_others,
)
from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.vault import Vault

BOT = "@bot:ex.test"
MASTER = "m.cross_signing.master"


class FakeServer:
    """Account data and ``/keys/query`` of one user; ``fails_at`` names the PUT that does not come.

    ``loses`` is a type whose content the server throws away.
    """

    def __init__(self, identity: Identity | None, fails_at: int = 0, loses: str = "") -> None:
        self.data: dict[str, Json] = {}
        self.puts, self.fails_at, self.loses = 0, fails_at, loses
        self.keys: Json = {}
        self.refuses = False
        if identity is not None:
            for name, key in identity.public_keys().items():
                self.keys[f"{name}s"] = {BOT: key}

    async def request(self, method: str, path: str, body: Json | None = None) -> Json:
        if path.endswith("/keys/query"):
            return self.keys
        kind = unquote(path.rsplit("/", 1)[1])
        if method == "GET":
            if kind not in self.data:
                raise MatrixError(404, "M_NOT_FOUND", "")
            return copy.deepcopy(self.data[kind])
        assert (method, unquote(path)) == (
            "PUT",
            f"/_matrix/client/v3/user/{BOT}/account_data/{kind}",
        )
        self.puts += 1
        if self.refuses:
            raise MatrixError(403, "M_USER_SUSPENDED", "")
        if self.puts == self.fails_at:
            raise ServerUnreachable("away")
        if kind != self.loses and body is not None:
            self.data[kind] = copy.deepcopy(body)
        return {}


@pytest.fixture
def identity() -> Identity:
    return draw(BOT)


@pytest.fixture
def pending(tmp_path: Path) -> SealedFile:
    return SealedFile(tmp_path / "recovery.sealed", f"recovery:{BOT}", Vault(b"k" * 32))


async def test_the_key_that_init_drew_brings_the_identity_back(
    identity: Identity, pending: SealedFile
) -> None:
    server, key = FakeServer(identity), draw_pending(pending)
    await publish_once(server, identity, pending)  # type: ignore[arg-type]
    found = await fetch(server, BOT, key)  # type: ignore[arg-type]
    assert found.public_keys() == identity.public_keys()
    assert not pending.path.exists()


async def test_nothing_in_clear_leaves_or_stays(identity: Identity, pending: SealedFile) -> None:
    server, key = FakeServer(identity), draw_pending(pending)
    sealed = pending.path.read_bytes()
    assert key.raw not in sealed
    assert key.text.encode() not in sealed
    await publish_once(server, identity, pending)  # type: ignore[arg-type]
    from pc_matrix.homeserver.signing import unpadded

    secrets = [identity.master.seed(), identity.self_signing.seed(), identity.user_signing.seed()]
    for secret in (key.raw, *secrets):
        assert unpadded(secret) not in str(server.data)


async def test_without_a_waiting_key_nothing_is_said(
    identity: Identity, pending: SealedFile
) -> None:
    server = FakeServer(identity)
    await publish_once(server, identity, pending)  # type: ignore[arg-type]
    assert server.puts == 0


@pytest.mark.parametrize("at", range(1, 9))
async def test_interrupted_anywhere_the_next_run_ends_it(
    identity: Identity, pending: SealedFile, at: int
) -> None:
    server, older = FakeServer(identity), StorageKey.draw()
    await offer(server, identity, older)  # type: ignore[arg-type]
    server.puts, server.fails_at = 0, at
    key = draw_pending(pending)
    with pytest.raises(ServerUnreachable):
        await publish_once(server, identity, pending)  # type: ignore[arg-type]
    assert pending.path.exists()
    # At no moment is there no key that opens: until the new one is proven, the older one does.
    if at <= 5:
        await fetch(server, BOT, older.key)  # type: ignore[arg-type]
    else:
        await fetch(server, BOT, key)  # type: ignore[arg-type]
    await publish_once(server, identity, pending)  # type: ignore[arg-type]
    await fetch(server, BOT, key)  # type: ignore[arg-type]
    assert not pending.path.exists()
    assert server.data["m.secret_storage.default_key"]["key"] != older.id
    with pytest.raises(InputError, match="pas celle de ce bot"):
        await fetch(server, BOT, older.key)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["m.secret_storage.default_key", MASTER, "description"])
async def test_a_server_that_loses_it_does_not_make_us_forget_the_key(
    identity: Identity, pending: SealedFile, kind: str
) -> None:
    server = FakeServer(identity)
    draw_pending(pending)
    waiting = pending.read()
    assert waiting is not None
    server.loses = f"m.secret_storage.key.{waiting['id']}" if kind == "description" else kind
    with pytest.raises(StoreError):
        await publish_once(server, identity, pending)  # type: ignore[arg-type]
    assert pending.read() == waiting


async def test_a_server_that_refuses_is_told_and_the_key_kept(
    identity: Identity, pending: SealedFile
) -> None:
    server = FakeServer(identity)
    server.refuses = True
    draw_pending(pending)
    with pytest.raises(StoreError, match="refuse de garder"):
        await publish_once(server, identity, pending)  # type: ignore[arg-type]
    assert pending.path.exists()


async def test_a_lost_key_is_replaced_beside_and_then_shut_out(identity: Identity) -> None:
    server, lost, new = FakeServer(identity), StorageKey.draw(), StorageKey.draw()
    await offer(server, identity, lost)  # type: ignore[arg-type]
    await offer(server, identity, new)  # type: ignore[arg-type]
    for either in (lost, new):
        found = await fetch(server, BOT, either.key)  # type: ignore[arg-type]
        assert found.master.public == identity.master.public
    await shut_out_others(server, identity, new)  # type: ignore[arg-type]
    await fetch(server, BOT, new.key)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        await fetch(server, BOT, lost.key)  # type: ignore[arg-type]


async def test_no_secret_storage(identity: Identity) -> None:
    with pytest.raises(StoreError, match="ne garde pas l'identité"):
        await fetch(FakeServer(identity), BOT, RecoveryKey.draw())  # type: ignore[arg-type]


async def test_another_key_even_when_its_description_is_hidden(identity: Identity) -> None:
    server, right = FakeServer(identity), StorageKey.draw()
    await offer(server, identity, right)  # type: ignore[arg-type]
    for description in ({"mac": None}, {}):
        server.data[f"m.secret_storage.key.{right.id}"] |= description
        with pytest.raises(InputError, match="pas celle de ce bot"):
            await fetch(server, BOT, RecoveryKey.draw())  # type: ignore[arg-type]


def _another_master(keys: Json, other: Identity) -> None:
    keys["master_keys"][BOT] = other.public_keys()["master_key"]


def _another_user_signing(keys: Json, other: Identity) -> None:
    keys["user_signing_keys"][BOT] = other.public_keys()["user_signing_key"]


def _unsigned(keys: Json, other: Identity) -> None:
    del keys["self_signing_keys"][BOT]["signatures"]


def _signed_by_another(keys: Json, other: Identity) -> None:
    key = {k: v for k, v in keys["user_signing_keys"][BOT].items() if k != "signatures"}
    keys["user_signing_keys"][BOT] = other.master.sign(key, BOT)


def _none(keys: Json, other: Identity) -> None:
    keys.clear()


@pytest.mark.parametrize(
    "forge", [_another_master, _another_user_signing, _unsigned, _signed_by_another, _none]
)
async def test_a_server_that_publishes_something_else_is_not_believed(
    identity: Identity, forge: object
) -> None:
    server, right = FakeServer(identity), StorageKey.draw()
    await offer(server, identity, right)  # type: ignore[arg-type]
    forge(server.keys, draw(BOT))  # type: ignore[operator]
    with pytest.raises(StoreError, match="n'est pas celle que le serveur publie"):
        await fetch(server, BOT, right.key)  # type: ignore[arg-type]


async def test_an_identity_is_never_drawn_over_one_that_is_elsewhere(
    identity: Identity, tmp_path: Path
) -> None:
    file = SealedFile(tmp_path / "identity.sealed", f"identity:{BOT}", Vault(b"k" * 32))
    with pytest.raises(PcError, match="déjà une identité") as caught:
        await own(FakeServer(identity), file, BOT)  # type: ignore[arg-type]
    assert "trust restore" in caught.value.remedy
    assert not file.path.exists()
    first = await own(FakeServer(None), file, BOT)  # type: ignore[arg-type]
    again = await own(FakeServer(first), file, BOT)  # type: ignore[arg-type]
    assert again.public_keys() == first.public_keys()


def test_a_kept_identity_is_the_same_when_read(identity: Identity, tmp_path: Path) -> None:
    file = SealedFile(tmp_path / "identity.sealed", f"identity:{BOT}", Vault(b"k" * 32))
    assert kept(file, BOT) is None
    keep(file, identity)
    read = kept(file, BOT)
    assert read is not None
    assert read.public_keys() == identity.public_keys()
