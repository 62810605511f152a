"""A person's phone on matrix-nio, driven by JSON lines: the demo's and the tests' people."""
