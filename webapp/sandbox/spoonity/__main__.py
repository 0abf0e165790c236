"""`python -m webapp.sandbox.spoonity`: serve until stopped."""

import sys

from webapp.sandbox.peer import main
from webapp.sandbox.spoonity.programme import Spoonity

if __name__ == "__main__":
    sys.exit(main(Spoonity(), 8005, "spoonity"))
