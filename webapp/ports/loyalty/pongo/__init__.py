"""Hey Pongo, as far as its public pages show it (shared/loyalty/pongo.md); every guess is in `guesses`."""

from webapp.ports.loyalty.pongo.client import Pongo
from webapp.ports.loyalty.pongo.connector import PongoConnector
from webapp.ports.loyalty.pongo.guesses import DEFAULT, Guesses

__all__ = ["DEFAULT", "Guesses", "Pongo", "PongoConnector"]
