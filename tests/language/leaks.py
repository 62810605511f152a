"""What an attack buys: messages that leave, or names that are left, by their spelling alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from pc_matrix.language.french import French
from pc_matrix.language.resources import load_resources
from policies.denunciation.analysis import Analysis, EntityKind, Token
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Verdict
from tests.language.attacks import Attack, squashed
from tests.language.corpus import FILES, FOLDER, cases

WRITERS = ("writer_01", "writer_02", "writer_03", "writer_04")
_DEEDS = frozenset({"vneg", "vstrong", "vharm", "crime", "shady", "vvic"})
RULES = French(load_resources())
"""The analyser without the trained reader: what is measured here is what the rules can see."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is not relayed as it was written."""

    text: str
    analysis: Analysis
    verdict: Verdict

    def words(self, target: str) -> list[Token]:
        """The words that an attacker rewrites: *names*, *deeds* or the *whole*."""
        tokens = [t for t in self.analysis.tokens if t.written.isalpha() and len(t.written) > 2]
        match target:
            case "names":
                return [t for t in tokens if any(_within(t, e) for e in self._people())]
            case "deeds":
                return [t for t in tokens if t.tags & _DEEDS]
            case _:
                return tokens

    def _people(self) -> list[tuple[int, int]]:
        kinds = (EntityKind.PERSON,)
        return [(e.start, e.end) for e in self.analysis.entities if e.kind in kinds]


def _within(token: Token, span: tuple[int, int]) -> bool:
    return span[0] <= token.start and token.end <= span[1]


def decided(text: str) -> tuple[Analysis, Verdict]:
    analysis = RULES.by_rules(text)
    return analysis, judge(analysis)


@lru_cache(maxsize=1)
def messages() -> tuple[Message, ...]:
    """Every message of the tables and of the first writers that is held, masked or returned."""
    found = (Message(text, *decided(text)) for text in _texts())
    return tuple(m for m in found if m.verdict.decision is not Decision.RELAY)


def _texts() -> Iterator[str]:
    for file in FILES:
        yield from (c.text for c in cases(file) if c.decision is not Decision.RELAY)
    for writer in WRITERS:
        for line in (FOLDER / "corpus" / f"{writer}.jsonl").read_text("utf-8").splitlines():
            message = json.loads(line)
            if message["label"] != "RELAY":
                yield message["text"]


def rewritten(message: Message, attack: Attack, target: str) -> str:
    """The message with its ``target`` words attacked; the same each time."""
    random, parts, at = Random(len(message.text)), [], 0
    for token in message.words(target):
        if token.start >= at:
            word = message.text[token.start : token.end]
            parts += [message.text[at : token.start], attack.rewrite(word, random)]
            at = token.end
    return "".join(parts) + message.text[at:]


def leaks(attack: Attack, target: str, some: Sequence[Message]) -> tuple[int, list[str]]:
    """How many of the messages the attack changes, and those that it gets through."""
    tried, through = 0, []
    for message in some:
        text = rewritten(message, attack, target)
        if text == message.text:
            continue
        tried += 1
        verdict = decided(text)[1]
        if verdict.decision is Decision.RELAY or _left(message, verdict):
            through.append(text)
    return tried, through


def _left(message: Message, verdict: Verdict) -> bool:
    """Whether a reader finds a name in what would leave that the plain message would not have."""
    before, after = squashed(message.verdict.text), squashed(verdict.text)
    names = {squashed(message.text[t.start : t.end]) for t in message.words("names")}
    return bool(message.verdict.text) and any(
        len(name) > 3 and after.count(name) > before.count(name) for name in names
    )
