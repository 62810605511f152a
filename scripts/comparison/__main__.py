"""Measure filters on one part of the corpus, and print one table.

scripts/compare [--part validation|test] [--systems ours,keywords,…] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from comparison import corpus, origins, table
from comparison.results import Result
from comparison.systems import SYSTEMS, System, UnansweredError, judged
from policies.denunciation.examples import Example


def result(system: System, written: Sequence[Sequence[Example]]) -> Result:
    """``written`` are the messages of each writer."""
    everything = [one for messages in written for one in messages]
    pairs = [pair for messages in written for pair in corpus.minimal_pairs(messages)]
    decided, pace = judged(system, everything)
    matched, _ = judged(system, origins.matched())
    return Result(system, decided, matched, tuple(pairs), pace)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    known = [system.key for system in SYSTEMS]
    options = argparse.ArgumentParser(
        prog="scripts/compare", description="Our filter beside others, on the same messages."
    )
    options.add_argument(
        "--part",
        choices=("validation", "test"),
        default="validation",
        help="whose messages; test is for figures to publish, never for tuning",
    )
    options.add_argument(
        "--systems",
        type=lambda names: _systems(names, known),
        default=known,
        help=f"which, separated by commas: {', '.join(known)} (all)",
    )
    options.add_argument("--json", action="store_true", help="JSON instead of Markdown")
    return options.parse_args(arguments)


def _systems(names: str, known: Sequence[str]) -> list[str]:
    asked = names.split(",")
    for name in asked:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return asked


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    by_writer = corpus.messages(options.part)
    chosen = [system for system in SYSTEMS if system.key in options.systems]
    results = []
    for system in chosen:
        print(f"compare: {system.title}", file=sys.stderr)
        try:
            results.append(result(system, list(by_writer.values())))
        except UnansweredError as fault:
            print(f"compare: {fault}", file=sys.stderr)
            return 1
    about = (options.part, list(by_writer), results)
    if options.json:
        print(json.dumps(table.as_json(*about), ensure_ascii=False, indent=1))
    else:
        print(table.markdown(*about))
    return 0


if __name__ == "__main__":
    sys.exit(main())
