"""The judgement: identification first, accusation second, doubt to a human.

Two readers look at every text. The rules (``evidence``) find names, relations, deeds, and say why.
The reader that was trained on written messages (``Leaning``) has seen how people accuse without a
word of offence, and what the rules found is among what it reads: its likelihood decides, and the
rules and its own shares explain. Where the two are far apart, a human decides.
"""

from __future__ import annotations

from policies.denunciation.analysis import Analysis, EntityKind, Leaning
from policies.denunciation.evidence import Evidence, evidence
from policies.denunciation.identity import ALWAYS_SOMEBODYS, CONTACTS, Named, likeliest, named
from policies.denunciation.masking import masked
from policies.denunciation.pointing import accused_words, reproach
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict

RETURNED = 0.35
"""A denunciation as likely as this goes back to its author."""
HELD = 0.04
"""One as likely as this does not leave before a human has looked."""
CONTESTED = 0.02
"""Where the rules see a denunciation, this is enough to ask a human."""
MASKED = 0.6
"""Of a message that is none: how likely somebody must be named in it for it to be masked."""
DOUBTED, DOUBTED_CONTACT = 0.15, 0.02
"""Where a name was found, this is enough to ask a human whether it is somebody's; for a telephone
number or an e-mail address still less, since both can be dialled by whoever reads them."""

_WHO = frozenset(
    {Rule.DESIGNATED, *(Rule(k.value) for k in EntityKind if k is not EntityKind.UNKNOWN)}
)


def judge(analysis: Analysis) -> Verdict:
    """Relay what names nobody, mask who is not accused, hold doubts, give denunciations back."""
    if not analysis.readable:
        whole = Finding(Rule.UNREADABLE, 0, len(analysis.text))
        return Verdict(Decision.HOLD, "", (whole,))  # unmasked, it must not leave by a tap either
    found = evidence(analysis)
    if analysis.leaning is None:
        return _by_rules(analysis, found)
    return _read(analysis, analysis.leaning, found)


def _by_rules(analysis: Analysis, found: Evidence) -> Verdict:
    names = named(analysis)
    if found.accusing:
        return Verdict(Decision.RETURN, "", _once(found.accusing))
    if found.doubtful:
        return Verdict(Decision.HOLD, masked(analysis, names), _once(found.doubtful + found.naming))
    if found.naming:
        return Verdict(Decision.REDACT, masked(analysis, names), _once(found.naming))
    return Verdict(Decision.RELAY, analysis.text)


def _read(analysis: Analysis, leaning: Leaning, found: Evidence) -> Verdict:
    likelihood = of_denunciation(leaning)
    if likelihood >= RETURNED:
        return Verdict(Decision.RETURN, "", _why(analysis, leaning, found))
    if likelihood >= HELD or _contested(found, likelihood):
        return _in_doubt(analysis, leaning, found)
    names = named(analysis)
    share = _of_somebody(leaning, names)
    if share < _least(names):
        return Verdict(Decision.RELAY, analysis.text)
    if share < MASKED:
        return _in_doubt(analysis, leaning, found)
    names = names or likeliest(analysis, leaning)
    if not names:
        return Verdict(Decision.RELAY, analysis.text)
    return Verdict(Decision.REDACT, masked(analysis, names), _once(_naming(names)))


def _contested(found: Evidence, likelihood: float) -> bool:
    """What the rules hold against a community is looked at by a human whatever the reader says."""
    of_group = any(finding.rule is Rule.GROUP for finding in found.accusing)
    return of_group or (bool(found.accusing) and likelihood >= CONTESTED)


def _in_doubt(analysis: Analysis, leaning: Leaning, found: Evidence) -> Verdict:
    names = named(analysis, and_accused=True)
    doubt = _once([*_doubted(analysis, leaning, found), *_naming(names)])
    return Verdict(Decision.HOLD, masked(analysis, names), doubt)


def of_denunciation(leaning: Leaning) -> float:
    """How likely a denunciation is, less so where no word is surely said of an accused person."""
    accused = max((s.accused for s in leaning.words), default=0.0)
    return leaning.denunciation * (0.7 + 0.3 * accused)


def _of_somebody(leaning: Leaning, names: tuple[Named, ...]) -> float:
    """How likely it is that somebody is named, in a message that is no denunciation."""
    if any(name.kind in ALWAYS_SOMEBODYS for name in names):
        return 1.0
    return leaning.redact / max(leaning.redact + leaning.relay, 1e-9)


def _least(names: tuple[Named, ...]) -> float:
    """The likelihood below which nobody is named."""
    if not names:
        return MASKED
    return DOUBTED_CONTACT if any(name.kind in CONTACTS for name in names) else DOUBTED


def _naming(names: tuple[Named, ...]) -> list[Finding]:
    return [Finding(Rule(n.kind.value), n.start, n.end) for n in names]


def _why(analysis: Analysis, leaning: Leaning, found: Evidence) -> tuple[Finding, ...]:
    """Who is accused, and of what: in the rules' words where they have any."""
    findings = found.accusing or accused_words(analysis, leaning)
    said = any(f.rule not in _WHO for f in findings)
    return _once([*findings, *([] if said else reproach(analysis, leaning))])


def _doubted(analysis: Analysis, leaning: Leaning, found: Evidence) -> list[Finding]:
    findings = found.accusing + found.doubtful or accused_words(analysis, leaning)
    first = findings[0] if findings else Finding(Rule.DOUBT, 0, len(analysis.text))
    return [*findings, Finding(Rule.DOUBT, first.start, first.end)]


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
