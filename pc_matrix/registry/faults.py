"""What the database says, as a ``RegistryError`` in French that repeats nothing of its words.

A driver's message may carry a piece of the address and of its password: it is only looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pc_matrix.errors import RegistryError

_BACKUP = "Restaurez une sauvegarde ; gardez le fichier abîmé pour examen."
_RIGHTS = "Vérifiez le chemin, et que le fichier et son dossier vous appartiennent."
_ADDRESS = "Vérifiez l'adresse « database » de la commune et que PostgreSQL est démarré."

_SIGNS: tuple[tuple[str, str, str], ...] = (
    ("is full", "Le disque est plein.", "Libérez de la place et recommencez."),
    ("no space left", "Le disque est plein.", "Libérez de la place et recommencez."),
    ("not a database", "Le fichier n'est pas une base SQLite, ou il est abîmé.", _BACKUP),
    ("malformed", "Le fichier de la base est abîmé.", _BACKUP),
    ("unable to open", "Le fichier ne s'ouvre pas.", _RIGHTS),
    ("readonly", "Le fichier ou son dossier est en lecture seule.", _RIGHTS),
    ("disk i/o", "Le disque ne répond pas correctement.", "Vérifiez le disque."),
    ("locked", "Un autre programme occupe la base.", "Attendez qu'il finisse et recommencez."),
    ("password", "Le mot de passe est refusé ou manque.", _ADDRESS),
    ("role", "L'utilisateur est inconnu de PostgreSQL.", _ADDRESS),
    ("database", "Cette base n'existe pas, ou l'utilisateur n'y a pas droit.", _ADDRESS),
    ("resolve", "Le nom du serveur est inconnu.", _ADDRESS),
    ("translate host", "Le nom du serveur est inconnu.", _ADDRESS),
    ("refused", "Le serveur ne répond pas à cette adresse.", _ADDRESS),
    ("no such file", "Le serveur ne répond pas à cette adresse.", _ADDRESS),
    ("timeout", "Le serveur ne répond pas à temps.", _ADDRESS),
    ("connection", "La connexion au serveur est perdue ou impossible.", _ADDRESS),
)
_SQLSTATES = {
    "53100": "is full",
    "28P01": "password",
    "28000": "role",
    "3D000": "database",
    "55P03": "locked",
    "58P01": "malformed",
    "XX001": "malformed",
    "XX002": "malformed",
}


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Run a piece of database work; what the engine cannot do becomes a ``RegistryError``.

    A broken constraint or a statement that does not parse is our bug and passes through.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except DBAPIError as error:
        raise of_driver(url, error.orig) from None
    except PoolTimeout:
        raise _error(url, "timeout") from None


def of_driver(url: URL, cause: BaseException | None) -> RegistryError:
    """The error for what sqlite3 or psycopg raised."""
    state = str(getattr(cause, "sqlstate", None) or "")
    return _error(url, _SQLSTATES.get(state) or str(cause).lower())


def shown(url: URL) -> str:
    """The database's address without its password or the parameters that may hold one."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(query={}).render_as_string(hide_password=True)


def _error(url: URL, sign: str) -> RegistryError:
    what = f"Le registre ne peut pas être lu ou écrit ({shown(url)})."
    for words, why, remedy in _SIGNS:
        if words in sign:
            return RegistryError(what, why, remedy)
    return RegistryError(what, "La base de données refuse l'opération.", _ADDRESS)
