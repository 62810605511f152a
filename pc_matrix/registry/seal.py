"""The registry's seal: a wrong master key shows when the registry opens, before any writing."""

from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.engine import Engine
from sqlmodel import Session

from pc_matrix.errors import StoreError
from pc_matrix.registry.faults import shown, told
from pc_matrix.registry.tables import SealRow
from pc_matrix.registry.transactions import Transactions, insert_once
from pc_matrix.vault import Vault

_CONTEXT = "registry/seal"
_CONSTANT = b"pc-matrix registry"


def check(engine: Engine, vault: Vault) -> bool:
    """Whether there is a seal already. Raises ``StoreError`` when the vault does not open it."""
    with told(engine.url):
        if not inspect(engine).has_table(SealRow.__tablename__):
            return False
    with Transactions(engine).reading() as session:
        return _opens(session, engine, vault)


def affix(engine: Engine, vault: Vault) -> None:
    """Seal a registry that is not sealed yet; of two who do so at once, the first one wins."""
    if check(engine, vault):
        return
    with Transactions(engine).writing() as session:
        insert_once(session, SealRow, id=1, sealed=vault.seal(_CONSTANT, _CONTEXT))
        _opens(session, engine, vault)


def _opens(session: Session, engine: Engine, vault: Vault) -> bool:
    row = session.get(SealRow, 1)
    if row is None:
        return False
    try:
        vault.open(row.sealed, _CONTEXT)
    except StoreError:
        raise StoreError(
            f"secrets.toml n'est pas celui de ce registre ({shown(engine.url)}).",
            "Sa clé maîtresse (master_key) n'ouvre pas ce que la clé d'origine a scellé. "
            "Rien n'a été écrit.",
            "Remettez le secrets.toml d'origine ou sa sauvegarde, et vérifiez que "
            "PC_MATRIX_MASTER_KEY n'est pas définie par erreur.",
        ) from None
    return True
