"""What a deployment is told: communes' files, parsed once into frozen values, and its secrets."""

from pc_matrix.settings.key_sources import CURRENT, NEXT, FoundKey, KeySource
from pc_matrix.settings.loading import chosen, communes, load
from pc_matrix.settings.mail_table import MailSecurity, MailServer
from pc_matrix.settings.rotation_mark import Mark
from pc_matrix.settings.secret_file import (
    Secrets,
    load_secrets,
    not_in_place,
    put_next_key_in_place,
    save_next_key,
    save_secrets,
)
from pc_matrix.settings.values import Settings, own_lists, own_titles

__all__ = [
    "CURRENT",
    "NEXT",
    "FoundKey",
    "KeySource",
    "MailSecurity",
    "MailServer",
    "Mark",
    "Secrets",
    "Settings",
    "chosen",
    "communes",
    "load",
    "load_secrets",
    "not_in_place",
    "own_lists",
    "own_titles",
    "put_next_key_in_place",
    "save_next_key",
    "save_secrets",
]
