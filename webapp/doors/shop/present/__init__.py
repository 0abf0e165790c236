"""Turning values into the plain dicts templates are drawn from; each template's head says what it asks for."""
