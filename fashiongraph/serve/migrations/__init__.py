"""Versions of the tables of a server's database, for Alembic."""
