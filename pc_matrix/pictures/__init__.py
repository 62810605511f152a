"""Pictures: the only importer of Pillow, in a process of its own.

Nothing is imported here: that process would have to load it, too.
"""
