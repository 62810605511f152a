"""The registry's seal: a wrong master key shows when the registry opens, before any writing."""

from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.engine import Engine

from pc_matrix.errors import StoreError
from pc_matrix.registry.faults import shown, told
from pc_matrix.registry.tables import SealRow
from pc_matrix.registry.transactions import Transactions, insert_once
from pc_matrix.vault import Vault

_CONTEXT = "registry/seal"
_CONSTANT = b"pc-matrix registry"


def stored(engine: Engine) -> bytes | None:
    """The seal as it lies in the database, ``None`` when there is none yet."""
    with told(engine.url):
        if not inspect(engine).has_table(SealRow.__tablename__):
            return None
    with Transactions(engine).reading() as session:
        row = session.get(SealRow, 1)
        return row.sealed if row else None


def opens(sealed: bytes, vault: Vault) -> bool:
    """Whether the seal is one of that vault's."""
    try:
        return vault.open(sealed, _CONTEXT) == _CONSTANT
    except StoreError:
        return False


def drawn(vault: Vault) -> bytes:
    """A new seal under that vault."""
    return vault.seal(_CONSTANT, _CONTEXT)


def check(engine: Engine, vault: Vault) -> bool:
    """Whether there is a seal already. Raises ``StoreError`` when the vault does not open it."""
    sealed = stored(engine)
    if sealed is not None and not opens(sealed, vault):
        raise foreign(engine)
    return sealed is not None


def affix(engine: Engine, vault: Vault) -> None:
    """Seal a registry that is not sealed yet; of two who do so at once, the first one wins."""
    if check(engine, vault):
        return
    with Transactions(engine).writing() as session:
        insert_once(session, SealRow, id=1, sealed=drawn(vault))
    check(engine, vault)


def foreign(engine: Engine) -> StoreError:
    """What to tell when another key sealed this registry."""
    return StoreError(
        f"secrets.toml n'est pas celui de ce registre ({shown(engine.url)}).",
        "Sa clé maîtresse (master_key) n'ouvre pas ce que la clé d'origine a scellé. "
        "Rien n'a été écrit.",
        "Remettez le secrets.toml d'origine ou sa sauvegarde, et vérifiez que "
        "PC_MATRIX_MASTER_KEY (ou la donnée systemd pc-matrix-master-key) n'est pas donnée par "
        "erreur. Si un autre dossier sur la même base a changé la clé : « pc-matrix master-key "
        "rotate », avec la nouvelle dans PC_MATRIX_NEXT_MASTER_KEY.",
    )
