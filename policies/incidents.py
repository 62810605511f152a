"""What a session meets that no honest world would send, and how grave each is.

Every incident costs one event, one key or one message, never the batch that it came in.
"""

from __future__ import annotations

from enum import StrEnum


class Gravity(StrEnum):
    """How far an incident is told."""

    COUNTED = "counted"
    """A figure: happens in honest life, too."""
    NOTED = "noted"
    """An audit row: an administrator may want to look."""
    GRAVE = "grave"
    """Somebody tries to deceive the bot, or cuts it off: an administrator has to look."""


class IncidentKind(StrEnum):
    """Why something went no further, or what was noticed."""

    MALFORMED = "malformed"
    """A shape that no honest client sends."""
    OLM = "olm"
    """A to-device message that does not decrypt, or is not meant for us."""
    ROOM_KEY = "room-key"
    """A room key that cannot be used, or that contradicts one that we have."""
    PLAINTEXT = "plaintext"
    """A plain message in an encrypted room."""
    STATE_IN_CIPHERTEXT = "state-in-ciphertext"
    """A decrypted event that carries a state_key: state is never encrypted."""
    NO_KEY = "no-key"
    """A room event whose key we don't have (yet)."""
    KEY_MISSING = "key-missing"
    """A room event whose key did not come though it was asked for."""
    UNDECRYPTABLE = "undecryptable"
    """A room event that its key does not open, or opens to nonsense."""
    REPLAYED = "replayed"
    """A ciphertext seen before under another event id."""
    MISPLACED = "misplaced"
    """A ciphertext of another room, or of somebody else than it is said to be from."""
    UNTRUSTED = "untrusted"
    """A command from a device that its owner did not sign."""
    WITHHELD = "withheld"
    """Somebody's device tells that it does not give the bot a key, and why."""
    KEYS_DRAINED = "keys-drained"
    """Somebody claims the bot's one-time keys without writing to it."""
    FORGED_KEY = "forged-key"
    """A one-time key that its device did not sign: the server gave another's."""
    FORGED_DEVICE = "forged-device"
    """A device or identity whose signatures do not hold."""
    IDENTITY_CHANGED = "identity-changed"
    """A person's identity is not the pinned one."""
    OUTSIDER = "outsider"
    """Somebody is in a room whom the registry does not entitle to it; he gets no key."""
    ENCRYPTION_CHANGED = "encryption-changed"
    """A room's encryption setting was removed or weakened; the bot goes on encrypting."""
    GAP = "gap"
    """The server does not give what was said in a room while the bot was away."""
    VERIFICATION = "verification"
    """Two people compared codes, and these or the keys behind them were not the same."""
    UNHANDLED = "unhandled"
    """An event at which our own program failed."""

    @property
    def gravity(self) -> Gravity:
        return _GRAVITY.get(self, Gravity.NOTED)


_GRAVITY = {
    IncidentKind.NO_KEY: Gravity.COUNTED,
    IncidentKind.REPLAYED: Gravity.GRAVE,
    IncidentKind.MISPLACED: Gravity.GRAVE,
    IncidentKind.STATE_IN_CIPHERTEXT: Gravity.GRAVE,
    IncidentKind.UNTRUSTED: Gravity.GRAVE,
    IncidentKind.FORGED_KEY: Gravity.GRAVE,
    IncidentKind.FORGED_DEVICE: Gravity.GRAVE,
    IncidentKind.IDENTITY_CHANGED: Gravity.GRAVE,
    IncidentKind.OUTSIDER: Gravity.GRAVE,
    IncidentKind.ENCRYPTION_CHANGED: Gravity.GRAVE,
    IncidentKind.WITHHELD: Gravity.GRAVE,
    IncidentKind.GAP: Gravity.GRAVE,
    IncidentKind.VERIFICATION: Gravity.GRAVE,
}
