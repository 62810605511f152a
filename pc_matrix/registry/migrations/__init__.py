"""The history of the tables, run by Alembic when a registry is opened."""
