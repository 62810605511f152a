"""The guard inside a real Synapse: attacked by members, an administrator and another server."""
