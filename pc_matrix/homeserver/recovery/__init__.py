"""The recovery key of the bot's identity, and its seeds in the server's secret storage (4S)."""
