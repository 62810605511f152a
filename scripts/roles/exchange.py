"""Who × what: the mention of an accused person exchanged for another, or for somebody unknown.

What makes a denunciation is that somebody recognisable is accused: the same deed of an unknown
person is a fact to relay. The network is shown both with the same words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from policies.denunciation.wordlist import words
from roles.corpus import Span, Written, label_of
from roles.noise import plain

_WHO = words(
    """
    full_name family_name firstname nickname kin_of own_relation own_relative neighbour kin
    house_number_accused exact_dwelling dwelling job_place common_word_name_accused initials
    initials_accused official_accused animal_owner social_account
    """
)
_PLAINLY_DONE = words(
    """
    full_name family_name firstname nickname kin_of neighbour job_place own_relation own_relative
    common_word_name_accused initials_accused kin dwelling exact_dwelling
    """
)
"""Where the sentence says a deed of the accused, and not his way of life or a mere suspicion."""
_EXCHANGED = _WHO | words(
    """
    hearsay ask_check undeclared_work health morals mixed irony benefits papers politics religion
    question_accusing insinuation denial half_retraction quote_accusing
    """
)
_UNKNOWN = re.compile(r"(un|une|deux|trois|quatre|des|quelqu'un|[1-4]|plusieurs)\b", re.IGNORECASE)
_SHAPES = (
    (
        "plural",
        re.compile(r"(les|ces|mes|nos|leurs|des|deux|trois|quatre|[2-4]|tous les|plusieurs)\b"),
    ),
    ("feminine", re.compile(r"(la|ma|une|mme|madame|mlle|cette|sa)\b")),
    ("masculine", re.compile(r"(le|mon|un|m\.|mr|monsieur|ce|son|l'|quelqu|celui)")),
)
_DEPENDS = re.compile(
    r"\b(chez|de|du|des|d|a|au|aux|avec|pour|par|voisin|frere|soeur|fils|fille|mere|pere|cousin|"
    r"neveu|ami|copain|femme|mari)[' ]*$"
)
_SINGULAR = ("masculine", "feminine", "name")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Mentions by their shape: of accused persons, and of unknown ones in messages to relay."""

    accused: Mapping[str, Sequence[str]]
    unknown: Mapping[str, Sequence[str]]


def mentions(messages: Sequence[Written]) -> Mentions:
    """Every short mention in ``messages``."""
    accused, unknown = defaultdict(list), defaultdict(list)
    for message in messages:
        for span in message.spans:
            said = message.text[span.start : span.end]
            if len(said) > 60 or "\n" in said:
                continue
            if span.role == "A" and message.phenomenon in _WHO:
                accused[_shape(said)].append(said)
            elif span.role == "U" and _is_unknown(message, said):
                unknown[_shape(said)].append(said)
    return Mentions(accused, unknown)


def _is_unknown(message: Written, said: str) -> bool:
    about = "unknown" in message.phenomenon or "person" in message.phenomenon
    return about and message.label == "RELAY" and bool(_UNKNOWN.match(said))


def exchanged(message: Written, known: Mentions, rng: Random) -> Written | None:
    """Another message with another person in it; ``None`` where that would read wrongly."""
    accused = [s for s in message.spans if s.role == "A"]
    if message.label != "RETURN" or len(accused) != 1 or message.phenomenon not in _EXCHANGED:
        return None
    span = accused[0]
    words = message.text[span.start : span.end]
    if (
        words[:1].isdigit()
        or "@" in words
        or _DEPENDS.search(plain(message.text[: span.start]).lower())
    ):
        return None
    shape = _shape(words)
    opens = span.start < 2 and message.phenomenon in _PLAINLY_DONE
    as_unknown = known.unknown.get("masculine" if shape == "name" else shape, ())
    if opens and as_unknown and rng.random() < 0.4:
        return _with(message, span, rng.choice(as_unknown), "U")
    others = shape if shape == "plural" or rng.random() < 0.3 else rng.choice(_SINGULAR)
    return (
        _with(message, span, rng.choice(known.accused[others]), "A")
        if known.accused.get(others)
        else None
    )


def _shape(words: str) -> str:
    low = plain(words).lower()
    return next((shape for shape, pattern in _SHAPES if pattern.match(low)), "name")


def _with(message: Written, span: Span, words: str, role: str) -> Written:
    text = message.text
    if text.isupper():
        words = words.upper()
    elif span.start == 0 and text[0].isupper():
        words = words[:1].upper() + words[1:]
    elif re.match(r"(le |la |mon|ma |les|l'|un)", words, re.IGNORECASE):
        words = words[:1].lower() + words[1:]
    longer = len(words) - (span.end - span.start)
    spans = [Span(role, span.start, span.start + len(words))]
    for other in message.spans:
        if other.start >= span.end:
            spans.append(Span(other.role, other.start + longer, other.end + longer))
        elif other.end <= span.start:
            spans.append(other)
    kept = tuple(sorted(spans, key=lambda s: s.start))
    said = text[: span.start] + words + text[span.end :]
    return Written(said, label_of(kept), kept, message.phenomenon, message.writer)
