"""What a deployment is told: communes' files, parsed once into frozen values, and its secrets."""

from pc_matrix.settings.loading import communes, load
from pc_matrix.settings.secret_file import Secrets, load_secrets, save_secrets
from pc_matrix.settings.values import Settings

__all__ = ["Secrets", "Settings", "communes", "load", "load_secrets", "save_secrets"]
