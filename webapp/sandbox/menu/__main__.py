"""`python -m webapp.sandbox.menu`: serve until stopped."""

import sys

from webapp.sandbox.menu.programme import Menu
from webapp.sandbox.peer import main

if __name__ == "__main__":
    sys.exit(main(Menu(), 8006, "menu"))
