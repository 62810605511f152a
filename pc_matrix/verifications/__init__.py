"""Verifications of the running bot by short codes (SAS): what is done with them, and when."""

from pc_matrix.verifications.runner import Verifications

__all__ = ["Verifications"]
