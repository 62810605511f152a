"""The demonstration: an example commune, real encrypted clients, and who saw what."""
