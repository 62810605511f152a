"""The messages of ``tests/cases/filter`` that the filter is known to get wrong, as a table.

``scripts/still-wrong`` writes it anew, after a training or a change of thresholds; the tests keep
it from growing otherwise, and say how long it may ever be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policies.denunciation.verdict import Decision
from tests.language.corpus import FILES, FOLDER, Case, cases, plain
from tests.language.decided import decided

TABLE = FOLDER / "still_wrong.tsv"
HEADER = """\
# Messages that the filter is known to get wrong. Written by scripts/still-wrong; not to be edited.
# how it was written, what the rules ask for, what is decided (or "name left"), the message
"""
ALL = tuple(dict.fromkeys(case for file in FILES for case in cases(file)))


def shouted(text: str) -> str:
    return plain(text).upper()


WRITTEN: dict[str, Callable[[str], str]] = {"as written": str, "plain": plain, "shouted": shouted}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A message that is decided otherwise than ``expected``, or that leaves a name."""

    written: str
    expected: Decision
    outcome: str
    text: str


def outcome(case: Case, written: str) -> str:
    """The decision on ``case``, or ``name left`` where it is right but a name is not masked."""
    verdict = decided(WRITTEN[written](case.text))
    if verdict.decision is not case.decision:
        return verdict.decision.value
    left = plain(verdict.text)
    named = (rf"(?<!\w){re.escape(plain(name))}(?!\w)" for name in case.masked)
    return "name left" if any(re.search(n, left) for n in named) else verdict.decision.value


def found() -> Iterator[Wrong]:
    """What is wrong now, in the order of the files."""
    for written in WRITTEN:
        for case in ALL:
            said = outcome(case, written)
            if said != case.decision.value:
                yield Wrong(written, case.decision, said, case.text)


def known() -> frozenset[Wrong]:
    """What the table says."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return frozenset(Wrong(written, Decision(e), said, text) for written, e, said, text in rows)


def main() -> None:
    rows = list(found())
    lines = ("\t".join((w.written, w.expected.value, w.outcome, w.text)) for w in rows)
    TABLE.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    for written in WRITTEN:
        count = sum(w.written == written for w in rows)
        sys.stdout.write(f"{written}: {count} of {len(ALL)} wrong\n")


if __name__ == "__main__":
    main()
