"""The guard: a Synapse module that lets into the commune's rooms only whom the registry knows.

Two halves that share a file. ``module`` and what it imports run inside Synapse, perhaps in another
environment and on another machine: the standard library, ``policies`` and ``cryptography`` (which
Synapse has) are all they may import. ``writing`` and ``home_key`` run in pc-matrix.
"""
