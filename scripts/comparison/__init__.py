"""Our filter and others on the same messages. See ``__main__``."""
