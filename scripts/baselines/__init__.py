"""Filters to compare ours with; each answers JSON lines as ``pc-matrix check --jsonl`` does."""
