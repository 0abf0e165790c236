"""Alembic migrations, run by `python3 -m webapp migrate` and checked when the application starts."""
