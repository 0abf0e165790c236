"""`python3 -m webapp`: install what is missing, then run the command (see `webapp.doors.cli`)."""

import sys

from webapp import bootstrap

if __name__ == "__main__":
    bootstrap.install(bootstrap.ROOT / "webapp" / "requirements.txt")
    bootstrap.become("-m", "webapp.doors.cli", *sys.argv[1:])
