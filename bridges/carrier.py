"""Which bridge carries what: one thing from the inbox in, its outcome out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from bridges.acceptance import Acceptance
from bridges.answers import Answers
from bridges.changes import Changes
from bridges.departure import Departures
from bridges.feedback import Feedback
from bridges.guided import Guided
from bridges.guided_changes import GuidedChanges
from bridges.help import Help
from bridges.histories import Histories
from bridges.linking import Linking
from bridges.names import Names
from bridges.outcome import Ignored, Outcome, Withdrawn
from bridges.to_authority import ToAuthority
from bridges.to_sectors import ToSectors
from policies.commands import CommandName
from policies.incoming import Consent, Edit, Incoming, Subject, Withdrawal
from policies.refusal import Refusal
from policies.terms import Answer, Command, Directory, EventId, Flag, Said, TakeUp

_AboutReports = Literal[CommandName.REPLY, CommandName.DROP, CommandName.HISTORY, CommandName.MINE]


@dataclass(frozen=True, slots=True)
class Carrier:
    """The directions of travel, together."""

    to_authority: ToAuthority
    to_sectors: ToSectors
    feedback: Feedback
    help: Help
    acceptance: Acceptance
    departures: Departures
    linking: Linking
    names: Names
    changes: Changes
    answers: Answers
    histories: Histories
    guided: Guided
    guided_changes: GuidedChanges

    async def carry(  # noqa: C901, PLR0911, PLR0912 - one answer a kind
        self, item: Incoming, directory: Directory
    ) -> Outcome:
        """Carry ``item``; carrying it again after a crash says nothing twice."""
        match item:
            case Flag():
                if await self.changes.is_taken_back(item):
                    return Withdrawn("")
                return await self.to_authority.carry(item, directory)
            case Subject():
                return await self._subject(item, directory)
            case Consent():
                return await self.names.consent(item, directory)
            case Answer():
                return await self._answer(item, directory)
            case TakeUp():
                if item.withdrawn and (gone := await self.to_sectors.redacted(item, directory)):
                    return gone
                acknowledged = await self.feedback.acknowledge(item, directory)
                return acknowledged or await self.to_sectors.confirm(item, directory) or Ignored()
            case Edit():
                return (
                    await self.to_sectors.edit(item, directory)
                    or await self.guided_changes.edit(item, directory)
                    or await self.changes.edit(item, directory)
                )
            case Withdrawal():
                return (
                    await self.to_sectors.redacted(item, directory)
                    or await self.guided_changes.withdraw(item, directory)
                    or await self.changes.withdraw(item, directory)
                )
            case Said():
                return await self.guided.hear(item, directory)
            case Command() if self.guided.takes(item, directory):
                return await self.guided.command(item, directory)
            case Command():
                return await self._command(item, directory)
            case _:
                assert_never(item)

    async def give_up(self, item: Incoming, directory: Directory) -> Outcome:
        """Tell whoever ``item`` is of that nothing can be made of it: he has to call."""
        return await self.help.broken(item, directory)

    async def _subject(self, item: Subject, directory: Directory) -> Outcome:
        """An answer to the question what a report is about, or to one of a guided report.

        Whoever is at a guided report answers that, unless he points at the other question.
        """
        is_guided = self.guided.is_at_one(item.sender) and not self.to_authority.has_asked(item)
        found = None if is_guided else await self.to_authority.subject(item, directory)
        if found is not None:
            return found
        under = item.target if item.sign else EventId("")
        said = Said(item.event_id, item.room_id, item.sender, under, item.sign)
        return await self.guided.hear(said, directory)

    async def _answer(self, item: Answer, directory: Directory) -> Outcome:
        return (
            await self.changes.answer(item, directory)
            or await self.guided.answer(item, directory)
            or await self.to_authority.answer(item, directory)
            or await self.acceptance.answer(item, directory)
            or await self.departures.answer(item, directory)
            or await self.guided.tapped(item, directory)
            or await self.to_sectors.decline(item, directory)
            or Ignored()
        )

    async def _command(  # noqa: C901, PLR0911 - one answer a command
        self, command: Command, directory: Directory
    ) -> Outcome:
        match CommandName(command.name):
            case (
                CommandName.REPLY | CommandName.DROP | CommandName.HISTORY | CommandName.MINE
            ) as about_reports:
                return await self._about_reports(about_reports, command, directory)
            case CommandName.BROADCAST:
                return await self.to_sectors.propose(command, directory)
            case CommandName.WITHDRAW:
                return await self.to_sectors.withdraw(command, directory)
            case CommandName.ACCEPT:
                return await self.acceptance.command(command, directory)
            case CommandName.LEAVE:
                return await self.departures.ask(command, directory)
            case CommandName.HELP:
                return await self.help.explain(command, directory)
            case CommandName.LINK:
                return await self.linking.link(command, directory)
            case CommandName.NEW:
                return await self.guided.begin(command, directory)
            case CommandName.FLAG:
                return await self.help.correct(command, Refusal.NOTHING_CHOSEN, directory)
            case CommandName.NAME:
                return await self.help.correct(command, Refusal.NOTHING_TO_NAME, directory)
            case CommandName.UNKNOWN:
                return await self.help.unknown(command, directory)
            case name:
                assert_never(name)

    async def _about_reports(
        self, name: _AboutReports, command: Command, directory: Directory
    ) -> Outcome:
        match name:
            case CommandName.REPLY:
                return await self.answers.reply(command, directory)
            case CommandName.DROP:
                return await self.answers.drop(command, directory)
            case CommandName.HISTORY:
                return await self.histories.show(command, directory)
            case CommandName.MINE:
                return await self.histories.mine(command, directory)
            case _:
                assert_never(name)
