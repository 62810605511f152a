"""The composition root: the only file that names every concrete class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bridges.alerts import Alerts
from bridges.carrier import Carrier
from bridges.certificate_news import CertificateNews
from bridges.feedback import Feedback
from bridges.help import Help
from bridges.judging import Judging
from bridges.ports import Language
from bridges.to_authority import ToAuthority
from bridges.to_mail import ToMail
from bridges.to_sectors import ToSectors
from bridges.verifications import VerificationNews
from bridges.wording.welcome import CHARTER_VERSION
from pc_matrix import settings
from pc_matrix.book import Book
from pc_matrix.bot import Bot
from pc_matrix.charters import Charters
from pc_matrix.errors import SessionInUse
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.opening import Place, log_in, open_session
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.homeserver.session import Session
from pc_matrix.identities import Identities
from pc_matrix.language import load_with
from pc_matrix.mail import Post, Signer, signer
from pc_matrix.provisioning import Charters as CharterHook
from pc_matrix.provisioning import Progress, Provisioner
from pc_matrix.provisioning.ports import silent
from pc_matrix.registry import Registry
from pc_matrix.settings import Settings
from pc_matrix.upkeep import Upkeep
from pc_matrix.vault import Vault
from pc_matrix.verifications import Verifications
from pc_matrix.voice import Voice
from pc_matrix.watch import Watch
from policies.charter import KINDS
from policies.pinning import PinRule, rule_of
from policies.readers import readers
from policies.terms import RoomId

_WAIT_FOR_BOT = 30  # seconds, asked once a second


class SystemClock:
    """The time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VaultFingerprint:
    """``Fingerprint`` by the vault's keyed digest."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, text: str) -> str:
        return self._vault.digest(text, "shown-text")


@dataclass(frozen=True, slots=True)
class House:
    """One commune's settings, vault and open registry."""

    settings: Settings
    vault: Vault
    registry: Registry
    clock: SystemClock

    @property
    def book(self) -> Book:
        return Book(self.registry, self.settings.commune, self.clock)

    @property
    def place(self) -> Place:
        """Where this commune's encrypted session lives."""
        s = self.settings
        return Place(
            base_url=s.homeserver_url,
            user_id=s.bot,
            password=s.secrets.bot_password(s.commune.code),
            directory=s.session_dir,
            lock=s.session_lock,
        )

    def entitled(self, room_id: str) -> frozenset[str]:
        """Who may read ``room_id`` by the registry, now; nobody when it is not the commune's."""
        given = readers(self.book.directory(), self.clock.now())
        return frozenset(given.get(RoomId(room_id), frozenset()))

    def pin_rule(self, room_id: str) -> PinRule:
        """What ``room_id`` asks of an identity: the commune's file says it by kind of room."""
        commune = self.settings.commune
        return rule_of(self.registry.rooms(commune.code).get(RoomId(room_id)), commune)


@contextmanager
def open_house(home: Path, commune: str | None) -> Iterator[House]:
    """The house of one commune; its registry is closed at the end.

    Raises ``SettingsError``, ``RegistryError`` and ``StoreError``.
    """
    read = settings.load(home, commune)
    vault = Vault(read.secrets.vault_key())
    clock = SystemClock()
    with Registry.open(read.database_url, vault) as registry:
        registry.declare(read.commune, clock.now())
        yield House(read, vault, registry, clock)


@asynccontextmanager
async def open_provisioner(
    house: House, progress: Progress = silent, *, prepare: bool = False
) -> AsyncIterator[Provisioner]:
    """What plans and applies, with the bot's own rights.

    ``prepare`` first publishes the bot's identity: its device has to be signed before the first
    room, or nobody could ever read what it says there. A plan alone changes nothing, not even that.
    """
    if prepare:
        await _begin_session(house)
    login = await log_in(house.place, house.vault)
    token = house.settings.secrets.admin_token
    base_url = house.settings.homeserver_url
    async with (
        MatrixHttp(base_url, login.token) as http,
        MatrixHttp(base_url, token.get_secret_value() if token else None) as admin_http,
    ):
        yield Provisioner(
            Rooms(http),
            SynapseAdmin(admin_http) if token else None,
            house.registry,
            house.settings.commune,
            house.clock.now,
            progress,
            CharterHook(CHARTER_VERSION, lambda: _post_charters(house)),
        )


@asynccontextmanager
async def open_bot(house: House) -> AsyncIterator[Bot]:
    """The commune's bot, ready to run.

    Its language knows the commune's own lists as they are now. Raises ``SettingsError`` when these
    have faults, ``SessionInUse`` when a bot runs already, and what opening a session raises.
    """
    book, commune, clock = house.book, house.settings.commune, house.clock
    language = load_with(house.settings.own_lists)
    async with _session(house) as session, open_provisioner(house) as provisioner:
        voice = Voice(session)
        upkeep = Upkeep(
            book.directory,
            provisioner.enforce,
            Charters(house.registry, commune, voice, clock),
            clock,
        )
        yield Bot(
            session,
            book,
            _carrier(house, voice, language),
            upkeep,
            Alerts(voice, book, clock),
            Watch(book, clock),
            Verifications(
                session.verification_line(),
                book,
                VerificationNews(voice, clock),
                session.incidents,
                clock,
            ),
            _to_mail(house, voice, language),
        )


def _carrier(house: House, voice: Voice, language: Language) -> Carrier:
    book, clock = house.book, house.clock
    fingerprint = VaultFingerprint(house.vault)
    return Carrier(
        ToAuthority(voice, voice, book, language, fingerprint, clock),
        ToSectors(voice, voice, book, clock, lambda room_id: len(house.entitled(room_id))),
        Feedback(voice, voice, book, clock),
        Help(voice, clock),
    )


def _to_mail(house: House, voice: Voice, language: Language) -> ToMail | None:
    post, book, clock = open_post(house), house.book, house.clock
    if post is None:
        return None
    judging, fingerprint = Judging(voice, book, language), VaultFingerprint(house.vault)
    news = CertificateNews(post, voice, book, clock)
    return ToMail(post, voice, book, judging, fingerprint, news, clock)


def open_post(house: House) -> Post | None:
    """The commune's mail server, ``None`` when its file names none.

    Raises ``StoreError`` when the key that signs mails cannot be read or made.
    """
    server, signing = house.settings.mail, mail_signer(house)
    if server is None or signing is None:
        return None
    name, certificates = house.settings.commune.name, house.settings.certificates
    return Post(server, name, certificates, signing, house.clock.now)


def mail_signer(house: House) -> Signer | None:
    """What signs the commune's mails, made at first use; ``None`` when it sends none."""
    s = house.settings
    if s.mail is None:
        return None
    now = house.clock.now()
    return signer(s.session_dir, s.bot, house.vault, s.commune.name, s.mail.sender, now)


def _session(house: House) -> AbstractAsyncContextManager[Session]:
    return open_session(house.place, house.vault, house.book, house.entitled, house.pin_rule)


async def _begin_session(house: House) -> None:
    """Publish the bot's identity, and begin to listen, unless a running bot did both."""
    try:
        async with _session(house) as session:
            await _begin_to_listen(house, session)
    except SessionInUse:
        return


async def _begin_to_listen(house: House, session: Session) -> None:
    """Learn the rooms; the first time, also note from where on the bot has to hear everything."""
    cursor = house.book.cursor()
    batch = await session.next(cursor, wait=0)
    if cursor is None:
        house.book.take_in([], batch.cursor)


async def _post_charters(house: House) -> int:
    """Post the charters that are due, or wait for the running bot, which does it by itself."""
    try:
        async with _session(house) as session:
            await _begin_to_listen(house, session)
            commune, voice = house.settings.commune, Voice(session)
            return await Charters(house.registry, commune, voice, house.clock).post()
    except SessionInUse:
        return await _wait_for_bot(house)


async def _wait_for_bot(house: House) -> int:
    before = _without_charter(house)
    for _ in range(_WAIT_FOR_BOT):
        if not _without_charter(house):
            break
        await asyncio.sleep(1)
    return before - _without_charter(house)


def _without_charter(house: House) -> int:
    code = house.settings.commune.code
    rooms = house.registry.rooms(code)
    lacking = house.registry.rooms_without_charter(code, CHARTER_VERSION)
    return sum(rooms[room_id].kind in KINDS for room_id in lacking if room_id in rooms)


@asynccontextmanager
async def open_identities(house: House) -> AsyncIterator[Identities]:
    """The commune's pinned identities, asked for with the bot's own access."""
    login = await log_in(house.place, house.vault)
    async with MatrixHttp(house.settings.homeserver_url, login.token) as http:
        yield Identities(house.registry, house.settings.commune, http, house.clock)
