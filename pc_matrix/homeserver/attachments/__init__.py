"""Encrypted attachments and positions: read from events, fetched, opened, sealed, written."""
