"""What the session is measured against: bare matrix-nio, and bare HTTP, each in a fresh process.

Nothing of the product uses them. They leave out what the session does for safety, and are given
every setting that makes them faster.
"""
