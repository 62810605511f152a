"""The composition root: the only file that names every concrete class."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

from bridges.acceptance import Acceptance
from bridges.alerts import Alerts
from bridges.answers import Answers
from bridges.bulletin_desk import BulletinDesk
from bridges.bulletin_reading import BulletinReading
from bridges.carrier import Carrier
from bridges.certificate_news import CertificateNews
from bridges.changes import Changes
from bridges.composing import Composing
from bridges.corrections import Corrections
from bridges.departure import Departures
from bridges.enclosing import Enclosing
from bridges.escalation import Escalation
from bridges.feedback import Feedback
from bridges.first_calls import FirstCalls
from bridges.guided import Guided
from bridges.guided_changes import GuidedChanges
from bridges.help import Help
from bridges.histories import Histories
from bridges.judging import Judging
from bridges.knocks import Knocks
from bridges.linking import Linking
from bridges.names import Names
from bridges.ports import Clock, Language
from bridges.renewals import Renewals
from bridges.to_mail import ToMail
from bridges.to_sectors import ToSectors
from bridges.verifications import VerificationNews
from pc_matrix import settings
from pc_matrix.arrivals.doorkeeper import Doorkeeper, KnockBook
from pc_matrix.arrivals.foyer import Foyer, GuestVoice
from pc_matrix.beside import Beside
from pc_matrix.bot import Bot
from pc_matrix.charters import Charters
from pc_matrix.first_session import begin_session, post_charters, session_of
from pc_matrix.following import follow
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.aftermath import Aftermath
from pc_matrix.homeserver.guest_rooms import GuestRooms
from pc_matrix.homeserver.http import MatrixHttp
from pc_matrix.homeserver.in_flight import InFlight
from pc_matrix.homeserver.opening import http_of, log_in
from pc_matrix.homeserver.rooms import Rooms
from pc_matrix.house import House, SeenRooms, SystemClock, VaultFingerprint
from pc_matrix.identities import Identities
from pc_matrix.language import load_with
from pc_matrix.lookout import Lookout
from pc_matrix.mail import open_post
from pc_matrix.neighbours import MADE_BY_US, Elsewhere
from pc_matrix.pictures.opening import enclosing as open_enclosing
from pc_matrix.provisioning import Charters as CharterHook
from pc_matrix.provisioning import Enforcement, Progress, Provisioner, one_apply, pictures
from pc_matrix.provisioning.closing_accounts import Fate, close_account
from pc_matrix.provisioning.ports import silent
from pc_matrix.provisioning.welcoming import Welcoming
from pc_matrix.registry import Registry
from pc_matrix.registry.records import AccountState
from pc_matrix.room_faults import room_fault
from pc_matrix.upkeep import Upkeep
from pc_matrix.vault import Vault
from pc_matrix.verifications import Verifications
from pc_matrix.voice import Voice
from pc_matrix.watch import Watch
from policies.roles import server_of
from policies.terms import RoomId, UserId


@contextmanager
def open_house(home: Path, commune: str | None, clock: Clock | None = None) -> Iterator[House]:
    """The house of one commune; its registry is closed at the end. ``clock`` is the system's.

    Raises ``SettingsError``, ``RegistryError`` and ``StoreError``.
    """
    read = settings.load(home, commune)
    vault = Vault(read.secrets.vault_key())
    clock = clock or SystemClock()
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
        await begin_session(house)
    bots = await http_of(house.place, house.vault, InFlight())
    token = house.settings.secrets.admin_token
    base_url = house.settings.homeserver_url
    secret = token.get_secret_value() if token else None
    async with (
        bots as http,
        MatrixHttp(base_url, secret, in_flight=InFlight()) as admin_http,
    ):
        yield Provisioner(
            Rooms(http),
            SynapseAdmin(admin_http) if token else None,
            house.registry,
            house.settings.commune,
            house.clock.now,
            progress,
            CharterHook(house.settings.commune.charter_version, lambda: post_charters(house)),
            guard=house.guard,
            pictures=pictures(house.settings.images),
        )


async def close_account_of(
    house: House, user_id: UserId, state: AccountState, where: Elsewhere
) -> Fate:
    """Close an erased person's account, where we had made it and have an admin token.

    Never while another commune has that person: the last one that erases him closes it.
    """
    if server_of(user_id) != house.settings.server_name:
        return Fate.NOT_OURS
    if where.codes:
        return Fate.SHARED
    if where.unknown and state in MADE_BY_US:
        return Fate.UNSURE
    token = house.settings.secrets.admin_token
    if token is None:
        return await close_account(None, user_id, state)
    async with MatrixHttp(house.settings.homeserver_url, token.get_secret_value()) as http:
        return await close_account(SynapseAdmin(http), user_id, state)


@asynccontextmanager
async def open_bot(house: House) -> AsyncIterator[Bot]:
    """The commune's bot, ready to run.

    Its language knows the commune's own lists as they are now. Raises ``SettingsError`` when these
    have faults, ``SessionInUse`` or ``CommuneInUse`` when a bot runs already, and what opening a
    session raises.
    """
    book, commune, clock = house.book, house.settings.commune, house.clock
    language = load_with(house.settings.own_lists)
    home, hold = house.settings.session_dir.parent, house.hold()
    async with (
        session_of(house, hold) as session,
        open_provisioner(house) as provisioner,
        _as_bot(house) as http,
    ):
        voice = Voice(session)
        fingerprint = VaultFingerprint(house.vault)
        enclosing = open_enclosing(session, http, house.registry, commune, fingerprint, clock)
        knock_book = KnockBook(house.registry, commune, clock)
        enforcement = Enforcement(provisioner, book, commune.code, lambda: one_apply(home))
        own_rooms = provisioner.private_rooms()
        doorkeeper = Doorkeeper(enforcement, knock_book, Knocks(voice, knock_book, clock))
        upkeep = Upkeep(
            book.directory,
            doorkeeper.enforce,
            Charters(house.registry, commune, voice, clock),
            Renewals(voice, house.mandate_book, clock),
            clock,
            house.guard,
            Corrections(voice, book, clock),
            Welcoming(own_rooms.open, house.registry, commune, lambda: one_apply(home)),
        )
        guests = GuestRooms(http)
        foyer = Foyer(guests, GuestVoice(voice), house.registry, house.link_book, commune, clock)

        watch, to_mail = Watch(book, clock), _to_mail(house, voice, language, enclosing)
        aftermath = Aftermath(http, session.user_id)
        changes = follow(house, voice, language, aftermath, to_mail, enclosing)
        private = SeenRooms(own_rooms, session)
        reading = BulletinReading(voice, language, fingerprint, clock)
        carrier = _carrier(house, voice, language, private, foyer, changes, reading, enclosing)

        async def keep_up(moved: frozenset[RoomId]) -> timedelta | None:
            until_next = await upkeep(moved)
            await carrier.to_authority.expire(book.directory())
            await carrier.guided.lapse(book.directory())
            await doorkeeper.announce(book.directory())
            return until_next

        yield Bot(
            session,
            book,
            carrier,
            keep_up,
            Alerts(voice, book, clock),
            watch,
            Beside(
                Verifications(
                    session.verification_line(),
                    book,
                    VerificationNews(voice, clock),
                    session.incidents,
                    clock,
                ),
                foyer,
                to_mail,
                book.directory,
                lambda: watch.tell(session.incidents.drain()),
                Lookout(FirstCalls(voice, voice, language), book.directory, book.waiting),
                Escalation(voice, book, clock),
                BulletinDesk(voice, book, reading, room_fault, clock),
                hold.insist,
            ),
        )


@asynccontextmanager
async def open_rooms(house: House) -> AsyncIterator[Rooms]:
    """The commune's rooms with the bot's own rights, for one thing to be done in them."""
    async with _as_bot(house) as http:
        yield Rooms(http)


@asynccontextmanager
async def _as_bot(house: House) -> AsyncIterator[MatrixHttp]:
    login = await log_in(house.place, house.vault)
    async with MatrixHttp(house.settings.homeserver_url, login.token) as http:
        yield http


def _carrier(
    house: House,
    voice: Voice,
    language: Language,
    private: SeenRooms,
    foyer: Foyer,
    changes: Changes,
    reading: BulletinReading,
    enclosing: Enclosing,
) -> Carrier:
    book, mandates, clock = house.book, house.mandate_book, house.clock
    help_ = Help(voice, voice, private, clock)
    return Carrier(
        changes.to_authority,
        ToSectors(voice, voice, book, reading, clock, lambda room: len(house.entitled(room))),
        Feedback(voice, book, clock),
        help_,
        Acceptance(voice, mandates, clock),
        Departures(voice, voice, private, mandates, clock),
        Linking(GuestVoice(voice), voice, house.link_book, foyer, clock),
        Names(voice, voice, book),
        changes,
        Answers(voice, voice, book, clock),
        Histories(voice, voice, book, clock),
        Guided(
            voice, voice, book, language, changes.to_authority, help_, clock, enclosing.pictures
        ),
        GuidedChanges(changes, changes.cleaner, book, clock),
    )


def _to_mail(house: House, voice: Voice, language: Language, enclosing: Enclosing) -> ToMail | None:
    post = open_post(house.settings, house.vault, house.clock.now)
    if post is None:
        return None
    book, clock, fingerprint = house.book, house.clock, VaultFingerprint(house.vault)
    judging = Judging(voice, book, language, Composing(voice, book))
    news = CertificateNews(post, voice, book, clock)
    return ToMail(post, voice, book, judging, fingerprint, news, clock, enclosing)


@asynccontextmanager
async def open_identities(house: House) -> AsyncIterator[Identities]:
    """The commune's pinned identities, asked for with the bot's own access."""
    async with _as_bot(house) as http:
        yield Identities(house.registry, house.settings.commune, http, house.clock)
