"""`python -m webapp.sandbox.gonnaorder`: serve until stopped."""

import sys

from webapp.sandbox.gonnaorder.programme import GonnaOrder
from webapp.sandbox.peer import main

if __name__ == "__main__":
    sys.exit(main(GonnaOrder(), 8004, "gonnaorder"))
