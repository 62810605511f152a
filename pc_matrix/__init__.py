"""HOLD AND RUN. Registry, homeserver session, provisioning, bot and command line."""

__version__ = "0.1.0"
