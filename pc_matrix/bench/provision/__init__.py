"""``pc-matrix bench provision``: what is promised of plans and of what carries them out."""
