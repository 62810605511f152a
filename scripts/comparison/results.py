"""What one filter scored: the measures of the project, under the names of the score script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from comparison import origins
from comparison.systems import Pace, System
from policies.denunciation import measures
from policies.denunciation.examples import Example, Judged
from policies.denunciation.measures import Measures, Share, measured
from policies.denunciation.verdict import Decision


@dataclass(frozen=True, slots=True)
class Result:
    system: System
    written: tuple[Judged, ...]
    """The messages of the part."""
    matched: tuple[Judged, ...]
    """The same sentences with names of many origins."""
    pairs: tuple[tuple[Example, ...], ...]
    pace: Pace

    @property
    def shares(self) -> dict[str, Share]:
        """Every rate of the table, by name."""
        m = measured(self.written)
        held = measures.confusion(self.written)[Decision.RELAY, Decision.HOLD]
        return {
            "no_leak_recall": m.kept_in,
            "denunciation_recall": m.returned,
            "false_return_rate": m.false_returns,
            "hold_rate_relay": Share(held, m.to_relay),
            "exact_3way": m.right,
            "name_leak_rate": m.names_left,
            "facts_kept": m.facts_kept,
            "relay_altered": m.altered,
            "minimal_pairs_right": _both_right(self.pairs, self.written),
            "origin_pairs_alike": origins.pairs(self.matched),
        }

    @property
    def by_origin(self) -> dict[str, Measures]:
        """The measures of the matched sentences, by the origin of the name in them."""
        return dict(measures.by_origin(self.matched))


def _both_right(pairs: Iterable[Sequence[Example]], written: Iterable[Judged]) -> Share:
    right = {id(one.example): one.is_right for one in written}
    found = [all(right[id(example)] for example in pair) for pair in pairs]
    return Share(sum(found), len(found))
