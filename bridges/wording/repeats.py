"""What is said when several people tell of the same event."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.wording.catalogue import text
from bridges.wording.notice import Block, Notice, Paragraph, Quote, Title, notice
from bridges.wording.relay import ReportFacts, beside, context
from policies.changes import Wish
from policies.steps import Standing
from policies.terms import Person


def also(language: str, facts: ReportFacts, words: str) -> Notice:
    """In a report's thread: somebody else's message on the same event, with its own words."""
    return notice(
        Title(_seen_by(language, facts.people)),
        Paragraph(context(language, facts)),
        Quote(words),
        *(Paragraph(line) for line in beside(language, facts)),
    )


def merged_told(
    referent: Person, number: str, people: int, stands: Standing, masked: Sequence[str] = ()
) -> Notice:
    """To the référent: the authorities know of it, and have his message beside the first one."""
    language = referent.language
    blocks: list[Block] = [
        Title(text(language, "merged.title", number=number)),
        Paragraph(f"{text(language, 'merged.body')} {_seen_by(language, people)}."),
    ]
    if stands is Standing.TAKEN_UP:
        blocks.append(Paragraph(text(language, "merged.taken-up")))
    if masked:
        blocks.append(Paragraph(text(language, "relayed.masked", authorities=", ".join(masked))))
    blocks.append(Paragraph(text(language, "merged.urgent")))
    return notice(*blocks, mentions=(referent.user_id,))


def part_withdrawn(language: str, number: str, wish: Wish) -> Notice:
    """In the thread: one of the messages is taken away, and the report stands."""
    return notice(
        Title(text(language, "merged.withdrawn.title", number=number)),
        Paragraph(text(language, f"change.withdrawn.{wish.value}")),
        Paragraph(text(language, "merged.withdrawn.stands")),
    )


def part_withdrawn_told(referent: Person, number: str, wish: Wish) -> Notice:
    """To its référent: his message is taken away from the report, which others told of, too."""
    made = part_withdrawn(referent.language, number, wish)
    return Notice(made.body, made.html, (referent.user_id,))


def _seen_by(language: str, people: int) -> str:
    """« Signalé par 3 personnes »; of one, or where nobody can tell any more: told once more."""
    if people < 2:
        return text(language, "merged.again")
    return text(language, "merged.people", people=people)
