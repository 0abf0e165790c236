"""`python -m webapp.doors.cli`: the command itself, inside an environment that has everything."""

import sys

from webapp.doors.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
