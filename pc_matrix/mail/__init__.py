"""Mails: the only importer of aiosmtplib, and what encrypts and signs them."""

from pc_matrix.mail.certificates import read
from pc_matrix.mail.opening import open_post, open_signer
from pc_matrix.mail.post import Post
from pc_matrix.mail.signing import Signer, signer

__all__ = ["Post", "Signer", "open_post", "open_signer", "read", "signer"]
