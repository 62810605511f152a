"""What follows a message's changes, put together: flags and their aftermath share one judgement."""

from __future__ import annotations

from bridges.change_ports import MailChanges
from bridges.changes import Changes
from bridges.composing import Composing
from bridges.copies import Copies
from bridges.enclosing import Enclosing
from bridges.judging import Judging
from bridges.ports import Language
from bridges.rewording import Rewording
from bridges.to_authority import ToAuthority
from bridges.withdrawals import Withdrawals
from pc_matrix.homeserver.aftermath import Aftermath
from pc_matrix.house import House, VaultFingerprint
from pc_matrix.voice import Voice


def follow(
    house: House,
    voice: Voice,
    language: Language,
    aftermath: Aftermath,
    mails: MailChanges | None,
    enclosing: Enclosing,
) -> Changes:
    """One commune's, with its ``to_authority`` inside."""
    book, clock, fingerprint = house.book, house.clock, VaultFingerprint(house.vault)
    copies, composing = Copies(voice, aftermath, book, clock), Composing(voice, book)
    judging = Judging(voice, book, language, composing)
    to_authority = ToAuthority(
        voice, voice, book, language, fingerprint, clock, enclosing, composing
    )
    return Changes(
        voice,
        aftermath,
        book,
        judging,
        to_authority,
        Rewording(voice, copies, book, judging, fingerprint, clock, mails, enclosing),
        Withdrawals(voice, copies, book, mails, clock, to_authority.set_free),
        clock,
    )
