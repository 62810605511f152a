"""Column types of the registry: sealed text, and times that keep their zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.types import TypeDecorator

from pc_matrix.vault import Vault

_VAULTS: WeakKeyDictionary[Dialect, Vault] = WeakKeyDictionary()
"""Each engine has a dialect of its own, and a column type is given nothing else of its engine."""


def give_vault(engine: Engine, vault: Vault) -> None:
    """Let the sealed columns of ``engine`` be written and read with ``vault``."""
    _VAULTS[engine.dialect] = vault


def vault_of(dialect: Dialect) -> Vault | None:
    """The vault of the engine that has this dialect, once it was given one."""
    return _VAULTS.get(dialect)


class Sealed(TypeDecorator[str]):
    """Text that the database sees sealed only; ``column`` is its context in the vault."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    @property
    def context(self) -> str:
        """What the vault is told that it seals."""
        return f"registry/{self.column}"

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return _VAULTS[dialect].seal(value.encode(), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _VAULTS[dialect].open(bytes(value), self.context).decode()


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one is a mistake of ours (``ValueError``)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return _in_utc(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """As SQLAlchemy makes it; on PostgreSQL one call a value: a country has millions."""
        if dialect.name == "postgresql":
            return _in_utc
        return super().result_processor(dialect, coltype)


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def opener(dialect: Dialect, column: Column[Any]) -> Callable[[bytes], str]:
    """What opens values of a sealed column that were read as they lie in the database."""
    assert isinstance(column.type, Sealed)
    vault, context = _VAULTS[dialect], column.type.context
    return lambda sealed: vault.open(bytes(sealed), context).decode()


BigId = BigInteger().with_variant(Integer, "sqlite")
"""Numbers rows by themselves on both engines: SQLite does so for INTEGER only."""
