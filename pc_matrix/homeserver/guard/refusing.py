"""How a refusal reads for whoever asked: the one thing that we need of Synapse itself."""

from __future__ import annotations


def forbidden(text: str) -> Exception:
    """Synapse's error for a refused request, with ``text`` for the person."""
    # Here and not above: only Synapse's own process can be expected to have it.
    from synapse.module_api.errors import Codes, SynapseError

    error: Exception = SynapseError(403, text, Codes.FORBIDDEN)
    return error
