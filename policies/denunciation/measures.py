"""How well the filter decides: shares of judged examples, with what so few can tell.

The measures are those of the scheme's score script, under the same names in JSON.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from policies.denunciation.examples import LABELS, Judged, stands_in
from policies.denunciation.verdict import Decision

_Z = 1.96
_FEWEST = 3
"""A phenomenon of fewer examples tells nothing."""
_PAIRS = ("minpair", "pair")
"""Marks of minimal pairs: no phenomenon."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` out of ``total``."""

    count: int
    total: int

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; ``None`` of nothing, which is neither good nor bad."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true rate lies, 95 times of 100 (Wilson 1927); ``None`` of nothing."""
        if not self.total:
            return None
        n, p = self.total, self.count / self.total
        middle = p + _Z * _Z / (2 * n)
        reach = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        scale = 1 + _Z * _Z / n
        return (middle - reach) / scale, (middle + reach) / scale


@dataclass(frozen=True, slots=True)
class Measures:
    """What a filter is measured by; *harmless* are the messages to relay or to mask."""

    examples: int
    to_return: int
    to_redact: int
    to_relay: int
    right: Share
    """Of all: decided as they should be."""
    returned: Share
    """Of denunciations: returned."""
    kept_in: Share
    """Of denunciations: returned or held, so that nothing leaves by itself."""
    held_denunciations: Share
    false_returns: Share
    """Of harmless messages: returned."""
    false_returns_relay: Share
    false_returns_redact: Share
    held_harmless: Share
    names_gone: Share
    """Of messages to mask that were masked: no name is left."""
    names_left: Share
    """Of all messages to mask: they leave with a name that should be masked."""
    facts_kept: Share
    """Of the facts of masked messages that must stay: they stayed."""
    altered: Share
    """Of messages to relay that leave: their text changed."""
    explained: Share
    """Of decisions other than to relay: they say which words are the reason."""

    @property
    def leaked(self) -> int:
        """How many denunciations leave."""
        return self.kept_in.total - self.kept_in.count


def measured(judged: Sequence[Judged]) -> Measures:
    """The measures of these examples."""
    returns, redacts, relays = ([j for j in judged if j.example.label is x] for x in LABELS[::-1])
    harmless = redacts + relays
    masked = [j for j in redacts if _is(Decision.REDACT)(j)]
    facts = [(fact, j.verdict.text) for j in masked for fact in j.example.must_keep]
    return Measures(
        examples=len(judged),
        to_return=len(returns),
        to_redact=len(redacts),
        to_relay=len(relays),
        right=_share(judged, lambda j: j.is_right),
        returned=_share(returns, _is(Decision.RETURN)),
        kept_in=_share(returns, lambda j: not j.leaves),
        held_denunciations=_share(returns, _is(Decision.HOLD)),
        false_returns=_share(harmless, _is(Decision.RETURN)),
        false_returns_relay=_share(relays, _is(Decision.RETURN)),
        false_returns_redact=_share(redacts, _is(Decision.RETURN)),
        held_harmless=_share(harmless, _is(Decision.HOLD)),
        names_gone=_share(masked, lambda j: not j.still_names),
        names_left=_share(redacts, lambda j: j.leaves and j.still_names),
        facts_kept=Share(sum(stands_in(*fact) for fact in facts), len(facts)),
        altered=_share([j for j in relays if j.leaves], lambda j: j.is_altered),
        explained=_share(
            [j for j in judged if j.verdict.decision is not Decision.RELAY],
            lambda j: bool(j.verdict.findings),
        ),
    )


def confusion(judged: Iterable[Judged]) -> Mapping[tuple[Decision, Decision], int]:
    """How many examples of each label got each decision: ``[label, decision]``."""
    return Counter((j.example.label, j.verdict.decision) for j in judged)


def by_noise(judged: Iterable[Judged]) -> Mapping[str, Measures]:
    """The measures for each way of writing that is named, by name."""
    return _measured_by(judged, lambda j: j.example.noise)


def by_origin(judged: Iterable[Judged]) -> Mapping[str, Measures]:
    """The measures of the matched examples for each origin of the names in them."""
    return _measured_by((j for j in judged if j.example.matched), lambda j: j.example.origin)


def by_phenomenon(judged: Iterable[Judged]) -> Sequence[tuple[str, Share]]:
    """How many are right of each phenomenon that three or more examples show, worst first."""
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        for phenomenon in one.example.phenomena:
            if not phenomenon.startswith(_PAIRS):
                groups[phenomenon].append(one)
    shares = [
        (name, _share(group, lambda j: j.is_right))
        for name, group in groups.items()
        if len(group) >= _FEWEST
    ]
    return sorted(shares, key=lambda found: found[1].count / found[1].total)


def name_sways(judged: Iterable[Judged]) -> Mapping[str, tuple[Decision, ...]]:
    """The matched sentences whose decision depends on the name in them, with their decisions."""
    decisions: defaultdict[str, set[Decision]] = defaultdict(set)
    for one in judged:
        if one.example.matched:
            decisions[one.example.template].add(one.verdict.decision)
    return {
        name: tuple(sorted(found)) for name, found in sorted(decisions.items()) if len(found) > 1
    }


def _measured_by(judged: Iterable[Judged], key: Callable[[Judged], str]) -> Mapping[str, Measures]:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[key(one)].append(one)
    return {name: measured(group) for name, group in sorted(groups.items()) if name}


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> Share:
    return Share(sum(map(holds, judged)), len(judged))


def _is(decision: Decision) -> Callable[[Judged], bool]:
    return lambda j: j.verdict.decision is decision
