"""Everything that speaks Matrix: the session, trust, rooms and the embedded homeserver.

The only folder that imports nio. nio's error objects and a server's error answers become
exceptions here, at the call; none leaves the folder.
"""
