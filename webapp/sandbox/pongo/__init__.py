"""A Pongo-compatible loyalty server that keeps state, as strict as shared/loyalty/pongo.openapi.yaml.

`python -m webapp.sandbox.pongo --port 8001 --state pongo.sqlite3 --seed seed.json`; imports nothing of ours outside
this package.
"""
