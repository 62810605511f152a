"""The persons of a commune, whose names stay sealed until somebody asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from policies.terms import Person, UserId

Row = tuple[bytes, str]
"""A sealed name and a language."""


class SealedPersons(Mapping[UserId, Person]):
    """To know who is in the registry takes no name: opening 800,000 of them takes many seconds.

    ``open_name`` unseals one. Raises ``StoreError`` where a name that is asked for does not open.
    """

    def __init__(self, rows: dict[UserId, Row], open_name: Callable[[bytes], str]) -> None:
        self._rows, self._open_name = rows, open_name
        self._opened: dict[UserId, Person] = {}

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._rows

    def __iter__(self) -> Iterator[UserId]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, user_id: UserId) -> Person:
        person = self._opened.get(user_id)
        if person is None:
            sealed, language = self._rows[user_id]
            person = self._opened[user_id] = Person(user_id, self._open_name(sealed), language)
        return person

    def __repr__(self) -> str:
        return f"SealedPersons({len(self)})"
