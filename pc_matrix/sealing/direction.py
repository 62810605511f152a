"""From which master key to which one a rotation leads, and what may stand in its way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pc_matrix.errors import SettingsError
from pc_matrix.settings import (
    NEXT,
    FoundKey,
    KeySource,
    Mark,
    Secrets,
    not_in_place,
    put_next_key_in_place,
    rotation_mark,
    save_next_key,
)
from pc_matrix.vault import Keys, Vault

_PREPARE = (
    f"Tirez-en une (openssl rand -base64 32) et donnez-la dans {NEXT.variable}, ou par la donnée "
    f"systemd {NEXT.credential} ; puis relancez."
)


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a rotation comes from and goes to; neither key is shown."""

    home: Path
    current: FoundKey
    next_key: bytes
    resumed: bool

    def __repr__(self) -> str:
        return f"Direction({self.current.source}, resumed={self.resumed})"

    @property
    def keys(self) -> Keys:
        return Keys(Vault(self.current.raw()), Vault(self.next_key))

    @property
    def places_the_key(self) -> bool:
        """Whether pc-matrix itself puts the new key in place, or only who gives it."""
        return self.current.source is KeySource.FILE

    def begin(self) -> None:
        """Note, durably and before anything is sealed anew, that the rotation is unfinished."""
        if self.places_the_key:
            save_next_key(self.home, self.next_key)
            rotation_mark.remove(self.home)  # of an earlier one, which is over
        else:
            rotation_mark.write(self.home, Mark.towards(self.next_key, sealed=False))

    def end(self) -> None:
        """All is sealed under the new key: put it in place, or note that it has to be."""
        if self.places_the_key:
            put_next_key_in_place(self.home, self.next_key)
        else:
            rotation_mark.write(self.home, Mark.towards(self.next_key, sealed=True))


def direction(home: Path, held: Secrets) -> Direction:
    """The rotation to begin or to go on with; raises ``SettingsError`` when there can be none."""
    current = held.current()
    old = current.raw()
    new = _for_the_file(held) if current.source is KeySource.FILE else _given(current, held)
    if new == old:
        raise _same(current, held, old)
    mark = held.mark
    if mark is not None and mark.sealed and not (mark.names(new) or mark.names(old)):
        raise not_in_place(current)
    return Direction(home, current, new, resumed=held.unfinished)


def _for_the_file(held: Secrets) -> bytes:
    if held.mark is not None and not held.mark.sealed:
        raise SettingsError(
            "Une rotation commencée avec une clé donnée d'ailleurs n'est pas finie.",
            "La clé maîtresse venait de l'environnement ou de systemd ; elle vient maintenant de "
            "secrets.toml.",
            f"Redonnez l'ancienne clé comme avant, la nouvelle dans {NEXT.variable}, et relancez.",
        )
    return held.next_key.raw() if held.next_key else Vault.new_key()


def _given(current: FoundKey, held: Secrets) -> bytes:
    coming = held.next_key
    if coming is None:
        raise SettingsError(
            "La nouvelle clé maîtresse manque.",
            f"L'actuelle vient de {current.place()} : pc-matrix ne peut pas l'y remplacer.",
            _PREPARE,
        )
    if coming.source is KeySource.FILE:
        raise SettingsError(
            "Une rotation de la clé de secrets.toml n'est pas finie.",
            f"La clé maîtresse vient maintenant de {current.place()}.",
            f"Retirez-la de là ({current.name.variable}), relancez la rotation, puis remettez-la.",
        )
    new = coming.raw()
    if held.mark is not None and not held.mark.sealed and not held.mark.names(new):
        raise SettingsError(
            "Ce n'est pas la nouvelle clé avec laquelle la rotation a commencé.",
            f"Une partie est déjà scellée par une autre clé que celle de {coming.place()}.",
            f"Remettez dans {NEXT.variable} la clé du premier essai, et relancez.",
        )
    return new


def _same(current: FoundKey, held: Secrets, old: bytes) -> SettingsError:
    what = "La nouvelle clé maîtresse est la même que l'actuelle."
    if held.mark is not None and not held.mark.sealed and held.mark.names(old):
        return SettingsError(
            what,
            "La rotation n'est pas finie : l'ancienne clé sert encore à ouvrir ce qui reste.",
            f"Remettez l'ancienne dans {current.name.variable}, laissez la nouvelle dans "
            f"{NEXT.variable}, et relancez.",
        )
    return SettingsError(
        what,
        f"Si une rotation vient de finir, tout est en ordre : {NEXT.variable} n'a plus à être là.",
        f"Retirez {NEXT.variable} ; pour une autre rotation, donnez-y une clé neuve.",
    )
