"""The same message about somebody else: names exchanged for others, of any origin."""

from __future__ import annotations

from itertools import accumulate
from random import Random

from pc_matrix.language.resources import load_resources
from policies.denunciation.wordlist import words
from roles.corpus import Written
from roles.noise import plain
from roles.pieces import NOBODY, Piece, cut, join

_KNOWN = load_resources()
_FIRST, _LAST = list(_KNOWN.first_names.items()), list(_KNOWN.surnames.items())
_FIRST_SHARES = list(accumulate(4**digits for _, digits in _FIRST))
_LAST_SHARES = list(accumulate(3**digits for _, digits in _LAST))
_KEPT = words(
    """
    m mr mme mlle monsieur madame mademoiselle docteur dr maitre me le la les du de des famille fils
    """
)
_FROM_FAR = tuple(
    name.replace("~", " ")
    for name in sorted(
        words(
            """
    Benali Haddad Bouzid Cherkaoui Amrani El-Khoury Traoré Diallo Sissoko N'Diaye Mbaye Ouédraogo
    Okafor Mensah Nguyen Tran Pham Zhou Chen Wang Li Sivakumar Ramanathan Selvarajah Yilmaz Öztürk
    Demir Popescu Ionescu Dumitru Kowalski Nowak Wisniewska Ferreira Pereira Gonçalves Garcia
    Fernandez Kermarrec Guivarc'h Etcheverry Haramburu Santoni Casanova Schmitt Muller
    Rakotomalala Andriamanana Petrosyan Ivanov Petrenko Smith O'Brien Hassan Ali Khan Sow Ba Koné
    Coulibaly Mendy Gomis Hoarau Payet Grondin Césaire Abdallah Haïdara Kabongo Winterstein Ziegler
    Rossi Esposito Bianchi Vandenberghe D'Hondt Petit Martin Moreau Boulanger Berger Leroy Roux
    Blanc Meunier Tessier Barbier Mercier Fournier Chevalier Lemoine Marchand Charpentier Fabre
    Da~Silva Dos~Santos De~Oliveira Le~Goff Le~Gall Le~Bihan Ben~Salah Ben~Ali El~Amrani Ait~Ahmed
    Van~Damme Di~Marco De~la~Cruz Da~Costa Le~Quéré Abd~El~Kader Van~den~Berghe De~Smet
            """
        )
    )
)


def renamed(message: Written, rng: Random) -> Written:
    """``message`` with the names in its persons' spans exchanged; the same name for the same."""
    pieces = cut(message)
    spans: dict[int, list[int]] = {}
    for i, piece in enumerate(pieces):
        if piece.span != NOBODY and piece.is_word and message.spans[piece.span].role != "P":
            spans.setdefault(piece.span, []).append(i)
    others: dict[str, str] = {}
    for number, places in spans.items():
        role = message.spans[number].role
        for nth, i in enumerate(places):
            if _is_name(pieces[i].text, nth, len(places), masked=role == "V"):
                pieces[i] = _exchanged(pieces[i], others, rng)
    return join(pieces, message)


def _is_name(word: str, nth: int, of: int, *, masked: bool) -> bool:
    low = plain(word).lower()
    if low in _KEPT or len(low) < 2 or any(c.isdigit() for c in low):
        return False
    if low not in _KNOWN.first_names and low not in _KNOWN.surnames:
        return False
    rare = _KNOWN.frequency.get(low, 0) < 36
    return (
        (masked and (rare or of <= 2)) or (rare and len(low) > 2) or (word[0].isupper() and nth > 0)
    )


def _exchanged(piece: Piece, others: dict[str, str], rng: Random) -> Piece:
    word = piece.text
    low = plain(word).lower()
    if low not in others:
        others[low] = _first_name(rng) if _is_first(low) else _surname(rng)
    other = others[low]
    if word.isupper() and len(word) > 1:
        other = other.upper()
    elif word[0].islower():
        other = other.lower()
    return piece.written(plain(other) if word == plain(word) and rng.random() < 0.7 else other)


def _is_first(low: str) -> bool:
    given = _KNOWN.first_names.get(low, 0)
    return given >= 3 and given >= _KNOWN.surnames.get(low, 0)


def _first_name(rng: Random) -> str:
    return rng.choices(_FIRST, cum_weights=_FIRST_SHARES)[0][0].title()


def _surname(rng: Random) -> str:
    if rng.random() < 0.37:
        return rng.choice(_FROM_FAR)
    return rng.choices(_LAST, cum_weights=_LAST_SHARES)[0][0].title()
