"""Prevention bulletins: their preview, themselves, and the account of where they went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bridges.wording.catalogue import how, text
from bridges.wording.dates import moment
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Quote, Title, notice
from policies.addressees import UnknownSectors
from policies.broadcast import Bulletin
from policies.bulletin_care import Concern
from policies.bulletins import Posting
from policies.refusal import Refusal
from policies.terms import Commune, Directory, Person

_EVERYBODY = re.compile(r"@(?=room\b)", re.IGNORECASE)
_SILENT = "@\u2060"
"""A character that shows nothing: « @room » is read, and rings nowhere."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an officer is told of a bulletin besides its words."""

    number: int
    sectors: tuple[str, ...]
    people: int
    is_correction: bool = False
    held_until: datetime | None = None
    time_zone: str = "Europe/Paris"
    by_reaction: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """Where it is; ``faults`` and ``unsure`` by the sectors' codes, tried again ``until`` then."""

    number: int
    rooms: int
    faults: Mapping[str, str]
    unsure: Sequence[str]
    until: datetime | None = None
    is_correction: bool = False


def preview(
    officer: Person,
    bulletin_: Bulletin,
    facts: Facts,
    concerns: Sequence[Concern],
    room_language: str,
) -> Notice:
    """To the officer, before it leaves: the bulletin as it will be read, where, and by how many."""
    language = officer.language
    kind = "correction" if facts.is_correction else "preview"
    blocks: list[Block] = [
        Title(text(language, f"bulletin.{kind}.title", number=facts.number)),
        Paragraph(
            text(
                language,
                f"bulletin.{kind}.body",
                sectors=", ".join(facts.sectors),
                rooms=len(facts.sectors),
                people=facts.people,
            )
        ),
        *_as_read(room_language, bulletin_, _silent(bulletin_.text)),
    ]
    if concerns:
        blocks.append(Paragraph(text(language, "bulletin.delicate")))
        blocks.append(Bullets(_reasons(language, concerns)))
    if facts.held_until is not None:
        at = moment(language, facts.held_until, facts.time_zone)
        blocks.append(Paragraph(text(language, "bulletin.preview.night", moment=at)))
    blocks.append(Paragraph(how(language, "bulletin.preview.how", by_reaction=facts.by_reaction)))
    return notice(*blocks, mentions=(officer.user_id,))


def bulletin(language: str, bulletin_: Bulletin) -> Notice:
    """To a sector room: an authority's prevention advice. Only an urgent one rings everybody."""
    rings = bulletin_.urgent and _EVERYBODY.search(bulletin_.text) is not None
    words = bulletin_.text if bulletin_.urgent else _silent(bulletin_.text)
    return replace(notice(*_as_read(language, bulletin_, words)), rings_room=rings)


def _as_read(language: str, bulletin_: Bulletin, words: str) -> tuple[Block, ...]:
    key = "bulletin.title.urgent" if bulletin_.urgent else "bulletin.title"
    return (
        Title(text(language, key, authority=bulletin_.authority.name)),
        Quote(words),
        Paragraph(text(language, "bulletin.footer")),
    )


def _silent(words: str) -> str:
    return _EVERYBODY.sub(_SILENT, words)


def _reasons(language: str, concerns: Iterable[Concern]) -> tuple[str, ...]:
    return tuple(
        text(language, f"bulletin.delicate.{one.kind.value}", words=one.words) for one in concerns
    )


def question(
    officer: Person, number: int, concerns: Sequence[Concern], *, by_reaction: bool
) -> Notice:
    """The second question about a delicate one, after the officer's first yes."""
    language = officer.language
    return notice(
        Title(text(language, "bulletin.question.title", number=number)),
        Bullets(_reasons(language, concerns)),
        Paragraph(how(language, "bulletin.question.how", by_reaction=by_reaction)),
        mentions=(officer.user_id,),
    )


def held(
    officer: Person, number: int, until: datetime, time_zone: str, *, by_reaction: bool
) -> Notice:
    """It is confirmed and waits for the morning."""
    language = officer.language
    at = moment(language, until, time_zone)
    return notice(
        Title(text(language, "bulletin.held.title", number=number, moment=at)),
        Paragraph(how(language, "bulletin.held.how", by_reaction=by_reaction)),
        mentions=(officer.user_id,),
    )


def cancelled(officer: Person, number: int, *, still_out: bool) -> Notice:
    return _ended(officer, "bulletin.cancelled", number, still_out=still_out)


def lapsed(officer: Person, number: int, *, still_out: bool) -> Notice:
    return _ended(officer, "bulletin.lapsed", number, still_out=still_out)


def _ended(officer: Person, key: str, number: int, *, still_out: bool) -> Notice:
    blocks = [Paragraph(text(officer.language, key, number=number))]
    if still_out:
        blocks.append(Paragraph(text(officer.language, "bulletin.still-out", number=number)))
    return notice(*blocks, mentions=(officer.user_id,))


def stopped(officer: Person, number: int, refusal: Refusal) -> Notice:
    """What was confirmed may not leave any more, or not to more rooms."""
    language = officer.language
    return notice(
        Title(text(language, "bulletin.stopped", number=number)),
        Paragraph(text(language, f"refusal.{refusal.value}")),
        mentions=(officer.user_id,),
    )


def unknown_sectors(officer: Person, unknown: UnknownSectors, commune: Commune) -> Notice:
    """Asked back: which sectors there are, and which may have been meant."""
    language = officer.language
    blocks: list[Block] = [Title(text(language, "refused.title"))]
    if unknown.typed:
        typed = ", ".join(f"« {one[:40]} »" for one in unknown.typed[:5])
        blocks.append(Paragraph(text(language, "bulletin.sector.unknown", typed=typed)))
    if unknown.near:
        near = ", ".join(sector_names(commune, unknown.near))
        blocks.append(Paragraph(text(language, "bulletin.sector.near", sectors=near)))
    known = ", ".join(s.name for s in commune.sectors[:60])
    blocks.append(Paragraph(text(language, "bulletin.sector.known", sectors=known)))
    blocks.append(Paragraph(text(language, "refusal.unknown-sector")))
    return notice(*blocks, mentions=(officer.user_id,))


def progress(language: str, number: int, done: int, rooms: int) -> Notice:
    return notice(
        Paragraph(text(language, "bulletin.progress", number=number, done=done, rooms=rooms))
    )


def account(officer: Person, found: Account, commune: Commune) -> Notice:
    """To the officer: in how many rooms it is, which it did not reach, why, and what to do."""
    language = officer.language
    key = "bulletin.account.corrected" if found.is_correction else "bulletin.account"
    blocks: list[Block] = [
        Paragraph(text(language, key, number=found.number, rooms=found.rooms)),
        *_missing(language, found, commune),
    ]
    if found.until is not None:
        at = moment(language, found.until, commune.time_zone)
        blocks.append(Paragraph(text(language, "bulletin.account.goes-on", moment=at)))
    blocks.append(Paragraph(text(language, "bulletin.account.how", number=found.number)))
    return notice(*blocks, mentions=(officer.user_id,))


def withdrawn(officer: Person, found: Account, commune: Commune) -> Notice:
    """To the officer: from how many rooms it was taken away, and where it may still stand."""
    language = officer.language
    return notice(
        Paragraph(text(language, "bulletin.withdrawn", number=found.number, rooms=found.rooms)),
        *_missing(language, found, commune),
        mentions=(officer.user_id,),
    )


def _missing(language: str, found: Account, commune: Commune) -> list[Block]:
    blocks: list[Block] = []
    for fault in sorted(set(found.faults.values())):
        codes = [code for code, one in found.faults.items() if one == fault]
        names = ", ".join(sector_names(commune, codes))
        blocks.append(Paragraph(text(language, f"bulletin.fault.{fault}", sectors=names)))
    if found.unsure:
        names = ", ".join(sector_names(commune, found.unsure))
        blocks.append(Paragraph(text(language, "bulletin.uncertain", sectors=names)))
    return blocks


def taken_back(language: str, authority: str) -> Notice:
    """To a sector room: the authority took its message back, and nothing of what it said."""
    return notice(Paragraph(text(language, "bulletin.taken-back", authority=authority)))


def sector_names(commune: Commune, codes: Iterable[str]) -> tuple[str, ...]:
    """The sectors' names in the commune's order; nobody needs to know their codes."""
    wanted = set(codes)
    return tuple(s.name for s in commune.sectors if s.code in wanted)


def authority_name(commune: Commune, posting: Posting, directory: Directory) -> str:
    """The name of the authority in whose room it was written."""
    key = directory.key_of(posting.room_id)
    code = key.code if key is not None else ""
    return next((a.name for a in commune.authorities if a.code == code), commune.name)
