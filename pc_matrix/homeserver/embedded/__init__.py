"""The embedded homeserver: a Synapse of the town hall's own, for a trial or a small commune."""
