"""Trains the network that ``pc_matrix.language.roles`` reads messages with. See ``train``."""
