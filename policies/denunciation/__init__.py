"""Decides whether a message is a fact to relay or a denunciation to give back."""
