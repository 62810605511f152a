"""A town hall's table of persons and mandates, from bytes to what it changes. Values in and out."""
