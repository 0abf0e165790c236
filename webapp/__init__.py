"""Passe-plat: order at the table and click & collect, with the restaurant's loyalty programme inside.

This file imports nothing, so that `python3 -m webapp` starts on a bare Python;
the application is built in `webapp.app`.
"""
