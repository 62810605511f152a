"""How often a change that should not change a verdict does, on written messages, as a table.

A filter that has learnt is not perfectly steady: its rate is measured over the whole part
``validation`` of the corpus (``scripts/still-wrong`` writes it anew), and tested on a fifth of it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from policies.denunciation.verdict import Decision
from tests.language.changes import UNCHANGING, Change, accusation
from tests.language.corpus import FOLDER
from tests.language.decided import decided, stops
from tests.language.validation import Message, validation

TABLE = FOLDER / "changes.tsv"
HEADER = """\
# How often a verdict changes when it should not, on the corpus's part "validation". Written by
# scripts/still-wrong; not to be edited. sample: the fifth of it that the tests try.
# change, of (all or sample), messages tried, verdicts changed, denunciations that leave by it
"""
EVERY = 5


@dataclass(frozen=True, slots=True)
class Unsteady:
    """Of ``tried`` messages, those whose verdict changed; ``through``: denunciations that
    were stopped and now leave."""

    tried: int
    changed: tuple[str, ...]
    through: tuple[str, ...]


def sample() -> tuple[Message, ...]:
    return validation()[::EVERY]


def changed_text(name: str, change: Change, message: Message) -> str | None:
    """The same for the same message, whichever others are tried."""
    return change(message, Random(f"{name} {message.id}"))


def unsteady(name: str, messages: Sequence[Message]) -> Unsteady:
    pairs = [(m, changed_text(name, UNCHANGING[name], m)) for m in messages]
    tried = [(m, after) for m, after in pairs if after is not None]
    changed = [
        (m, after) for m, after in tried if decided(m.text).decision is not decided(after).decision
    ]
    through = [
        after
        for m, after in changed
        if m.label is Decision.RETURN and stops(m.text) and not stops(after)
    ]
    return Unsteady(len(tried), tuple(after for _, after in changed), tuple(through))


def accused(message: Message) -> str:
    """``message`` with an accusation of a named person after it."""
    text = changed_text("accusation", accusation, message)
    assert text is not None
    return text


def known() -> dict[tuple[str, str], tuple[int, int, int]]:
    """What the table says: (change, of) → tried, changed, let through."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {
        (name, of): (int(tried), int(changed), int(through))
        for name, of, tried, changed, through in rows
    }


def main() -> None:
    rows = []
    for name in UNCHANGING:
        for of, messages in (("all", validation()), ("sample", sample())):
            found = unsteady(name, messages)
            row = (name, of, found.tried, len(found.changed), len(found.through))
            rows.append("\t".join(map(str, row)))
            sys.stdout.write(f"{rows[-1]}\n")
            sys.stdout.flush()
    TABLE.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
