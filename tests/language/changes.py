"""Changes to a message that must not change what is decided, and the one that must."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from pc_matrix.language.resources import load_resources
from tests.language.corpus import plain
from tests.language.validation import Message

ORIGINS = (
    ("Julie", "Martin"), ("Yann", "Kermarrec"), ("Minh", "Nguyen"), ("Karim", "Benali"),
    ("Ana", "Ferreira"), ("Emre", "Yilmaz"), ("Piotr", "Kowalski"), ("Andrei", "Popescu"),
    ("Fatou", "Traoré"), ("Li", "Zhang"), ("Priya", "Sivakumar"), ("Iker", "Etcheverry"),
)  # fmt: skip
"""A first and a family name of twelve origins."""
_WORD = re.compile(r"[^\W\d_]+")
_TITLES = frozenset(
    {"madame", "monsieur", "mademoiselle", "mme", "mlle", "docteur", "famille", "maitre", "les"}
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]+\s*|[^.!?\n]+$")
POLITE = (
    "Bonjour à tous. {}", "Bonsoir, pour information : {}", "{} Merci et bonne journée.",
    "Bonjour, {} Cordialement.", "{} Bonne soirée à tous.", "Salut tout le monde, {}",
)  # fmt: skip
ACCUSATIONS = (
    "{} vole des vélos.", "C'est {} qui a cassé la vitre de l'abribus.",
    "Je suis sûr que c'est {} qui a fait le coup.", "Le voleur, c'est {}.",
    "{} vend de la drogue devant l'école.", "Allez voir chez {}, tout y est.",
)  # fmt: skip
Change = Callable[[Message, Random], "str | None"]
"""The changed text; ``None`` where the message has nothing to be changed."""


def another_name(message: Message, rng: Random) -> str | None:
    """The names of who is accused or masked, in every place, as names of another origin."""
    first, last = rng.choice(ORIGINS)
    others = {name: first if _is_first(name) else last for name in _names(message)}
    if not others:
        return None
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in others)
    return re.sub(pattern, lambda m: _cased(others[m[0]], m[0]), message.text)


def _names(message: Message) -> list[str]:
    """The words of accused and third persons that can be nothing but names."""
    known = load_resources()
    found = []
    for role, start, end in message.spans:
        for match in _WORD.finditer(message.text, start, end) if role in "AV" else ():
            low = plain(match[0])
            named = low in known.first_names or low in known.surnames
            rare = known.frequency.get(low, 0) < 36 and low not in known.words
            whole = match[0][0].isupper() and named and rare and len(low) > 2
            if whole and low not in _TITLES and match[0] not in found:
                found.append(match[0])
    return found


def _is_first(name: str) -> bool:
    known = load_resources()
    return known.first_names.get(plain(name), 0) > known.surnames.get(plain(name), 0)


def _cased(name: str, like: str) -> str:
    return name.upper() if like.isupper() else name


def other_case(message: Message, rng: Random) -> str | None:
    """Capitals, small letters, or small letters without accents."""
    return rng.choice([str.upper, str.lower, plain])(message.text)


def typing_mistake(message: Message, rng: Random) -> str | None:
    """Two letters swapped, one left out or one doubled, in one word of five letters or more that
    belongs to nobody."""
    spoken = [
        m
        for m in _WORD.finditer(message.text)
        if len(m[0]) >= 5
        and m[0].islower()
        and not any(start < m.end() and m.start() < end for _, start, end in message.spans)
    ]
    if not spoken:
        return None
    word = rng.choice(spoken)
    i = word.start() + rng.randrange(1, len(word[0]) - 1)
    text = message.text
    return rng.choice(
        [
            text[:i] + text[i + 1] + text[i] + text[i + 2 :],
            text[:i] + text[i + 1 :],
            text[:i] + text[i] + text[i:],
        ]
    )


def swapped_sentences(message: Message, rng: Random) -> str | None:
    """Two neighbouring sentences in the other order."""
    sentences = [s.strip() for s in _SENTENCE.findall(message.text)]
    spoken = [s for s in sentences if len(_WORD.findall(s)) >= 3]
    if len(spoken) < 2 or len(spoken) != len(sentences):
        return None
    i = rng.randrange(len(spoken) - 1)
    spoken[i], spoken[i + 1] = (
        s if s[-1] in ".!?" else s + "." for s in (spoken[i + 1], spoken[i])
    )
    return " ".join(spoken)


def politeness(message: Message, rng: Random) -> str | None:
    """A polite phrase before or after, or both."""
    text = message.text.rstrip()
    return rng.choice(POLITE).format(text if text[-1:] in ".!?" else text + ".")


def accusation(message: Message, rng: Random) -> str | None:
    """A plain accusation of a named person, after the message."""
    first, last = rng.choice(ORIGINS)
    name = rng.choice([f"{first} {last}", f"M. {last}", f"Mme {last}", first])
    text = message.text.rstrip()
    closed = text if text[-1:] in ".!?" else text + "."
    return f"{closed} {rng.choice(ACCUSATIONS).format(name)}"


UNCHANGING: dict[str, Change] = {
    "another_name": another_name,
    "other_case": other_case,
    "typing_mistake": typing_mistake,
    "swapped_sentences": swapped_sentences,
    "politeness": politeness,
}
